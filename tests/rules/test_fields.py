"""How values join what is known: nothing is wiped, and evidence never gets weaker."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.conversations.fields import MAX_CANDIDATES, evidence_of, merge, values_of
from frontdesk.effects import Evidence, FieldValue

MODEL, READ, SAID = Evidence.MODEL, Evidence.READ, Evidence.SAID


def entry(value: str, evidence: Evidence, confidence: float = 0.9, **more: Any) -> dict[str, Any]:
    return {"value": value, "reader": "rules", "evidence": int(evidence), "confidence": confidence, **more}


@pytest.mark.parametrize(
    ("known", "value", "why", "stands"),
    [
        (None, FieldValue("name", "Ada"), "new", "Ada"),
        (None, FieldValue("name", "  "), "empty", None),
        (None, FieldValue("name", "N/A"), "empty", None),
        (entry("Ada", MODEL), FieldValue("name", "Eve", evidence=READ), "better", "Eve"),
        (entry("Ada", READ), FieldValue("name", "Eve", evidence=MODEL), "weaker", "Ada"),
        (entry("Ada", READ), FieldValue("name", "Eve", evidence=READ), "weaker", "Ada"),
        (entry("Ada", READ, 0.6), FieldValue("name", "Eve", evidence=READ, confidence=0.9), "better", "Eve"),
        (entry("Ada", READ, 0.9), FieldValue("name", "Eve", evidence=SAID, confidence=0.5), "better", "Eve"),
        (entry("Ada", SAID), FieldValue("name", "Eve", evidence=SAID, confidence=0.1), "newer", "Eve"),
        (entry("Ada", SAID), FieldValue("name", "", evidence=SAID), "empty", "Ada"),
        (entry("Ada", SAID), FieldValue("name", "unknown", evidence=SAID), "empty", "Ada"),
        (entry("Ada", READ), FieldValue("name", "Ada", evidence=SAID), "same", "Ada"),
        (
            {"value": "Ada", "reader": "person", "locked": True},
            FieldValue("name", "Eve", evidence=SAID),
            "locked",
            "Ada",
        ),
        ({"value": "Ada", "reader": "rules"}, FieldValue("name", "Eve", evidence=SAID), "better", "Eve"),
        ({"value": "Ada", "reader": "rules"}, FieldValue("name", "Eve", evidence=MODEL), "weaker", "Ada"),
    ],
)
def test_what_stands_after_a_value_was_heard(
    known: dict[str, Any] | None, value: FieldValue, why: str, stands: str | None
) -> None:
    merged = merge({} if known is None else {"name": known}, [value], event_id=7, at="then")
    assert [one.why for one in merged.heard] == [why]
    assert values_of(merged.known) == ({} if stands is None else {"name": stands})
    changed = why in ("new", "better", "newer")
    assert merged.changes == ({"name": (known and known["value"], stands)} if changed else {})


def test_a_value_keeps_its_source_and_what_it_replaced() -> None:
    first = FieldValue("name", " Ada ", "rules", READ, 0.9, 3, 6)
    known = merge({}, [first], event_id=1, at="then").known
    assert known == {"name": entry("Ada", READ, event_id="1", at="then")}
    then = merge(known, [FieldValue("name", "Eve", "rules", SAID)], event_id=2, at="later").known
    replaced = {"value": "Ada", "reader": "rules", "event_id": "1", "at": "then"}
    assert then["name"] == entry("Eve", SAID, event_id="2", at="later", candidates=[replaced])


def test_what_did_not_replace_is_a_candidate_and_only_the_newest_are_kept() -> None:
    known: dict[str, Any] = {"name": entry("Ada", SAID)}
    for number in range(MAX_CANDIDATES + 3):
        known = merge(known, [FieldValue("name", f"N{number}", evidence=MODEL)], event_id=number, at="then").known
    assert known["name"]["value"] == "Ada"
    assert [one["value"] for one in known["name"]["candidates"]] == [f"N{n}" for n in range(3, MAX_CANDIDATES + 3)]


def test_a_person_confirms_nothing_by_accident() -> None:
    locked = {"value": "Ada", "reader": "person", "locked": True, "by": "admin"}
    known = merge({"name": locked}, [FieldValue("name", "Ada", evidence=SAID)], event_id=1, at="then").known
    assert known == {"name": locked}


VALUES = st.builds(
    FieldValue,
    st.sampled_from(["name", "service"]),
    st.one_of(st.sampled_from(["", " ", "null", "Ada", "Eve"]), st.text(max_size=5)),
    st.sampled_from(["rules", "model", "own"]),
    st.sampled_from([MODEL, READ, SAID]),
    st.floats(0, 1),
)
EDITS = st.tuples(st.sampled_from(["name", "service"]), st.text(min_size=1, max_size=5).filter(str.strip))


@given(st.lists(st.one_of(st.lists(VALUES, max_size=4), EDITS), max_size=15))
def test_no_sequence_of_readings_failures_and_edits_empties_a_field_or_lowers_its_evidence(
    steps: list[list[FieldValue] | tuple[str, str]],
) -> None:
    known: dict[str, Any] = {}
    for number, step in enumerate(steps):
        before = known
        if isinstance(step, tuple):  # a person writes it
            known = {**known, step[0]: {"value": step[1], "reader": "person", "locked": True}}
        else:  # a reading; a failed one found nothing
            known = merge(known, step, event_id=number, at="then").known
        for key, old in before.items():
            assert known[key]["value"].strip()
            assert evidence_of(known[key]) >= evidence_of(old)
            if old.get("locked") and not isinstance(step, tuple):
                assert known[key]["value"] == old["value"]
