"""What is known of a lead, and how a new value joins it: nothing is wiped, and evidence never gets weaker. Pure.

A field's entry in `known_fields`: value, reader, evidence, confidence, event_id, at; `candidates` are other values that
were heard and did not replace it; `locked` is a person's own word, which no reading touches.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.effects import Evidence, FieldValue

__all__ = ["MAX_CANDIDATES", "Heard", "Merged", "evidence_of", "merge", "values_of"]

MAX_CANDIDATES = 5
"""So many other values of a field are kept, the newest."""

_PLACEHOLDERS = frozenset(
    {"null", "none", "n/a", "na", "unknown", "unspecified", "not specified", "not given", "undefined"}
)


@dataclass(frozen=True, slots=True)
class Heard:
    """One value that was read, and what came of it: `why` says it in a word, `previous` is what stood before."""

    value: FieldValue
    accepted: bool
    why: str
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """The fields after a reading, and what came of each of its values."""

    known: dict[str, Any]
    heard: tuple[Heard, ...]

    @property
    def changes(self) -> dict[str, tuple[str | None, str]]:
        """Fields with a new value: what stood before (None: nothing), and what stands now."""
        return {one.value.key: (one.previous, one.value.value.strip()) for one in self.heard if _is_change(one)}


def merge(known: Mapping[str, Any], values: Iterable[FieldValue], *, event_id: int, at: str) -> Merged:
    """`known_fields` with what was read from one event; `at` is the event's time in ISO 8601."""
    merged: dict[str, Any] = dict(known)
    heard = []
    for value in values:
        one = _judge(merged.get(value.key), value)
        heard.append(one)
        if one.accepted:
            merged[value.key] = _entry(merged.get(value.key), value, event_id, at)
        elif one.why in ("weaker", "locked"):
            merged[value.key] = _with_candidate(merged[value.key], value, event_id, at)
    return Merged(merged, tuple(heard))


def values_of(known: Mapping[str, Any]) -> dict[str, str]:
    """The values of known fields, without their sources."""
    return {key: entry["value"] for key, entry in known.items()}


def evidence_of(entry: Mapping[str, Any]) -> tuple[Evidence, float]:
    """How good the evidence of an entry is, to be compared; one that says nothing of it was read by rules."""
    evidence = Evidence.PERSON if entry.get("locked") else Evidence(entry.get("evidence", Evidence.READ))
    return evidence, 1.0 if evidence >= Evidence.SAID else float(entry.get("confidence", 0.9))


def _judge(entry: Mapping[str, Any] | None, value: FieldValue) -> Heard:
    said = value.value.strip()
    if not said or said.casefold() in _PLACEHOLDERS:
        return Heard(value, False, "empty", entry["value"] if entry is not None else None)
    if entry is None:
        return Heard(value, True, "new")
    before, old, new = entry["value"], evidence_of(entry), _evidence(value)
    if before == said:
        return Heard(value, new > old and not entry.get("locked"), "same", before)
    if entry.get("locked"):
        return Heard(value, False, "locked", before)
    if new > old:
        return Heard(value, True, "better", before)
    if new == old and value.evidence is Evidence.SAID:
        return Heard(value, True, "newer", before)  # of two words of the lead's own, the later one
    return Heard(value, False, "weaker", before)


def _evidence(value: FieldValue) -> tuple[Evidence, float]:
    return value.evidence, 1.0 if value.evidence >= Evidence.SAID else value.confidence


def _is_change(one: Heard) -> bool:
    return one.accepted and one.why != "same"


def _entry(before: Mapping[str, Any] | None, value: FieldValue, event_id: int, at: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "value": value.value.strip(),
        "reader": value.reader,
        "evidence": int(value.evidence),
        "confidence": round(value.confidence, 2),
        "event_id": str(event_id),
        "at": at,
    }
    others = [one for one in (before or {}).get("candidates", ()) if one["value"] != entry["value"]]
    if before is not None and before["value"] != entry["value"]:
        others = [*others, {key: before.get(key) for key in ("value", "reader", "event_id", "at")}]
    return entry | ({"candidates": others[-MAX_CANDIDATES:]} if others else {})


def _with_candidate(entry: Mapping[str, Any], value: FieldValue, event_id: int, at: str) -> dict[str, Any]:
    new = {"value": value.value.strip(), "reader": value.reader, "event_id": str(event_id), "at": at}
    others = [one for one in entry.get("candidates", ()) if one["value"] != new["value"]]
    return {**entry, "candidates": [*others, new][-MAX_CANDIDATES:]}
