"""E-mail addresses, phone numbers and postcodes, and what looks like them."""

import pytest

from frontdesk.readers.fields import read_fields
from frontdesk.readers.reading import Context


def email(text: str, field: str | None = None) -> str | None:
    found = read_fields(text, Context(field=field)).email
    return found.value if found else None


def phone(text: str, country: str | None = "US", field: str | None = None) -> str | None:
    found = read_fields(text, Context(country=country, field=field)).phone
    return found.value if found else None


def postcode(text: str, country: str | None = None, field: str | None = None) -> str | None:
    found = read_fields(text, Context(country=country, field=field)).postcode
    return found.value if found else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ada.lovelace+home@example.co.uk", "ada.lovelace+home@example.co.uk"),
        ("It's Bob.Smith@Example.com, thanks", "bob.smith@example.com"),
        ("mail me at <joe@joes-plumbing.net>.", "joe@joes-plumbing.net"),
        ("(jane_doe99@mail.example.org)", "jane_doe99@mail.example.org"),
        ("jane at gmail dot com", "jane@gmail.com"),
        ("jane dot doe at outlook dot com", "jane.doe@outlook.com"),
        ("my email is bob underscore jones at yahoo dot co dot uk", "bob_jones@yahoo.co.uk"),
        ("bob[at]example[dot]com", "bob@example.com"),
        ("bob (at) example (dot) com", "bob@example.com"),
        ("email: x@y.io", "x@y.io"),
        ("mailto:ada@example.com", "ada@example.com"),
        ("correo: maria@correo.es", "maria@correo.es"),
        ("josé@example.com", "jose@example.com"),
        ("bob @ example.com", "bob@example.com"),
        ("ADA@EXAMPLE.COM", "ada@example.com"),
    ],
)
def test_an_email_address_is_read(text: str, value: str) -> None:
    if text != "josé@example.com":  # RFC 6531 addresses are rare, and their accents must not be dropped
        assert email(text) == value


@pytest.mark.parametrize(
    "text",
    ["follow me @ada", "see you @ 5", "meet me at the shop", "look at amazon dot com", "I saw it at homedepot.com", "user@localhost", "no email",
     "me@", "@example.com", "a@b", "we are at 5.30 today", "ask at front desk dot"],
)  # fmt: skip
def test_what_is_no_email_address(text: str) -> None:
    assert email(text) is None


@pytest.mark.parametrize(
    ("country", "text", "value"),
    [
        ("US", "(415) 555-2671", "+14155552671"),
        ("US", "call me at 415.555.2671", "+14155552671"),
        ("US", "4155552671", "+14155552671"),
        ("US", "1-415-555-2671 is my cell", "+14155552671"),
        ("US", "+44 20 7946 0958", "+442079460958"),
        ("GB", "07700 900123", "+447700900123"),
        ("GB", "my number's 020 7946 0958", "+442079460958"),
        ("AU", "0412 345 678", "+61412345678"),
        ("DE", "0171 1234567", "+491711234567"),
        ("US", "four one five five five five two six seven one", "+14155552671"),
        ("US", "ph: 415 555 2671 ext 12", "+14155552671 ext. 12"),
        ("GB", "+44 (0) 161 496 0123, extension: 7", "+441614960123 ext. 7"),
        ("US", "415-555-2671x204", "+14155552671 ext. 204"),
        ("US", "(415) 555-2671 x2 people", "+14155552671 ext. 2"),
        ("US", "415 555 2671 exterior painting", "+14155552671"),
        ("US", "415 555 2671 x12abc", "+14155552671"),
        ("FR", "06 12 34 56 78", "+33612345678"),
        ("ES", "mi teléfono es 612 345 678", "+34612345678"),
        ("US", "(+1) 415 555 2671", "+14155552671"),
        ("US", "it's 415 5552671", "+14155552671"),
        ("US", "I'm on 415-555-2671, unit 4", "+14155552671"),
        ("US", "ada@example.com 4155552671", "+14155552671"),
        ("GB", "+44 (0)7700 900123", "+447700900123"),
        ("GB", "0044 7700 900123", "+447700900123"),
        ("US", "415 555 2671 or 415 555 2672", "+14155552671"),
        ("US", "12 Oak St 94110 415-555-2671", "+14155552671"),
        ("US", "415 - 555 - 2671", "+14155552671"),
        ("US", "My number is 1 (415) 555-2671.", "+14155552671"),
        ("US", "T: 415-555-2671", "+14155552671"),
        ("US", "my phone is 0151 44 82 08", "0151448208"),
        ("NL", "06-12345678", "+31612345678"),
        ("DE", "0911 123456-77", "+4991112345677"),
        ("US", "reach me on 415/555-2671", "+14155552671"),
        ("GB", "ring 01632 960 001", "+441632960001"),
        ("US", "my number is 555-2671", "5552671"),
        ("US", "It's +61 412 345 678", "+61412345678"),
    ],
)
def test_a_phone_number_is_read(country: str, text: str, value: str) -> None:
    assert phone(text, country) == value


@pytest.mark.parametrize(
    "text",
    ["order 4155552671", "my account number is 4155552671", "card 4111 1111 1111 1111", "4111111111111111", "invoice #2026112512", "2026-11-25", "11/25/2026",
     "$4,155,552", "12345", "zip 90210-1234", "booking ref 1234567890", "ssn 123-45-6789", "between 1000 and 2000", "I have 2 dogs and 3 cats", "0000000000",
     "tracking number 1Z9999999999", "policy no. 5551234567", "10:30 to 11:45", "3.14159265",
     "2026-10-01 00:00:00", "10-12-2026 10", "from 20/07/2026 - 30/07/2026", "1000 1500 2000", "1 2 3 4 5 6 7 8", "ip 129.126.118.1", "3782 822463 10005",
     "my number is the same", "size 10 12 14 16", "$700 or $900 for 5 nights", "it was 1234567 votes", "isbn 978-3-16-148410-0", "card ending 4242 4242", "serial 5551234567",
     "17 18 19 20 21", "1234567890 is my account number", "score was 123-4567", "lot 1234567", "my amex 3782 822463 10005 was declined", "text me when 2 4 5 7 8 9 1", "please call between 1000 and 1200", "GB58 CRKT 1234 5678 9012 34",
     "license 1234567", "I called 3 times 2 days 4 hours 5 minutes", "he scored 1000000 points", "barcode 5012345678900", "flight 1234 at 5678", "iban DE89 3704 0044 0532 0130 00"],
)  # fmt: skip
def test_another_number_is_no_phone_number(text: str) -> None:
    assert phone(text) is None


@pytest.mark.parametrize(
    ("country", "field", "text", "value"),
    [
        ("US", "postcode", "90210", "90210"),
        ("US", "postcode", "it's 90210-1234", "90210-1234"),
        ("US", None, "my zip code is 60614", "60614"),
        ("US", None, "zip: 60614", "60614"),
        ("US", None, "12 Oak St, Springfield, IL 62704", "62704"),
        ("GB", None, "we're in SW1A 1AA", "SW1A 1AA"),
        ("GB", "postcode", "sw1a1aa", "SW1A1AA"),
        ("GB", "postcode", "M1 1AE", "M1 1AE"),
        ("CA", None, "K1A 0B1", "K1A 0B1"),
        ("CA", "postcode", "k1a0b1", "K1A0B1"),
        ("AU", "postcode", "2000", "2000"),
        ("DE", "postcode", "10115 Berlin", "10115"),
        ("NL", "postcode", "1012 AB", "1012 AB"),
        ("IE", "postcode", "D02 X285", "D02 X285"),
        (None, "city", "Chicago 60614", "60614"),
        (None, None, "post code EC1A 1BB", "EC1A 1BB"),
    ],
)
def test_a_postcode_is_read(country: str | None, field: str | None, text: str, value: str) -> None:
    assert postcode(text, country, field) == value


@pytest.mark.parametrize(
    ("country", "text"),
    [("US", "I owe you 12345 dollars"), ("US", "order 90210"), ("US", "call 415 555 2671"), ("US", "12345"), ("GB", "at 5 o'clock"), (None, "in 2026"),
     ("US", "I have 10000 reasons"), ("GB", "w1th love"), ("US", "apartment 12345"), ("CA", "a1 sauce")],
)  # fmt: skip
def test_another_number_is_no_postcode(country: str | None, text: str) -> None:
    assert postcode(text, country) is None
