"""Robots that sit in the seats of a real room: the demo, the rehearsal and the load test."""
