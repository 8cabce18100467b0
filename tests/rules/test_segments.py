"""Segments: counted like the carrier counts them, and spared where plain punctuation does it."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdesk.outbox.segments import Count, Encoding, cost, count, prepared

GSM7, UCS2 = Encoding.GSM7, Encoding.UCS2

# 3GPP TS 23.038, table 6.2.1, as code points in the order of the table; 0x1B escapes to the extension table.
TABLE = [
    *(0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5),
    *(0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, None, 0xC6, 0xE6, 0xDF, 0xC9),
    *(0x20, 0x21, 0x22, 0x23, 0xA4, *range(0x25, 0x40)),
    *(0xA1, *range(0x41, 0x5B), 0xC4, 0xD6, 0xD1, 0xDC, 0xA7),
    *(0xBF, *range(0x61, 0x7B), 0xE4, 0xF6, 0xF1, 0xFC, 0xE0),
]
SEPTETS = {chr(point): bytes([at]) for at, point in enumerate(TABLE) if point is not None}
EXTENSION = {0x0A: 0x0C, 0x14: 0x5E, 0x28: 0x7B, 0x29: 0x7D, 0x2F: 0x5C, 0x3C: 0x5B, 0x3D: 0x7E, 0x3E: 0x5D, 0x40: 0x7C}
SEPTETS |= {chr(point): bytes([0x1B, at]) for at, point in (EXTENSION | {0x65: 0x20AC}).items()}


def packed(text: str) -> list[list[bytes]]:
    """The oracle: real septets or UTF-16 units, packed one character after the other, none torn apart."""
    if all(character in SEPTETS for character in text):
        pieces, alone, room = [SEPTETS[character] for character in text], 160, 153
        sizes = [len(piece) for piece in pieces]
    else:
        pieces, alone, room = [character.encode("utf-16-be", "surrogatepass") for character in text], 70, 67
        sizes = [len(piece) // 2 for piece in pieces]
    if sum(sizes) <= alone:
        return [pieces]
    parts: list[list[bytes]] = [[]]
    left = room
    for piece, size in zip(pieces, sizes, strict=True):
        if size > left:
            parts.append([])
            left = room
        parts[-1].append(piece)
        left -= size
    return parts


def test_the_oracle_knows_the_whole_alphabet() -> None:
    assert len(TABLE) == 128
    assert len(SEPTETS) == 127 + 10


@pytest.mark.parametrize("character", sorted(SEPTETS))
def test_each_character_of_the_alphabet_takes_its_septets(character: str) -> None:
    assert count(character) == Count(GSM7, len(SEPTETS[character]), 1)


@pytest.mark.parametrize("character", "ç`áíóúÁÀêâîôûãõÈÊαβΑΒΩ’“”–—…\t\0\x1b•°²ªºŁłşğıИш中あ🙂\xa0\u2126\u0301")
def test_characters_outside_of_the_alphabet_make_the_text_ucs2(character: str) -> None:
    in_table = character in SEPTETS  # Ω alone of these: the Greek capital, not the ohm sign U+2126
    assert count(character).encoding is (GSM7 if in_table else UCS2)
    assert in_table == (character == "Ω")


def test_no_other_character_of_the_basic_plane_is_in_the_alphabet() -> None:
    everything = [chr(point) for point in range(0x10000)]
    assert {character for character in everything if count(character).encoding is GSM7} == set(SEPTETS)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", GSM7, 0, 1),
        ("a" * 160, GSM7, 160, 1),
        ("a" * 161, GSM7, 161, 2),
        ("a" * 306, GSM7, 306, 2),
        ("a" * 307, GSM7, 307, 3),
        ("€" * 80, GSM7, 160, 1),
        ("€" * 153, GSM7, 306, 3),  # 306 fits two parts, but 153 is odd: each part takes 76 pairs
        ("a" + "€" * 152, GSM7, 305, 2),  # one septet goes before 76 pairs, and fills the first part
        ("a" * 152 + "€" + "a" * 152, GSM7, 306, 3),
        ("a" * 151 + "€" + "a" * 153, GSM7, 306, 2),
        ("я" * 70, UCS2, 70, 1),
        ("я" * 71, UCS2, 71, 2),
        ("я" * 134, UCS2, 134, 2),
        ("я" * 135, UCS2, 135, 3),
        ("🙂" * 35, UCS2, 70, 1),
        ("🙂" * 67, UCS2, 134, 3),  # 67 is odd as well: 33 to a part
        ("🙂" * 66, UCS2, 132, 2),
        ("€" * 70 + "я", UCS2, 71, 2),  # in UCS-2 a euro is one unit
        ("a" * 161 + "’", UCS2, 162, 3),
    ],
)
def test_texts_at_the_edges_are_counted_exactly(text: str, encoding: Encoding, units: int, segments: int) -> None:
    assert count(text) == Count(encoding, units, segments)
    assert len(packed(text)) == segments


CHARACTERS = st.one_of(
    st.sampled_from("aé€[]~ \n"), st.sampled_from("я’“—…🙂\u200b\u200d\xa0"), st.characters(codec="utf-8")
)
GSM_TEXTS = st.text(st.sampled_from(sorted(SEPTETS)), max_size=500)
LONG_GSM_TEXTS = st.lists(st.sampled_from(["€" * 40, "a" * 39, "[x]", "b", "word " * 20]), max_size=20).map("".join)
LONG_UCS2_TEXTS = st.lists(st.sampled_from(["🙂" * 17, "я" * 16, "z", "🙂", "a" * 30]), max_size=20).map("".join)
PUNCTUATED = st.lists(
    st.sampled_from(
        ["It’s ", "“a” ", "word ", "— ", "… ", "x" * 35, "\u200b", "\xa0", "é", "я", "🙂", "‘s", "\t", "\0"]
    ),
    max_size=30,
).map("".join)
TEXTS = st.one_of(st.text(CHARACTERS, max_size=400), GSM_TEXTS, LONG_GSM_TEXTS, LONG_UCS2_TEXTS, PUNCTUATED)


@given(TEXTS)
def test_every_text_takes_as_many_segments_as_the_packer_needs(text: str) -> None:
    counted = count(text)
    assert counted.segments == len(packed(text))
    if counted.encoding is GSM7:
        assert counted.units == len(b"".join(SEPTETS[character] for character in text))
    else:
        assert counted.units == len(text.encode("utf-16-be")) // 2


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ("It’s 10 o’clock" + "x" * 100, "It's 10 o'clock" + "x" * 100),
        ("“Hi” — we’re on…\xa0" + "x" * 60, '"Hi" - we\'re on... ' + "x" * 60),
        ("a\u2028b\u200b\u2060c\ufeff\xad" + "x" * 80, "a\nbc" + "x" * 80),
        ("tab\there" + "x" * 80, "tab here" + "x" * 80),
        ("«Ça»" + "x" * 80, '"Ça"' + "x" * 80),
        ("‑‒–—―−" + "x" * 80, "------" + "x" * 80),
    ],
)
def test_typographic_punctuation_is_made_plain_where_that_saves_a_segment(body: str, sent: str) -> None:
    assert prepared(body).body == sent
    assert prepared(body).count == count(sent)
    assert prepared(body).segments < count(body).segments


@pytest.mark.parametrize(
    "body",
    [
        "It’s fine",  # one segment either way
        "It’s fine 🙂" + "x" * 100,  # the emoji keeps the text UCS-2: a plain quote saves nothing
        "Garçon — café á la carte" + "x" * 100,  # ç and á are no punctuation
        "…" * 70,  # three dots each would need two segments
        "👩\u200d🔧 it’s" + "x" * 100,  # the joiner is part of the emoji
        "👩\u200d🔧" + "x" * 66,  # even where one unit less would save a segment
        "❤\ufe0f" + "x" * 69,
        "می\u200cخواهم" + "م" * 63,  # this joiner is spelling
        "x" * 200,
        "",
    ],
)
def test_a_text_stays_as_written_where_nothing_is_saved(body: str) -> None:
    assert prepared(body).body == body


def test_marks_that_nobody_sees_go_from_other_scripts_too_where_that_saves_a_segment() -> None:
    assert prepared("\u200b" + "я’" * 35).body == "я’" * 35
    assert prepared("\u200b" + "я’" * 30).body == "\u200b" + "я’" * 30


@pytest.mark.parametrize("bad", ["\0", chr(0xD83D), chr(0xDC00)])
def test_what_cannot_be_stored_is_taken_out(bad: str) -> None:
    assert prepared(f"a{bad}b").body == "ab"


@given(TEXTS)
@example("\u200b" + "…" * 70)
def test_what_was_prepared_is_left_alone_when_it_is_prepared_again(text: str) -> None:
    once = prepared(text)
    assert prepared(once.body) == once


@given(TEXTS)
def test_preparing_changes_a_text_only_where_it_saves_a_segment(text: str) -> None:
    clean = text.replace("\0", "")
    once = prepared(text)
    assert once.count == count(once.body)
    assert once.body == clean or once.segments < count(clean).segments


@given(TEXTS)
def test_letters_and_emoji_are_never_changed(text: str) -> None:
    kept = [character for character in prepared(text).body if character.isalnum() or ord(character) > 0xFFFF]
    assert kept == [character for character in text if (character.isalnum() or ord(character) > 0xFFFF)]


def test_the_cost_is_exact() -> None:
    assert cost(3, Decimal("0.0079")) == Decimal("0.0237")
    assert cost(1, Decimal(0)) == 0
