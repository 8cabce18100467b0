"""Dead letters by the API: listed, grouped, replayed, dismissed, parked; counted first, recorded, and never by accident."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

NOBODYS = "+12025550199"
BASE = "/api/admin/dead-letters"


@pytest.fixture
def fresh(dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk of the test's own."""
    with house_on(dsn, worker={"poll_seconds": 0.1, "max_tries": 1}) as house:
        yield house


def die(house: Any, count: int, number: str = NOBODYS) -> list[str]:
    """So many texts to a number that serves nobody; the ids of their events, in order."""
    before = house.sql("SELECT count(*) FROM dead_letters")[0][0]
    for n in range(count):
        house.text("Anybody there?", lead=f"+1202555{before + n:04}", number=number)
    house.until("SELECT count(*) >= %(n)s FROM dead_letters", n=before + count)
    return [str(row[0]) for row in house.sql("SELECT event_id FROM dead_letters ORDER BY event_id")][before:]


def post(house: Any, path: str, body: Any = None, **headers: str) -> Any:
    return house.post(path, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_groups_tell_the_count_and_a_list_is_narrowed_to_one_of_them(fresh: Any) -> None:
    ids = die(fresh, 3)
    found = fresh.get(f"{BASE}/groups").json()
    assert (found["letters"], found["groups"], found["scheduled"]) == (3, 1, 0)
    (group,) = found["items"]
    assert (group["letters"], group["webhookType"], group["sampleEventId"]) == (3, "twilio_sms", ids[-1])
    assert "No client is served on" in group["firstError"]
    for query, expected in {
        f"fingerprint={group['fingerprint']}": 3,
        "fingerprint=0": 0,
        "type=twilio_sms": 3,
        "type=twilio_status": 0,
    }.items():
        assert len(fresh.get(f"{BASE}?{query}").json()["items"]) == expected, query
        assert fresh.get(f"{BASE}/groups?{query}").json()["letters"] == expected, query
    letter = fresh.get(BASE).json()["items"][0]
    assert (letter["eventId"], letter["deaths"], letter["replayAt"]) == (ids[-1], 1, None)


def test_a_dry_run_counts_and_a_replay_puts_back(fresh: Any) -> None:
    ids = die(fresh, 3)
    dry = post(fresh, f"{BASE}/replay", {"all": True, "dryRun": True}).json()
    assert (dry["matched"], dry["replayed"], dry["dryRun"], dry["doneBy"]) == (3, 0, True, "this machine")
    assert fresh.sql("SELECT count(*) FROM audit_log") == [(0,)]
    done = post(fresh, f"{BASE}/replay", {"eventIds": ids[:2], "expectedCount": 2})
    assert done.status_code == 200, done.text
    assert set(done.json()) == {
        "matched", "replayed", "scheduled", "cancelled", "dismissed", "lastReplayAt", "dryRun", "doneBy",
    }  # fmt: skip
    assert (done.json()["matched"], done.json()["replayed"], done.json()["dryRun"]) == (2, 2, False)
    fresh.until("SELECT count(*) = 2 FROM dead_letters WHERE deaths = 2")
    (act,) = fresh.get("/api/admin/audit").json()["items"]
    assert (act["actor"], act["action"], act["subject"]) == ("this machine", "replay", "dead letters")
    assert (act["details"]["count"], act["details"]["filter"]) == (2, {"event_ids": [int(i) for i in ids[:2]]})


def test_another_count_than_expected_is_a_conflict_that_says_the_count(fresh: Any) -> None:
    die(fresh, 2)
    answer = post(fresh, f"{BASE}/dismiss", {"all": True, "expectedCount": 3})
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert "There are 2 such dead letters now, not 3" in answer.json()["detail"]
    assert fresh.get(f"{BASE}/groups").json()["letters"] == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "Say which dead letters: eventIds, or a filter"),
        ({"dryRun": True}, "Say which dead letters"),
        ({"all": True, "fingerprint": "x"}, "Say it in one way"),
        ({"eventIds": ["1"], "clientId": "1"}, "Say it in one way"),
        ({"eventIds": []}, "eventIds"),
        ({"eventIds": ["one"]}, "eventIds.0"),
        ({"ids": ["1"]}, "ids: Extra inputs are not permitted"),
        ({"all": True, "ratePerSecond": 0}, "ratePerSecond"),
        ({"diedSince": "2026-11-20T17:00:00"}, "diedSince: Input should have timezone info"),
        ([], "body: Input should be a valid dictionary"),
        (None, "body: Field required"),
    ],
)
def test_an_order_that_is_not_clear_does_nothing_and_says_why(house: Any, body: Any, said: str) -> None:
    for path in ("replay", "cancel-replay", "dismiss") if body is None or "ratePerSecond" not in body else ("replay",):
        answer = post(house, f"{BASE}/{path}", body)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        assert said in answer.json()["detail"]


def test_a_schedule_is_shown_and_cancelled(fresh: Any) -> None:
    ids = die(fresh, 3)
    done = post(fresh, f"{BASE}/replay", {"webhookType": "twilio_sms", "ratePerSecond": 0.001}).json()
    assert (done["matched"], done["scheduled"], done["replayed"]) == (3, 3, 0)
    fresh.until("SELECT deaths = 2 FROM dead_letters ORDER BY event_id LIMIT 1")  # the first is due at once
    assert post(fresh, f"{BASE}/replay", {"eventIds": ids[1:]}).json()["matched"] == 0
    group = fresh.get(f"{BASE}/groups").json()["items"][0]
    assert (group["scheduled"], group["lastReplayAt"]) == (2, done["lastReplayAt"])
    assert post(fresh, f"{BASE}/cancel-replay", {"all": True, "dryRun": True}).json()["matched"] == 2
    assert post(fresh, f"{BASE}/cancel-replay", {"all": True}).json()["cancelled"] == 2
    assert [letter["replayAt"] for letter in fresh.get(BASE).json()["items"]] == [None] * 3


def test_a_request_with_the_same_key_acts_once(fresh: Any) -> None:
    ids = die(fresh, 2)
    first = post(fresh, f"{BASE}/dismiss", {"eventIds": ids[:1]}, Idempotency_Key="k1")
    again = post(fresh, f"{BASE}/dismiss", {"eventIds": ids[:1]}, Idempotency_Key="k1")
    assert first.json() == again.json()
    assert first.json()["dismissed"] == 1
    other = post(fresh, f"{BASE}/dismiss", {"eventIds": ids[1:]}, Idempotency_Key="k1")
    assert (other.status_code, "came with another request" in other.json()["detail"]) == (422, True)
    assert post(fresh, f"{BASE}/dismiss", {"eventIds": ids[:1]}, Idempotency_Key="x" * 256).status_code == 400
    (act,) = fresh.get("/api/admin/audit").json()["items"]
    assert act["details"]["key"] == "k1"


def test_a_held_lane_is_retried_and_parked(dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> None:
    worker = {"poll_seconds": 0.1, "max_tries": 1, "hold": ["twilio_sms"]}
    with house_on(dsn, worker=worker, admin_token="ada:ada's token") as house:
        house.http.headers["authorization"] = "Bearer ada's token"
        for body in ("one", "two"):
            house.text(body, number=NOBODYS)
        house.until("SELECT count(*) = 1 FROM webhook_events WHERE status = 'held'")
        first, second = (row[0] for row in house.sql("SELECT id FROM webhook_events ORDER BY id"))
        done = post(house, f"/api/admin/events/{first}/retry").json()
        assert (done["eventId"], done["laneWas"], done["doneBy"]) == (str(first), "held", "ada")
        house.until("SELECT attempts = 2 AND status = 'held' FROM webhook_events ORDER BY id LIMIT 1")
        behind = post(house, f"/api/admin/events/{second}/park")
        assert (behind.status_code, f"waits behind event {first}" in behind.json()["detail"]) == (409, True)
        assert post(house, f"/api/admin/events/{first}/park", Idempotency_Key="p").json()["laneWas"] == "held"
        assert post(house, f"/api/admin/events/{first}/park", Idempotency_Key="p").status_code == 200
        assert post(house, f"/api/admin/events/{first}/park").status_code == 409
        assert post(house, "/api/admin/events/999999/park").status_code == 404
        house.until("SELECT count(*) = 1 FROM webhook_events WHERE status = 'held'")
        acts = house.get("/api/admin/audit").json()["items"]
        assert [(act["actor"], act["action"], act["subject"]) for act in acts] == [
            ("ada", "park", f"event {first}"),
            ("ada", "retry", f"event {first}"),
        ]


def test_the_audit_is_walked_through_newest_first(fresh: Any) -> None:
    ids = die(fresh, 5)
    for event_id in ids:
        post(fresh, f"{BASE}/dismiss", {"eventIds": [event_id]})
    walked: list[str] = []
    cursor = ""
    while cursor is not None:
        page = fresh.get("/api/admin/audit", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        walked += [act["subject"] for act in page["items"]]
        cursor = page["nextCursor"]
    assert walked == [f"event {event_id}" for event_id in reversed(ids)]


def test_nobody_acts_from_another_site_or_without_a_token(
    fresh: Any, dsn: str, house_on: Callable[..., AbstractContextManager[Any]]
) -> None:
    die(fresh, 1)
    for path in (f"{BASE}/replay", f"{BASE}/dismiss", f"{BASE}/cancel-replay", "/api/admin/events/1/park"):
        assert post(fresh, path, {"all": True}, Origin="http://evil.test").status_code == 403
        assert post(fresh, path, {"all": True}, Sec_Fetch_Site="cross-site").status_code == 403
    with house_on(dsn, roles=(), admin_token="ada:ada's token") as closed:
        for path in (f"{BASE}/replay", f"{BASE}/dismiss", f"{BASE}/cancel-replay", "/api/admin/events/1/park"):
            assert post(closed, path, {"all": True}).status_code == 401
    assert fresh.sql("SELECT count(*) FROM audit_log") == [(0,)]
    assert fresh.get(f"{BASE}/groups").json()["letters"] == 1
