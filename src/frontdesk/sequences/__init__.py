"""Sequences: follow-up texts to leads who were left waiting, or who left us waiting."""
