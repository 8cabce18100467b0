"""Steps: each carries one row one stop further. Only they open transactions, and only they see two rooms."""
