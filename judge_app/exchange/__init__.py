"""Workbooks and tables that come in from an organiser or go out to one; everything is checked before it is parsed."""
