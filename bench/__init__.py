"""The measurements of the inbox, and their report. `run.py` is the door."""
