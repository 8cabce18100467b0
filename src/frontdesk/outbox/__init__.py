"""The outbox: the ledger of what was sent, the gate, the limiter, the consents."""
