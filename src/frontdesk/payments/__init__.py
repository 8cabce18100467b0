"""Payments: what clients pay the operator, and whether they are served for it."""
