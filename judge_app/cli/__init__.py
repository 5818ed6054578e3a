"""The command line: one module for each concern, each with a typer app that ``judge_app.__main__`` puts together.

Every command exits 0, 2 (bad input, said line by line) or 1 (failed); with ``--json`` it prints one JSON object on
standard output and nothing else there. Imports of what a command needs stand inside it: starting must be quick.
"""
