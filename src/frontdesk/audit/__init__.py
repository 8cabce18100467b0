"""Audit: what people did, one row per act."""
