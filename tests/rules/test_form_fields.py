"""What is found of a person in the JSON of a form, whoever made the form."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.providers.form_fields import FIELDS, agreed, found_fields
from frontdesk.readers.contacts import read_email, read_phone, region_of

ADA = {"name": "Ada Lovelace", "phone": "202 555 0143", "email": "ada@example.test"}


@pytest.mark.parametrize(
    "form",
    [
        {"name": "Ada Lovelace", "phone": "202 555 0143", "email": "ada@example.test"},
        {"Full Name": "Ada Lovelace", "Phone Number": "202 555 0143", "E-Mail": "ada@example.test"},
        {"type": "lead.created", "data": {"your-name": "Ada Lovelace", "your_phone": "202 555 0143", "your-email": "ada@example.test"}},
        {"data": {"fields": [{"label": "Full name", "value": "Ada Lovelace"}, {"label": "Mobile", "value": "202 555 0143"},
                             {"label": "Email address", "value": "ada@example.test"}]}},
        {"field_data": [{"name": "full_name", "values": ["Ada Lovelace"]}, {"name": "phone_number", "values": ["202 555 0143"]},
                        {"name": "email", "values": ["ada@example.test"]}]},
        {"answers": [[{"question": "Name", "answer": "Ada Lovelace"}], [{"question": "Tel", "answer": "202 555 0143"},
                                                                         {"question": "email", "answer": "ada@example.test"}]]},
    ],
    ids=["flat", "spelled", "nested", "labels", "values", "lists in lists"],
)  # fmt: skip
def test_usual_forms_are_understood_without_a_mapping(form: dict[str, Any]) -> None:
    assert found_fields(form, {}) == ADA


def test_a_mapping_wins_and_what_it_does_not_name_is_found() -> None:
    form = {"email": "office@example.test", "who": {"mails": ["x", "ada@example.test"]}, "tel": 2025550143, "note": ""}
    places = {"email": "who.mails.1", "details": "who.mails.0", "phone": "no.such.place", "name": "who.mails.9"}
    assert found_fields(form, places) == {"email": "ada@example.test", "details": "x", "phone": "2025550143"}


def test_a_first_and_a_last_name_make_a_name_and_the_less_deep_wins() -> None:
    form = {"deep": {"first_name": "Eve"}, "First-Name": "Ada", "surname": "Lovelace"}
    assert found_fields(form, {}) == {"name": "Ada Lovelace", "first_name": "Ada", "last_name": "Lovelace"}


@pytest.mark.parametrize(
    ("value", "yes"),
    [(True, True), ("Yes", True), ("on", True), (1, True), (["agree"], True), (False, False), ("", False), ("no", False), (None, False), ({"a": 1}, False)],
)  # fmt: skip
def test_consent_is_what_says_yes(value: Any, yes: bool) -> None:
    assert agreed(found_fields({"sms_opt_in": value}, {})) is yes


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["name", "value", "label", "email", "0", "x"]), inner, max_size=4),
    max_leaves=30,
)  # fmt: skip


@given(
    form=st.dictionaries(st.text(max_size=10) | st.sampled_from(list(FIELDS)), JSON, max_size=6),
    place=st.text(max_size=12),
)
@settings(max_examples=500, deadline=None)
def test_whatever_a_form_holds_fields_are_short_texts_that_a_column_takes(form: dict[str, Any], place: str) -> None:
    for value in found_fields(form, {"details": place}).values():
        assert value.strip() == value != ""
        assert "\x00" not in value
        value.encode("utf-8")
        assert len(value) <= 4000


def test_a_form_as_deep_as_the_reader_of_json_allows_is_no_trouble() -> None:
    form: Any = {"email": "ada@example.test"}
    for _ in range(900):
        form = {"a": [form]}
    assert found_fields(form, {}) == {"email": "ada@example.test"}


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("+44 7700 900123", None, "+447700900123"),
        ("07700 900123", "GB", "+447700900123"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("202.555.0143 ext. 7", "US", "+12025550143"),
        ("0044 7700 900123", "GB", "+447700900123"),
        ("07700 900123", None, None),
        ("call me", "US", None),
        ("12", "US", None),
        ("9" * 500, "US", None),
        ("", "US", None),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, region: str | None, number: str | None) -> None:
    assert read_phone(typed, region) == number


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("ada@example.test", "ada@example.test"),
        ("Ada <Ada.L+x@mail.example.test>", "Ada.L+x@mail.example.test"),
        (" mailto:ada@example.test ", "ada@example.test"),
        ("ada@example", None),
        ("@", None),
        ("", None),
    ],
)
def test_addresses_are_read_as_people_type_them(typed: str, address: str | None) -> None:
    assert read_email(typed) == address


@pytest.mark.parametrize(("number", "region"), [("+12025550100", "US"), ("+447700900123", "GB"), ("junk", None)])
def test_the_region_of_a_number(number: str, region: str | None) -> None:
    assert region_of(number) == region
