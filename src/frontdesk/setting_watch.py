"""The sections of the settings that are about watching over the desk: [stuck] and [monitor]."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from frontdesk.onboarding_states import FINAL, State
from frontdesk.setting_kinds import Count, Part, Span

__all__ = ["MonitorSettings", "StuckSettings"]


def _to_be_left(state: State) -> State:
    if state in FINAL:
        raise ValueError(f"{state} is final, and nobody is late there; give another state, or leave it out")
    return state


class StuckSettings(Part):
    """[stuck]: when a new client stays too long in a state of the set-up."""

    minutes: Annotated[
        Mapping[Annotated[State, AfterValidator(_to_be_left)], Count],
        Field(description="thresholds in minutes, by state, such as S4_HOURS = 480; others are as in the docs' table"),
    ] = {}
    structural_minutes: Annotated[
        float, Field(ge=0, description="a client who cannot be expected to answer is stuck after so many minutes")
    ] = 15
    log_every_hours: Annotated[
        Span, Field(description="a client who stays stuck in one state is logged again after so many hours")
    ] = 6


class MonitorSettings(Part):
    """[monitor]: what is looked at every few minutes, and from where on it is trouble."""

    every_minutes: Annotated[Span, Field(le=60, description="minutes between two passes of the monitor")] = 5
    dead_letters: Annotated[Count, Field(description="so many open dead letters are an alert")] = 1
    outbox_late_minutes: Annotated[
        Span, Field(description="a message that may go and has not gone for so many minutes is an alert")
    ] = 5
    circuit_openings: Annotated[
        Count, Field(description="a provider whose circuit opened so many times in a row is down")
    ] = 2
    unknown_sends: Annotated[Count, Field(description="so many sends that wait for a person's word are an alert")] = 1
    worker_gone_seconds: Annotated[
        float, Field(ge=20, description="without a worker's heartbeat for so many seconds, there is none")
    ] = 60
