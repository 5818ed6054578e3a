"""What is kept: session files and copies of them, the central store, the contest book and the presets."""
