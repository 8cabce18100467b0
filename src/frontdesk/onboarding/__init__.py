"""The room of onboarding: how a new owner becomes a client by text, one question after another."""
