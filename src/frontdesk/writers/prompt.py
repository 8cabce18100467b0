"""What a language model is told to reword, and its answer taken apart. Pure."""

import json
import re
from typing import Any

from frontdesk.errors import ModelFailed, ModelTrouble
from frontdesk.writers.model import Facts

__all__ = ["SCHEMA", "draft_in", "instructions"]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"reply": {"type": "string"}},
    "required": ["reply"],
    "additionalProperties": False,
}

_RULES = (
    "You reword one text message that a business is about to send. The user's message is that text. Say the same in "
    "other words, no longer than it is. If it asks a question, ask that same question, once; else ask nothing.",
    "Say nothing that is not in the text or in the facts below: no link, number, price, day, time, promise or name of "
    "your own. Keep names and words in capitals as they are. Do not say what you are. No Markdown, no quotation marks "
    'around it. Answer with one JSON object with the one key "reply" and nothing else.',
)
_FENCE = re.compile(r"^\s*```[a-z]*\s*\n?(?P<inside>.*?)\n?\s*```\s*$", re.DOTALL | re.IGNORECASE)


def instructions(facts: Facts) -> str:
    """The system message."""
    language = "Keep the language of the text."
    if facts.language is not None:
        language = f"Write in the language with the ISO 639-1 code {facts.language}."
    known = [f"- {fact}" for fact in facts.known]
    return "\n".join(
        [
            *_RULES,
            language,
            f"Tone: {facts.tone}",
            f"The business: {facts.business}",
            *(["Facts:", *known] if known else []),
        ]
    )


def draft_in(answer: str) -> str:
    """The reply in the model's answer, on one line per paragraph. Raises ModelFailed where there is none."""
    fenced = _FENCE.match(answer)
    try:
        said = json.loads(fenced["inside"] if fenced else answer)
    except (ValueError, RecursionError):
        raise ModelFailed("The reworded reply came as no JSON.", ModelTrouble.BAD_JSON) from None
    reply = said.get("reply") if isinstance(said, dict) else None
    if not isinstance(reply, str) or not reply.strip():
        raise ModelFailed("The answer holds no reworded reply.", ModelTrouble.BAD_JSON)
    return re.sub(r"[ \t]+", " ", reply).strip().strip('"“”').strip()
