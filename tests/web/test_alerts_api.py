"""Alerts for people: the API, the pages, the one-tap link; each act leaves its trace."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from frontdesk.alerts import sending
from open_house import House

ADMIN = "+12025550177"
WORDS = ("Ada's Plumbing: stuck in S3", "For nine hours.")


@pytest.fixture(scope="module")
def alarmed(module_dsn: str, house_on: Callable[..., AbstractContextManager[House]]) -> Iterator[House]:
    """A desk with an operator, whose monitor has had its one look: it would resolve what these tests make up."""
    with house_on(module_dsn, admin_phone=ADMIN, monitor={"every_minutes": 60}) as house:
        house.until("SELECT true FROM monitor_runs WHERE name = 'monitor'", timeout=60)
        yield house


def raised(house: House, key: str, kind: str = "STUCK_CLIENT", severity: str = "HIGH") -> int:
    house.portal.call(lambda: house.desk.raise_alert(kind, severity, *WORDS, key=key))
    return int(house.sql("SELECT id FROM alerts WHERE alert_key = %(key)s", key=key)[0][0])


def test_an_alert_is_shown_with_each_decision_and_its_messages(alarmed: House) -> None:
    alert_id = raised(alarmed, "shown")
    alarmed.until("SELECT delivered_at IS NOT NULL FROM alert_logs WHERE alert_key = 'shown#1'")
    raised(alarmed, "shown")
    shown = alarmed.get(f"/api/admin/alerts/{alert_id}").json()
    assert shown["id"] == str(alert_id)
    assert [one["decision"] for one in shown["raises"]] == ["within_window", "sent"]
    assert shown["standing"] == "told by sms"
    assert (shown["deliveries"][0]["channel"], shown["deliveries"][0]["status"]) == ("sms", "delivered")
    assert "frontdesk stuck" in shown["doFirst"]
    listed = alarmed.get("/api/admin/alerts?state=open&severity=HIGH&type=STUCK_CLIENT").json()["items"]
    assert str(alert_id) in [one["id"] for one in listed]
    assert alarmed.get("/api/admin/alerts/999999").status_code == 404


def test_an_acknowledgement_is_recorded_with_who_and_said_to_the_second(alarmed: House) -> None:
    alert_id = raised(alarmed, "acked")
    first = alarmed.post(f"/api/admin/alerts/{alert_id}/ack", json={"note": "mine"})
    assert first.json() == {"alertId": str(alert_id), "doneBy": "this machine", "before": None}
    assert alarmed.post(f"/api/admin/alerts/{alert_id}/ack", json={}).json()["before"] == "this machine"
    acts = alarmed.get("/api/admin/audit").json()["items"]
    assert [one["details"]["note"] for one in acts if one["action"] == "ack_alert"] == ["", "mine"]
    alarmed.portal.call(lambda: alarmed.desk.resolve_alert("STUCK_CLIENT", "acked"))
    assert alarmed.post(f"/api/admin/alerts/{alert_id}/ack", json={}).status_code == 409


def test_a_silence_has_an_end_and_a_reason_and_can_be_ended(alarmed: House) -> None:
    assert alarmed.post("/api/admin/silences", json={"comment": "x"}).status_code == 400
    assert alarmed.post("/api/admin/silences", json={"comment": "x", "hours": 10_000}).status_code == 400
    order = {"alertType": "POOL_EMPTY", "keyPattern": "eu_*", "comment": "known", "hours": 2}
    made = alarmed.post("/api/admin/silences", json=order).json()
    assert made["holds"] is True
    raised(alarmed, "eu_1", "POOL_EMPTY")
    raised(alarmed, "eux1", "POOL_EMPTY")  # an underscore is no wildcard
    rows = alarmed.sql("SELECT alert_key, decision FROM alerts WHERE alert_type = 'POOL_EMPTY' ORDER BY 1")
    assert rows == [("eu_1", "silenced"), ("eux1", "sent")]
    assert alarmed.post(f"/api/admin/silences/{made['id']}/end").json()["doneBy"] == "this machine"
    assert alarmed.post(f"/api/admin/silences/{made['id']}/end").status_code == 404
    alarmed.until("SELECT why = 'silence_over' FROM alert_logs WHERE alert_key LIKE 'eu\\_1#%%'")


def test_the_figures_count_what_happened_and_flag_what_is_too_much(alarmed: House) -> None:
    raised(alarmed, "model", "OPENAI_FAILURE", "MEDIUM")
    stats = alarmed.get("/api/admin/alert-stats?hours=24").json()
    assert stats["byType"]["OPENAI_FAILURE"]["sent"] == 1
    assert stats["raised"] == sum(one["raised"] for one in stats["bySeverity"].values())
    assert stats["healthy"] is False
    assert "1 OPENAI_FAILURE: there should be none." in stats["flags"]
    assert stats["acknowledged"] >= 1
    assert stats["medianTimeToAckSeconds"] is not None
    assert alarmed.get("/api/admin/alert-stats?hours=0").status_code == 400


def test_looking_at_a_link_does_nothing_and_the_second_post_says_who_was_first(alarmed: House) -> None:
    raised(alarmed, "linked", "PAYMENT_BLOCK")
    message_id = alarmed.until("SELECT message_id FROM alert_logs WHERE alert_key = 'linked#1'")

    async def link() -> str:
        async with alarmed.desk.db.transaction() as tx:
            return await sending.add_link(tx, message_id, "sms", alarmed.desk.clock.now())

    token = alarmed.portal.call(link)
    assert alarmed.sql("SELECT count(*) FROM alert_links WHERE token_hash::text LIKE %(t)s", t=f"%{token}%") == [(0,)]
    for _ in range(100):
        assert alarmed.get(f"/a/{token}").status_code == 200
    assert alarmed.sql("SELECT ack_until FROM alerts WHERE alert_key = 'linked'") == [(None,)]
    assert "Acknowledged for a day." in alarmed.post(f"/a/{token}").text
    assert "by link by sms" in alarmed.post(f"/a/{token}").text
    assert alarmed.sql("SELECT acknowledged_by FROM alerts WHERE alert_key = 'linked'") == [("link by sms",)]
    assert alarmed.post("/a/nonsense").status_code == 404
    assert alarmed.post(f"/a/{token}", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_pages_show_and_act_without_scripts(alarmed: House) -> None:
    alert_id = raised(alarmed, "paged", "INVARIANT_VIOLATION")
    assert "stuck in S3" in alarmed.get("/alerts").text
    page = alarmed.get(f"/alerts/{alert_id}").text
    assert "Why you were (not) told" in page
    done = alarmed.post(f"/alerts/{alert_id}/ack", data={"handled": "on", "note": "on it"}, follow_redirects=True)
    assert "handled until it changes, by this machine" in done.text
    alarmed.post(f"/alerts/{alert_id}/false-alarm", data={"x": ""})
    assert alarmed.sql("SELECT false_positive FROM alert_episodes WHERE alert_id = %(id)s", id=alert_id) == [(True,)]
    alarmed.post("/silences", data={"type": "", "key": "", "hours": "1", "comment": "deploy"})
    listed = alarmed.get("/alerts?state=all").text
    assert "All alerts" in listed
    for silence in re.findall(r"/silences/(\d+)/end", listed):
        alarmed.post(f"/silences/{silence}/end", data={"x": ""})
    assert alarmed.get("/alerts?state=none").status_code == 400


def test_the_overview_does_not_say_that_all_is_well_while_alerts_are_open(alarmed: House) -> None:
    def overview(word: str) -> str:
        """The page once it says so: its counts are kept for some seconds."""
        deadline = time.monotonic() + 30
        while word not in (page := " ".join(alarmed.get("/parts/overview").text.split())):
            assert time.monotonic() < deadline, page
            time.sleep(0.2)
        return page

    alarmed.sql("UPDATE alerts SET resolved_at = opened_at WHERE resolved_at IS NULL")
    overview("All is well.")
    raised(alarmed, "7:S9_TEST_CALL")
    raised(alarmed, "8:S9_TEST_CALL", severity="MEDIUM")
    page = overview('href="/alerts">Open alerts: 2</a>')
    assert "All is well." not in page
    assert "1 high" in page
    assert "1 medium" in page


def test_a_test_arrives_within_ten_seconds_and_is_over_by_itself(alarmed: House) -> None:
    made: dict[str, Any] = alarmed.post("/api/admin/alerts/test").json()
    where = {"key": f"{made['alertKey']}#1"}
    alarmed.until("SELECT delivered_at IS NOT NULL FROM alert_logs WHERE alert_key = %(key)s", timeout=10, **where)
    assert alarmed.sql("SELECT count(*) FROM alerts WHERE alert_type = 'TEST' AND resolved_at IS NULL") == [(0,)]
