"""Slide shows: what shows a deck, and the ladder by which a show is ended, provably, and stays ended."""
