"""What must not be stored of a webhook: Vapi echoes the secret of our server inside tools and assistants. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["HIDDEN", "without_secrets"]

HIDDEN = "[hidden]"
"""Stands where a secret stood."""

_NAMES = frozenset({"secret", "serverurlsecret", "x-vapi-secret", "authorization", "apikey", "api_key", "privatekey"})


def without_secrets(value: Mapping[str, Any], secrets: Sequence[str]) -> tuple[dict[str, Any], bool]:
    """`value` with every secret hidden, by the name of its field or because it is one of ours; and whether one was."""
    hiding = _Hiding([secret for secret in secrets if secret])
    cleaned: dict[str, Any] = hiding.clean(value)
    return cleaned, hiding.found


class _Hiding:
    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = secrets
        self.found = False

    def clean(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {self._text(name): self._field(name, inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.clean(inner) for inner in value]
        return self._text(value) if isinstance(value, str) else value

    def _field(self, name: str, value: Any) -> Any:
        if name.lower() in _NAMES and isinstance(value, str) and value:
            self.found = True
            return HIDDEN
        return self.clean(value)

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            if secret in text:
                self.found = True
                text = text.replace(secret, HIDDEN)
        return text
