"""How times and findings are said of clients who are stuck. Pure."""

__all__ = ["duration", "sentence"]


def duration(minutes: float) -> str:
    """Minutes as hours and minutes."""
    whole = int(minutes)
    if whole < 60:
        return f"{whole} min"
    hours, rest = divmod(whole, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def sentence(text: str) -> str:
    """The same with a capital letter and a full stop."""
    return f"{text[0].upper()}{text[1:]}."
