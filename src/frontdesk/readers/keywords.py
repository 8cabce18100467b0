"""The words that carriers and regulators give a meaning: a whole message, any case, trimmed.

Source: 47 CFR 64.1200(a)(10) and the carriers' default keywords.
"""

__all__ = ["keyword"]

_STOP = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out"}
)
_START = frozenset({"start", "unstop"})
_YES_AFTER_STOP = frozenset({"yes"})
_HELP = frozenset({"help", "info"})


def keyword(text: str, *, opted_out: bool = False) -> str | None:
    """`stop`, `start`, `help` or None. YES starts again only after an opt-out; else it is an answer."""
    word = " ".join(text.split()).strip(" .!\"'").casefold()
    if word in _STOP:
        return "stop"
    if word in _START or (opted_out and word in _YES_AFTER_STOP):
        return "start"
    return "help" if word in _HELP else None
