"""Outside services, one by one: each knows its own wire format, and no database and no room."""
