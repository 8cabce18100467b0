"""When a model that fails is left alone, and when its failures are worth an alert."""

from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.errors import ModelFailed, ModelTrouble
from frontdesk.readers.model_health import (
    CLOSED,
    OPEN_AFTER,
    Admission,
    Circuit,
    Failures,
    admit,
    after_failure,
    after_success,
    deserve_alert,
    one_more,
    released,
)

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def failed(why: ModelTrouble = ModelTrouble.TIMEOUT, retry_after: float | None = None) -> ModelFailed:
    return ModelFailed("No.", why, retry_after)


def broken(times: int, error: ModelFailed | None = None) -> Circuit:
    circuit = CLOSED
    for _ in range(times):
        circuit = after_failure(circuit, Admission.ASK, error or failed(), NOW)
    return circuit


@pytest.mark.parametrize(
    ("failures", "why", "admission"),
    [
        (0, ModelTrouble.TIMEOUT, Admission.ASK),
        (OPEN_AFTER - 1, ModelTrouble.TIMEOUT, Admission.ASK),
        (OPEN_AFTER, ModelTrouble.TIMEOUT, Admission.REFUSE),
        (OPEN_AFTER, ModelTrouble.BAD_JSON, Admission.REFUSE),
        (1, ModelTrouble.AUTH, Admission.REFUSE),  # no text after it will fare better
        (9, ModelTrouble.REFUSAL, Admission.ASK),  # about the texts, not about the model
    ],
)
def test_the_model_is_left_alone_after_three_failures_in_a_row(
    failures: int, why: ModelTrouble, admission: Admission
) -> None:
    assert admit(broken(failures, failed(why)), NOW + SECOND)[0] is admission


def test_one_text_probes_when_the_rest_is_over_and_the_others_wait_for_it() -> None:
    later = NOW + 30 * SECOND
    admission, probing = admit(broken(OPEN_AFTER), later)
    assert admission is Admission.PROBE
    assert admit(probing, later)[0] is Admission.REFUSE
    assert admit(after_success(probing), later) == (Admission.ASK, CLOSED)
    assert admit(released(probing, admission), later)[0] is Admission.PROBE


def test_a_probe_that_fails_doubles_the_rest_up_to_five_minutes() -> None:
    circuit, now, rests = broken(OPEN_AFTER), NOW, []
    for _ in range(6):
        assert circuit.open_until is not None
        rests.append((circuit.open_until - now).total_seconds())
        now = circuit.open_until
        admission, probing = admit(circuit, now)
        circuit = after_failure(probing, admission, failed(), now)
    assert rests == [30, 60, 120, 240, 300, 300]


def test_a_probe_that_is_refused_shows_that_the_model_is_well() -> None:
    admission, probing = admit(broken(OPEN_AFTER), NOW + 30 * SECOND)
    assert after_failure(probing, admission, failed(ModelTrouble.REFUSAL), NOW) == CLOSED


def test_what_was_under_way_when_it_opened_changes_nothing() -> None:
    circuit = broken(OPEN_AFTER)
    assert after_failure(circuit, Admission.ASK, failed(), NOW + 5 * SECOND) == circuit


@pytest.mark.parametrize(("asked", "kept"), [(20.0, 20), (86_400.0, 300)])
def test_a_server_that_asks_for_a_pause_gets_it_at_once(asked: float, kept: int) -> None:
    circuit = broken(1, failed(ModelTrouble.RATE_LIMIT, asked))
    assert circuit.open_until == NOW + kept * SECOND
    assert admit(circuit, NOW + (kept - 1) * SECOND)[0] is Admission.REFUSE


def after(*minutes: float) -> Failures:
    failures = Failures()
    for minute in minutes:
        failures = one_more(failures, NOW + timedelta(minutes=minute))
    return failures


@pytest.mark.parametrize(
    ("minutes", "alert"),
    [
        ((0, 1, 2, 3), False),
        ((0, 1, 2, 3, 4), True),
        ((0, 4, 8, 12, 15), True),
        ((0, 4, 8, 12, 15.1), False),
        ((0, 4, 8, 12, 15.1, 16), True),  # the last five of them
        ((0, 20, 40, 60, 80, 100), False),
    ],
)
def test_five_in_a_row_within_a_quarter_of_an_hour_deserve_an_alert(minutes: tuple[float, ...], alert: bool) -> None:
    failures = after(*minutes)
    assert deserve_alert(failures) is alert
    assert failures.count == len(minutes)
