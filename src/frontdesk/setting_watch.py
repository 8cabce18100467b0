"""The sections of the settings that are about watching over the desk: [stuck] and [monitor]."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from frontdesk.setting_kinds import Part

__all__ = ["MonitorSettings", "StuckSettings", "StuckState"]

StuckState = Literal[
    "S0_WELCOME",
    "S1_BUSINESS_NAME",
    "S2_SERVICE_TYPE",
    "S3_SERVICE_AREA",
    "S4_HOURS",
    "S5_CONFIRM_LIVE",
    "S6_ASSIGN_NUMBER",
    "S7_FORWARDING",
    "S8_GREETING",
    "S9_TEST_CALL",
]
"""The states that a new client may stay in for too long."""


class StuckSettings(Part):
    """[stuck]: when a new client stays too long in a state of the set-up."""

    minutes: Annotated[
        Mapping[StuckState, Annotated[int, Field(ge=1)]],
        Field(description="thresholds in minutes, by state, such as S4_HOURS = 480; others are as in the docs' table"),
    ] = {}
    structural_minutes: Annotated[
        float, Field(ge=0, description="a client who cannot be expected to answer is stuck after so many minutes")
    ] = 15
    log_every_hours: Annotated[
        float, Field(gt=0, description="a client who stays stuck in one state is logged again after so many hours")
    ] = 6

    @property
    def by_state(self) -> dict[str, int]:
        """The thresholds that are set here, in minutes, by state."""
        return {str(state): minutes for state, minutes in self.minutes.items()}

    @property
    def log_every(self) -> timedelta:
        """How long one log line holds."""
        return timedelta(hours=self.log_every_hours)


class MonitorSettings(Part):
    """[monitor]: what is looked at every few minutes, and from where on it is trouble."""

    every_minutes: Annotated[float, Field(gt=0, le=60, description="minutes between two passes of the monitor")] = 5
    dead_letters: Annotated[int, Field(ge=1, description="so many open dead letters are an alert")] = 1
    outbox_late_minutes: Annotated[
        float, Field(gt=0, description="a message that may go and has not gone for so many minutes is an alert")
    ] = 5
    circuit_openings: Annotated[
        int, Field(ge=1, description="a provider whose circuit opened so many times in a row is down")
    ] = 2
    unknown_sends: Annotated[
        int, Field(ge=1, description="so many sends that wait for a person's word are an alert")
    ] = 1
    worker_gone_seconds: Annotated[
        float, Field(ge=20, description="without a worker's heartbeat for so many seconds, there is none")
    ] = 60

    @property
    def every(self) -> timedelta:
        """The time between two passes."""
        return timedelta(minutes=self.every_minutes)
