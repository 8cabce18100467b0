"""What a voice agent tells of its calls, through the whole desk: in any order, also large, each once."""

import json

from voice import agent, at_desk

from frontdesk.testing import LEAD, RunningDesk

CALLS = "SELECT * FROM voice_calls"


def test_a_call_is_told_in_any_order_and_its_end_is_final(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk)
        await vapi.use("find_or_create_lead", "1", name="Ada")
        running = vapi.message("status-update", status="in-progress")
        line = vapi.message(
            'transcript[transcriptType="final"]', role="user", transcriptType="final", transcript="Hello?"
        )
        partial = vapi.message("transcript", role="user", transcriptType="partial", transcript="Hel")
        ended = vapi.message("status-update", status="ended", endedReason="customer-ended-call")
        report = vapi.message(
            "end-of-call-report",
            endedReason="customer-ended-call",
            startedAt="2026-11-20T16:00:02.000Z",
            endedAt="2026-11-20T16:01:00.000Z",
            analysis={"summary": "Wants a visit.", "successEvaluation": "true"},
            artifact={
                "transcript": "User: Hello?\n" * 30_000,
                "messages": [{"role": "user", "message": "x" * 1000}] * 100,
            },
        )
        assert len(json.dumps(report)) > 300_000
        for message in (partial, report, report, ended, line, running, vapi.message("hang"), vapi.message("new-one")):
            assert (await vapi.post(message)).status_code == 200
        await desk.settled()
        (call,) = await desk.rows(CALLS)
        assert (call.provider, call.provider_call_id, call.client_id, call.lead_id) == ("vapi", vapi.call_id, 1, 1)
        assert (call.status, call.ended_reason, call.outcome) == ("ended", "customer-ended-call", "answered")
        assert (call.caller, call.our_number, call.direction) == (LEAD, "+12025550100", "inbound")
        assert (call.ended_at - call.started_at).total_seconds() == 58
        assert call.summary == "Wants a visit."
        assert len(call.transcript) == 20_000
        events = await desk.rows(
            "SELECT request_id, octet_length(body) AS size, payload FROM webhook_events WHERE payload ->> 'type' <> 'tool-calls'"
        )
        assert len(events) == 4  # the partial line, hang and what is new are acknowledged and no more
        (stored,) = [event for event in events if event.request_id.endswith("end-of-call-report")]
        assert stored.size > 300_000
        assert "messages" not in stored.payload["artifact"]
        assert await desk.rows("SELECT 1 FROM dead_letters") == []

    at_desk(dsn, story, roles=("worker", "scheduler"))


def test_a_call_of_nobody_is_kept_without_a_client(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.rows("INSERT INTO clients (name) VALUES ('B') RETURNING id")
        vapi = agent(desk, caller=None)
        vapi._number = None
        await vapi.post(vapi.message("status-update", status="ringing"))
        await desk.settled()
        (call,) = await desk.rows(CALLS)
        assert (call.client_id, call.lead_id, call.caller, call.status) == (None, None, None, "ringing")

    at_desk(dsn, story, roles=("worker", "scheduler"))
