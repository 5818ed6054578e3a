"""Robots that sit in the seats: the demo, the rehearsal and the load test."""
