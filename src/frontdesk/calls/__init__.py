"""Calls: who rang whom, how it went, and whether a missed one is answered by text."""
