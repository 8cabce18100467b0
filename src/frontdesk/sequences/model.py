"""The values of the sequences' room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from frontdesk.delays import Delay

__all__ = ["EndReason", "Enrolment", "Sequence", "Step", "Trigger"]


class Trigger(StrEnum):
    """What enrols a lead."""

    NEW_LEAD = "new_lead"  # a form brought somebody who was not known
    MISSED_CALL = "missed_call"  # a call that nobody took was answered by text
    NO_ANSWER = "no_answer"  # the desk asked something; begins anew with each question


class EndReason(StrEnum):
    """Why an enrolment is over. All but `finished` also hold back what was put and has not gone yet."""

    FINISHED = "finished"  # every step was put
    REPLY = "reply"  # the lead wrote
    BOOKING = "booking"  # the lead booked
    OPT_OUT = "opt_out"  # the lead opted out
    HAND_OVER = "hand_over"  # a person has the conversation
    CLOSED = "closed"  # the lead is won or lost
    EXPIRED = "expired"  # leads.sequence_expires_at has passed
    GONE = "gone"  # the settings know no such sequence any more


@dataclass(frozen=True, slots=True)
class Step:
    """One text, so long after the step before it (the first: after the enrolment)."""

    after: Delay
    text: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """One sequence as the settings have it now; who is enrolled goes on by the number of the next step."""

    name: str
    on: Trigger
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One lead in one sequence, with what is known of the lead at this moment. Times are business time.

    `known` are the fields by which texts are filled; `replied` is true when the lead wrote since the enrolment.
    """

    id: int
    sequence: str
    next_step: int
    due_at: datetime
    expires_at: datetime | None
    lead_status: str
    opted_out: bool
    bot_paused: bool
    replied: bool
    timezone: str
    known: Mapping[str, str]
