"""The small copy of a payload: bounded, marked, the same when done again, and what is known of the call survives."""

import json
from typing import Any

import pytest
from call_payloads import GROWERS, KNOWN, payload
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.calls.sanitise import FACTS, LARGEST, OF_A_PARTY, PARTIES, TEXT, sanitised, size_of

KILOBYTES = (50, 120, 250, 500)


def compact(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def arrays(value: Any) -> list[list[Any]]:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return ([value] if isinstance(value, list) else []) + [found for item in inner for found in arrays(item)]


@pytest.mark.parametrize("kilobytes", KILOBYTES)
@pytest.mark.parametrize("shape", GROWERS)
def test_a_large_call_becomes_a_tenth_at_most_and_keeps_its_facts(shape: str, kilobytes: int) -> None:
    whole = payload(shape, kilobytes)
    copy = sanitised(whole)
    assert compact(whole) >= kilobytes * 1000
    assert size_of(copy) <= min(LARGEST, compact(whole) // 10)
    assert {name: copy[name] for name in KNOWN} == KNOWN
    assert copy["contact"]["phone"] == "+14155550100"
    assert sanitised(copy) == copy
    assert depth(copy) <= 5
    assert "…[" in json.dumps(copy, ensure_ascii=False)


def test_a_payload_of_the_usual_size_stays_as_it_is() -> None:
    usual = {
        **KNOWN,
        "contact": {"name": "Jordan Diaz"},
        "labels": ["vip"],
        "integrations": {},
        "transcription_text": None,
    }
    assert sanitised(usual) == usual


def test_each_cut_says_what_was_there() -> None:
    inside: Any = {"a": {"b": {"c": {"d": {"e": 1, "f": 2}}}}}
    copy = sanitised(
        {
            "transcription_text": "word " * 200,
            "sound": "QUJD" * 100,
            "link": "data:audio/mpeg;base64," + "QUJD" * 100,
            "raw": "\x00\x01" * 60,
            "steps": list(range(25)),
            "metadata": {f"key{n}": n for n in range(30)},
            "tree": inside,
            "digits": 10**40,
            "k" * 100: 1,
        }
    )
    assert copy == {
        "transcription_text": ("word " * 200)[:TEXT] + "…[cut: was 1000 characters]",
        "sound": "…[removed: base64, 400 characters]",
        "link": "…[removed: base64, 423 characters]",
        "raw": "…[removed: binary, 120 characters]",
        "steps": [*range(10), "…[cut: 15 more items of 25]"],
        "metadata": {**{f"key{n}": n for n in range(20)}, "_cut": "…[cut: 10 more keys of 30]"},
        "tree": {"a": {"b": {"c": {"d": "…[cut: object of 2 keys]"}}}},
        "digits": "…[removed: number of more than 64 bits]",
        "k" * 24 + "…[cut: was 100 characters]": 1,
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=700) | st.text("abcXYZ019+/=", min_size=150, max_size=700)
    | st.sampled_from(["…[cut: was 9 characters]", "x" * 480 + "…[cut: was 9 characters]", "…[cut: 3 more items of 13]"]),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=80) | st.sampled_from(["_cut", *FACTS]), inner, max_size=40),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(JSON, st.integers(1, 40))
def test_whatever_json_it_is_the_copy_is_bounded_and_the_same_again(value: Any, times: int) -> None:
    for whole in (
        value,
        {f"{n}": value for n in range(times)},
        [value] * times,
        {"call_id": 7, "deep": {"er": [value] * times}},
    ):
        copy = sanitised(whole)
        assert size_of(copy) <= LARGEST
        if compact_or_none(whole) >= 50_000:
            assert size_of(copy) * 10 <= compact_or_none(whole)
        assert sanitised(copy) == copy
        assert depth(copy) <= 5
        assert all(len(array) <= 11 for array in arrays(copy))


def compact_or_none(value: Any) -> int:
    try:
        return compact(value)
    except UnicodeEncodeError:  # a lone surrogate
        return 0


SHORT = st.integers(-(2**63), 2**63) | st.booleans() | st.text("abc+019:. -", max_size=40)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(FACTS), SHORT, min_size=1), JSON, st.integers(1, 60))
def test_the_listed_facts_survive_whatever_stands_beside_them(facts: dict[str, Any], beside: Any, times: int) -> None:
    whole = {**{f"other{n}": beside for n in range(times)}, **facts, "contact": {"id": 5, "phone": "+12025550143"}}
    copy = sanitised(whole)
    assert {name: copy[name] for name in facts} == facts
    assert copy["contact"] == {"id": 5, "phone": "+12025550143"}


def test_the_facts_fit_into_the_tenth_of_the_smallest_large_payload() -> None:
    longest: dict[str, Any] = dict.fromkeys(FACTS, "9" * 40)
    longest |= {name: dict.fromkeys(OF_A_PARTY, "9" * 40) for name in PARTIES}
    whole = {**{f"other{n}": [["word " * 90] * 9] * 9 for n in range(80)}, **longest}
    assert {name: sanitised(whole)[name] for name in longest} == longest
    assert size_of(longest) + 200 < 5_000
