"""Judge App: live judging of roadshow contests, from an organiser's workbook to signed paper."""

__version__ = "0.1.0"
