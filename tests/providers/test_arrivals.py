"""The simulated carrier's own book of what reached it, and the troubles that it can make."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from carrier_bench import DESK, LEAD, bench, run
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.errors import Rejected, SendError, Throttled, Unknown
from frontdesk.outbox.segments import count
from frontdesk.simulator import Fate
from frontdesk.simulator.arrivals import Arrivals
from frontdesk.simulator.faults import Fault
from frontdesk.simulator.segments import count_segments

# fault, what becomes of the request, whether it makes a message
FATES = [
    (Fault.THROTTLE, Fate.THROTTLED, False),
    (Fault.HTTP_500_BEFORE_ACCEPT, Fate.FAILED, False),
    (Fault.DROP_BEFORE_ACCEPT, Fate.DROPPED, False),
    (Fault.HTTP_500_AFTER_ACCEPT, Fate.ACCEPTED_500, True),
    (Fault.DROP_AFTER_ACCEPT, Fate.ACCEPTED_UNANSWERED, True),
    (Fault.HANG_AFTER_ACCEPT, Fate.ACCEPTED_UNANSWERED, True),
]


def test_every_request_is_in_the_book_with_its_time_and_its_fate() -> None:
    async def story() -> None:
        async with bench(timeout=2) as at:
            clock = time.monotonic()
            for fault, _, _ in FATES:
                at.carrier.faults.next(fault)
                with pytest.raises(SendError):
                    await at.send(fault.value)
            with pytest.raises(Rejected):
                await at.send("refused", to="+1555")
            sid = await at.send("x" * 161, deliver_within=timedelta(minutes=5))
            *troubled, refused, last = at.carrier.arrivals
            assert [(one.body, one.fate, one.sid is not None) for one in troubled] == [
                (fault.value, fate, made) for fault, fate, made in FATES
            ]
            assert (troubled[0].code, refused.fate, refused.code) == (20429, Fate.REFUSED, 21211)
            assert (last.fate, last.sid, last.from_, last.to) == (Fate.ACCEPTED, sid, DESK, LEAD)
            assert (last.ref, last.segments, last.validity) == ("41", 2, "300")
            assert [one.sid for one in at.carrier.arrivals.accepted] == [message.sid for message in at.carrier.sent]
            assert [one.fate for one in at.carrier.arrivals.refused] == [
                fate for _, fate, made in FATES if not made
            ] + [Fate.REFUSED]
            times = [clock, *(one.clock for one in at.carrier.arrivals), time.monotonic()]
            assert times == sorted(times)
            assert last.at.tzinfo is UTC

    run(story())


@pytest.mark.parametrize("retry_after", [None, 7])
def test_a_burst_of_429_ends_after_its_count_with_and_without_retry_after(retry_after: int | None) -> None:
    async def story() -> None:
        async with bench() as at:
            at.carrier.faults.retry_after = retry_after
            at.carrier.faults.next(Fault.THROTTLE, 5)
            for _ in range(5):
                with pytest.raises(Throttled) as caught:
                    await at.send()
                assert caught.value.retry_after == (retry_after or 1.0)
                assert caught.value.exchange is not None
                assert caught.value.exchange.response is not None
                kept = caught.value.exchange.response["headers"].get("retry-after")
                assert kept == (str(retry_after) if retry_after else None)
            await at.send()
            assert len(at.carrier.sent) == 1

    run(story())


def test_an_answer_that_never_comes_leaves_the_message_and_lets_the_carrier_go_on() -> None:
    async def story() -> None:
        async with bench(timeout=2) as at:
            at.carrier.faults.next(Fault.HANG_AFTER_ACCEPT, 3)
            results = await asyncio.gather(*(at.send(f"{n}") for n in range(3)), return_exceptions=True)
            assert [type(result) for result in results] == [Unknown] * 3
            await at.send("after")
            await at.carrier.settled(timeout=10)
            assert sorted(message.body for message in at.carrier.sent) == ["0", "1", "2", "after"]
            assert {message.status for message in at.carrier.sent} == {"delivered"}

    run(story())


def test_single_receipts_are_lost_while_the_others_come() -> None:
    async def story() -> None:
        async with bench() as at:
            at.carrier.faults.next(Fault.LOSE_RECEIPT)
            await at.send()
            await at.carrier.settled(timeout=10)
            assert [receipt.provider_status for receipt in at.receipts] == ["sent", "delivered"]

    run(story())


def test_another_process_can_read_the_book() -> None:
    async def story() -> None:
        async with bench() as at, httpx2.AsyncClient(base_url=at.base_url, trust_env=False) as http:
            at.carrier.faults.next(Fault.THROTTLE)
            with pytest.raises(Throttled):
                await at.send("first")
            sid = await at.send("second")
            first, second = (await http.get("/simulator/arrivals")).json()["arrivals"]
            assert (first["body"], first["fate"], first["code"], first["sid"]) == ("first", "throttled", 20429, None)
            assert (second["from"], second["to"], second["ref"], second["sid"]) == (DESK, LEAD, "41", sid)
            assert first["clock"] <= second["clock"]
            assert datetime.fromisoformat(first["at"]).tzinfo is not None

    run(story())


@pytest.mark.parametrize("validity", ["0", "36001", "-1", "1.5", "soon", "٣"])
def test_a_validity_that_twilio_does_not_take_is_refused(validity: str) -> None:
    async def story() -> None:
        async with bench() as at, httpx2.AsyncClient(auth=(at.carrier.account_sid, at.carrier.auth_token)) as http:
            url = f"{at.base_url}/2010-04-01/Accounts/{at.carrier.account_sid}/Messages.json"
            form = {"To": LEAD, "From": DESK, "Body": "x", "ValidityPeriod": validity}
            answer = await http.post(url, data=form)
            assert (answer.status_code, answer.json()["code"]) == (400, 90007)

    run(story())


def test_the_book_forgets_the_oldest() -> None:
    book = Arrivals(keep=2)
    for body in "abc":
        book.note(from_=DESK, to=LEAD, body=body, callback="", validity="")
    assert ([one.body for one in book], len(book)) == (["b", "c"], 2)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("x" * 152 + "€" * 5, 2),
        ("€" * 153, 3),  # 76 in a part: an escaped character is not cut in two
        ("ü" * 160, 1),
        ("’" * 70, 1),
        ("’" * 71, 2),
        ("👍" * 35, 1),
        ("👍" * 36, 2),
        ("👍" * 66, 2),
        ("👍" * 67, 3),
    ],
)
def test_the_carrier_counts_segments_as_the_standard_does(text: str, segments: int) -> None:
    assert count_segments(text) == segments


ANY = st.sampled_from("a€{ü’👍\f\n`") | st.characters(exclude_categories=["Cs"])
LONG = st.builds("".join, st.lists(st.builds(lambda char, times: char * times, ANY, st.integers(1, 160)), max_size=6))


@settings(deadline=None, max_examples=300)
@given(LONG)
def test_the_carrier_and_the_desk_count_alike_without_having_learnt_it_from_each_other(text: str) -> None:
    assert count_segments(text) == count(text).segments
