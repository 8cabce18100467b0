"""Watching: who stays too long where, whether they will move by themselves, and how long others stayed there."""
