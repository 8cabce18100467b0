"""Conversations: one lead on one channel with one client, what was said, and what is asked next."""
