"""Readers: how text becomes fields."""
