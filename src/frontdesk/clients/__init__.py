"""Clients: the businesses that are served, the numbers they are served on, and what they may send."""
