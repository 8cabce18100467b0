"""The web: webhooks in, pages and API out."""
