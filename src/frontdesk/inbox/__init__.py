"""The inbox: webhooks kept once, and lanes that hand them out in order."""
