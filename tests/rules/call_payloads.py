"""Payloads in the shape of Dialpad's call events, as large as one asks for: what a real company's calls grow to."""

import base64
import json
import random
from collections.abc import Callable
from typing import Any

__all__ = ["GROWERS", "KNOWN", "payload"]

WORDS = [
    "the",
    "boiler",
    "leaks",
    "on",
    "Friday,",
    "naïve",
    "café",
    "😀",
    "and",
    "so",
    "on;",
    "please",
    "call",
    "back",
    "about",
    "the",
    "quote",
]
KNOWN: dict[str, Any] = {
    "call_id": 6543210987654321098,
    "state": "call_transcription",
    "direction": "inbound",
    "external_number": "+12025550143",
    "internal_number": "+14155550100",
    "date_started": 1795190400000,
    "date_rang": 1795190400900,
    "date_connected": 1795190408800,
    "date_ended": 1795190593800,
    "event_timestamp": 1795190593900,
    "duration": 185000.123,
    "talk_time": 185000,
    "master_call_id": 7000000000000001,
    "entry_point_call_id": None,
    "was_recorded": True,
    "is_transferred": False,
    "mos_score": 4.41,
    "group_id": "5601",
}
PARTY = {"id": 6651106703015936, "type": "user", "email": "agent@example.test", "phone": "+14155550100"}


def transcript(rng: random.Random, size: int) -> dict[str, Any]:
    return {"transcription_text": prose(rng, size)}


def lines(rng: random.Random, size: int) -> dict[str, Any]:
    return {"transcript": {"lines": [{"at": n, "who": "Caller", "text": prose(rng, 90)} for n in range(size // 130)]}}


def recording(rng: random.Random, size: int) -> dict[str, Any]:
    sound = base64.b64encode(rng.randbytes(size * 3 // 8)).decode()
    return {
        "recording_details": [
            {"id": "77000", "content": sound},
            {"id": "77001", "url": "data:audio/mp3;base64," + sound},
        ]
    }


def metadata(rng: random.Random, size: int) -> dict[str, Any]:
    return {"integrations": {f"field_{n}": prose(rng, 60) for n in range(size // 80)}}


def breadcrumbs(rng: random.Random, size: int) -> dict[str, Any]:
    step = {
        "breadcrumb_type": "ivr",
        "date": 1795190400000,
        "target": {"id": 1, "path": [{"name": "menu", "keys": [1, 2, 3]}]},
    }
    return {"routing_breadcrumbs": [{**step, "event": prose(rng, 40)} for _ in range(size // 190)]}


def nested(rng: random.Random, size: int) -> dict[str, Any]:
    tree: Any = prose(rng, 40)
    while len(json.dumps(tree)) < size:
        tree = {"child": tree, "siblings": [tree, tree], "note": prose(rng, 40)}
    return {"ai_playbook": tree}


def wide(rng: random.Random, size: int) -> dict[str, Any]:
    """Many middling things, none of which is large by itself."""
    item = {"a": prose(rng, 60), "b": [prose(rng, 30) for _ in range(6)], "c": {str(n): n for n in range(12)}}
    return {f"custom_{n}": [dict(item) for _ in range(9)] for n in range(max(1, size // 4500))}


def everything(rng: random.Random, size: int) -> dict[str, Any]:
    grown: dict[str, Any] = {}
    for grow in (transcript, lines, recording, metadata, breadcrumbs, wide):
        grown |= grow(rng, size // 6)
    return grown


GROWERS: dict[str, Callable[[random.Random, int], dict[str, Any]]] = {
    grow.__name__: grow for grow in (transcript, lines, recording, metadata, breadcrumbs, nested, wide, everything)
}


def payload(shape: str, kilobytes: int, seed: int = 1) -> dict[str, Any]:
    """One event of about so many kilobytes, never less; the known facts stand among what makes it large."""
    rng, size = random.Random(seed), kilobytes * 1000
    asked, grown = size, GROWERS[shape](rng, size)
    while len(json.dumps(grown, ensure_ascii=False, separators=(",", ":")).encode()) < size:
        asked = asked * 5 // 4
        grown = GROWERS[shape](rng, asked)
    known = list(KNOWN.items())
    return {**dict(known[:5]), **grown, **dict(known[5:]), "contact": {**PARTY, "name": "Jordan Diaz"}, "target": PARTY}


def prose(rng: random.Random, size: int) -> str:
    words = ""
    while len(words) < size:
        words += " ".join(rng.choices(WORDS, k=max(8, size // 60))) + " "
    return words[:size]
