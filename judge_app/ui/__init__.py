"""The windows: setters in, signals out; they know no network, no store and no loop, and take no decision."""
