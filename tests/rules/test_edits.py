"""A person's edit: which columns it writes, which known fields those stand for, and how they are locked."""

import re
from typing import Any

import pytest

from frontdesk.conversations.edits import as_columns, keys_of, locked
from frontdesk.conversations.fields import merge, values_of
from frontdesk.effects import Evidence, FieldValue

LEAD = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "service_type_enum": "Roofing"}
AT = "2026-11-20T17:00:00+00:00"


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        ({"first_name": " Ada "}, {"first_name": "Ada"}),
        ({"last_name": "van  der Berg"}, {"last_name": "van der Berg"}),
        ({"email": "ada@example.com"}, {"email": "ada@example.com"}),
        ({"email": "ada+x@mail.example.co.uk"}, {"email": "ada+x@mail.example.co.uk"}),
        ({"service": "Leaking tap"}, {"service_type_enum": "Leaking tap"}),
        ({"first_name": "Ada", "service": "x"}, {"first_name": "Ada", "service_type_enum": "x"}),
    ],
)
def test_an_edit_becomes_columns(given: dict[str, str], columns: dict[str, str]) -> None:
    assert as_columns(given) == columns


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Nothing to change: give at least one of first name, last name, e-mail address, service"),
        ({"first_name": ""}, "The first name is empty, and nothing is wiped"),
        ({"service": " \t "}, "The service is empty, and nothing is wiped"),
        ({"phone": "+12025550143"}, "The phone number is not edited"),
        ({"status": "won"}, "There is no status to edit"),
        ({"first_name": "A\u0007da"}, "has characters in it that cannot be shown"),
        ({"last_name": "x" * 101}, "The last name has 101 characters, and 100 are kept"),
        ({"email": "x" * 250 + "@example.com"}, "The e-mail address has 262 characters, and 254 are kept"),
        *[
            ({"email": wrong}, "is no e-mail address: write it like ada@example.com")
            for wrong in ("ada", "ada@", "@example.com", "ada@example", "a da@example.com", "ada@@example.com",
                          "ada@example..com", "ada@example.com, b@example.com", "Ada <ada@example.com>", "ada@example.c")
        ],
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence_that_says_what_can(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        as_columns(given)


@pytest.mark.parametrize(
    ("columns", "known", "keys"),
    [
        (["first_name"], [], ["name"]),
        (["last_name"], [], ["name"]),
        (["first_name", "last_name"], [], ["name"]),
        (["first_name"], ["first_name"], ["name", "first_name"]),
        (["last_name"], ["first_name"], ["name"]),
        (["email"], ["name"], ["email"]),
        (["service_type_enum"], [], ["service"]),
        (["email", "service_type_enum", "first_name"], [], ["name", "email", "service"]),
        ([], ["name", "email"], []),
    ],
)
def test_columns_stand_for_known_fields(columns: list[str], known: list[str], keys: list[str]) -> None:
    assert list(keys_of(columns, known)) == keys


def person(value: str) -> dict[str, Any]:
    return {"value": value, "reader": "person", "at": AT, "event_id": None, "by": "ada", "locked": True}


def read(value: str) -> dict[str, Any]:
    return {"value": value, "reader": "rules", "confidence": 0.9, "event_id": "7", "at": "2026-11-19T09:00:00+00:00"}


def test_one_part_of_a_name_locks_the_whole_as_it_is_then() -> None:
    after = locked({}, LEAD | {"first_name": "Augusta"}, ["first_name"], by="ada", at=AT)
    assert after == {"name": person("Augusta Lovelace")}
    alone = locked({}, LEAD | {"last_name": None}, ["first_name"], by="ada", at=AT)
    assert alone == {"name": person("Ada")}


def test_a_last_name_alone_is_no_name_by_which_a_lead_is_greeted() -> None:
    after = locked({}, LEAD | {"first_name": None}, ["last_name"], by="ada", at=AT)
    assert after == {"last_name": person("Lovelace")}


def test_what_stood_before_is_kept_as_a_candidate_and_other_fields_as_they_are() -> None:
    known = {"service": read("roof"), "details": read("after five")}
    after = locked(known, LEAD, ["service_type_enum"], by="ada", at=AT)
    before = {"value": "roof", "reader": "rules", "event_id": "7", "at": "2026-11-19T09:00:00+00:00"}
    assert after == {"service": person("Roofing") | {"candidates": [before]}, "details": read("after five")}
    assert known["service"] == read("roof")


def test_the_same_value_is_locked_without_a_candidate() -> None:
    assert locked({"email": read("ada@example.com")}, LEAD, ["email"], by="ada", at=AT) == {
        "email": person("ada@example.com")
    }


def test_no_reading_however_good_replaces_what_a_person_wrote() -> None:
    known = locked({}, LEAD, ["first_name", "email"], by="ada", at=AT)
    said = [
        FieldValue("name", "Grace Hopper", "rules", confidence=1.0, evidence=Evidence.SAID),
        FieldValue("email", "grace@example.com", "rules", confidence=1.0, evidence=Evidence.SAID),
    ]
    merged = merge(known, said, event_id=8, at=AT)
    assert values_of(merged.known) == {"name": "Ada Lovelace", "email": "ada@example.com"}
    assert [one.why for one in merged.heard] == ["locked", "locked"]
    assert merged.changes == {}


def test_an_entry_that_was_written_by_hand_as_a_bare_value_does_not_stop_an_edit() -> None:
    after = locked({"email": "old@example.com"}, LEAD, ["email"], by="ada", at=AT)
    assert after["email"]["value"] == "ada@example.com"
    assert after["email"]["candidates"][0]["value"] == "old@example.com"
