"""What leaves the desk in logs and error reports: never a body, never a whole number."""

import json
from typing import Any

import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from frontdesk import reporting
from frontdesk.logs import masked


class Kept(Transport):
    """A transport that keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent.append(envelope.serialize().decode())


def test_numbers_are_masked_but_for_two_digits() -> None:
    assert masked("to +447700900123 from +12025550143.") == "to +…23 from +…43."


def test_the_row_that_postgresql_quotes_is_hidden() -> None:
    refused = 'violates check "c"\nDETAIL:  Failing row contains (1, my door code).\nCONTEXT:  here'
    assert masked(refused) == 'violates check "c"\nDETAIL:  (hidden)\nCONTEXT:  here'


def test_bodies_and_secrets_are_hidden_at_any_depth() -> None:
    given: dict[str, Any] = {"a": [{"Body": "secret", "note": "call +447700900123"}], "token": "t", "n": 1}
    assert reporting.redact(given) == {"a": [{"Body": "(hidden)", "note": "call +…23"}], "token": "(hidden)", "n": 1}


def test_without_a_dsn_nothing_is_reported() -> None:
    assert not sentry_sdk.is_initialized()
    reporting.report(ValueError("x"), component="worker")


def test_a_report_has_its_component_and_context_and_no_private_word() -> None:
    reporting.start_reporting("https://key@errors.example.test/1", component="worker", version="1")
    kept = Kept()
    try:
        sentry_sdk.get_client().transport = kept
        try:
            body = "-".join(["my", "secret", "address"])
            raise ValueError(f"no lead for +447700900123 ({len(body)})")
        except ValueError as error:
            reporting.report(error, component="handle", event_id=7, body=body)
        (envelope,) = kept.sent
        assert body not in envelope
        assert "+44" + "7700" not in envelope
        event = json.loads(envelope.splitlines()[-1])
        assert event["tags"]["component"] == "handle"
        assert event["contexts"]["frontdesk"] == {"event_id": 7, "body": "(hidden)"}
    finally:
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)
