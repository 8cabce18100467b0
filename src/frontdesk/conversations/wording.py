"""How wordings are filled in. Pure."""

import re
from collections.abc import Mapping

from frontdesk.conversations.model import Flow

__all__ = ["client_summary", "fill", "lead_summary", "say", "shortened"]

_NO_SUMMARY = ("name", "first_name", "last_name", "phone")
_LONGEST_VALUE = 80


def say(text: str, flow: Flow, known: Mapping[str, str] | None = None) -> str:
    """Fill `{business}`, `{first_name}` and known fields into a wording; what is unknown leaves no trace."""
    return fill(text, flow.business, known or {})


def fill(text: str, business: str, known: Mapping[str, str]) -> str:
    """`say`, given the name of the business."""
    fields = {**known, "business": business}
    fields["first_name"] = fields.get("first_name") or fields.get("name", "").partition(" ")[0]
    filled = re.sub(r"(\s*)\{(\w+)\}", lambda match: match[1] + value if (value := fields.get(match[2])) else "", text)
    return re.sub(r"\s{2,}", " ", re.sub(r",\s*(?=[!.?])", "", filled)).strip(" ,")


def lead_summary(flow: Flow, known: Mapping[str, str]) -> str:
    """What the lead told, in the words of `flow.noted`; empty where that is nothing but a name."""
    told = _told(flow, known)
    return fill(flow.noted, flow.business, {"summary": told}) if told and flow.noted else ""


def client_summary(flow: Flow, known: Mapping[str, str], who: str, asked_us: list[str]) -> str:
    """What the business is told of a lead who was asked everything: who they are, what they want, what they asked."""
    name = known.get("name", "")
    told = _told(flow, known)
    parts = [f"New lead for {flow.business}: {name + ', ' if name else ''}{who}.", f"{told}." if told else ""]
    parts += [f"They asked: {'; '.join(asked_us)}"] if asked_us else []
    return " ".join(part for part in parts if part)


def shortened(text: str, longest: int = _LONGEST_VALUE) -> str:
    """The beginning of a text, whole words, on one line."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0].rstrip(",;:.") + " …"


def _told(flow: Flow, known: Mapping[str, str]) -> str:
    """The answers in the order of the questions, then what was told unasked."""
    keys = [one.key for one in flow.questions if one.key in known]
    keys += [key for key in known if key not in keys]
    return "; ".join(shortened(known[key]).rstrip(".") for key in keys if key not in _NO_SUMMARY)
