"""What providers' error codes may mean: the classes that their tables of codes share."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ErrorAdvice", "ErrorClass"]


class ErrorClass(StrEnum):
    """What a code means for the message and for those who run the desk."""

    RETRY = "retry"  # not sent now: the same message may go out later
    PERMANENT = "permanent"  # this message will never go out
    BAD_NUMBER = "bad_number"  # no text will ever reach this number
    OPTED_OUT = "opted_out"  # the person said STOP: record it
    ACCOUNT = "account"  # the account as a whole is refused: nothing goes out before somebody acts, and then all may
    OPERATOR = "operator"  # a number or its set-up: someone has to act, other messages suffer too
    OUR_BUG = "our_bug"  # we asked for something impossible
    TEMPLATE = "template"  # only an approved template may go out now
    OTHER_CHANNEL = "other_channel"  # this channel cannot reach them, another may


@dataclass(frozen=True, slots=True)
class ErrorAdvice:
    """One code explained; `retry_after` (seconds) is there for class RETRY alone."""

    code: str
    error_class: ErrorClass
    words: str
    todo: str
    retry_after: float | None = None
