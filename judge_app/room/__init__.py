"""The authority: one process a session that alone decides, keeps the time, writes the session file and talks to all."""
