"""Bookings: appointments of leads with a client, never two at a time."""
