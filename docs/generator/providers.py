"""Providers: their profiles as data."""

import inspect
from collections.abc import Iterator
from datetime import timedelta

from frontdesk.errors import AccountRefused, Rejected, SendError, Throttled, Unknown, Unreachable
from frontdesk.outbox.rules import RECEIPT_DUE
from frontdesk.provider import Batch, Profile, Refused
from frontdesk.providers import dialpad
from frontdesk.providers.twilio import ANSWERED_KEYWORDS, Twilio
from frontdesk.providers.twilio_sending import LONGEST_VALIDITY, NO_ANSWER, OUTCOMES
from frontdesk.providers.twilio_webhooks import PROFILES
from frontdesk.web.hooks import ALIASES
from generator.markdown import code, first_paragraph, page, sentence, table

__all__ = ["providers_page"]

_BATCHES = {Batch.ONE: "one", Batch.MANY: "many; all are posted again when one could not be kept"}
_REFUSED = {Refused.DROPPED: "never tried again", Refused.RETRIED: "tried again like any other failure"}
_LISTED = {True: "found in the provider's list and passed on", False: "lost: no list of it is read"}

_NEXT: dict[type[SendError], str] = {
    Rejected: "FAILED: never again",
    AccountRefused: "not sent: waits, and the account's circuit breaker opens",
    Throttled: "not sent: again after `Retry-After`, or as the code says; the number slows down",
    Unreachable: "not sent: again later",
    Unknown: "UNKNOWN: looked up, never sent again as it is",
}


def providers_page() -> str:
    """Each provider's profile as data."""
    return page(
        "Providers",
        "Here are Twilio, whose HTTP the simulator speaks too, and Dialpad. How to add another stands in "
        "[CONTRIBUTING](../../CONTRIBUTING.md#add-a-provider).",
        "## Twilio",
        sentence(first_paragraph(inspect.getdoc(inspect.getmodule(Twilio)))),
        table(("Webhook", *PROFILES), zip(*map(_profile, [None, *PROFILES.values()]), strict=True)),
        f"Older paths that answer too: {', '.join(f'`{path}` (`{kind}`)' for path, kind in _aliases())}.",
        "To these words by SMS Twilio itself answers, so that the desk records them and says nothing: "
        f"{', '.join(sorted(ANSWERED_KEYWORDS))}. Other ways to say stop, and WhatsApp, the desk confirms itself.",
        "What an outage that was longer than the retries lost is found where the provider has a list of it: see "
        "[After an outage](../runbook.md#after-an-outage).",
        *_statuses(),
        *_sends(),
        "## Dialpad",
        sentence(first_paragraph(dialpad.__doc__)),
        table(("Webhook", *dialpad.PROFILES), zip(*map(_profile, [None, *dialpad.PROFILES.values()]), strict=True)),
    )  # fmt: skip


def _aliases() -> list[tuple[str, str]]:
    return [(path, kind) for path, kind in ALIASES.items() if kind in PROFILES]


def _sends() -> Iterator[str]:
    """What is known of a message when something went wrong."""
    yield "### What is known when a send goes wrong"
    yield (
        "Twilio has no idempotency key for sending, so all turns on whether the message can have been taken. The first "
        "row that fits holds; the words in the second column are [errors](errors.md) of the code."
    )
    rows = ((row.words, code(row.means.__name__), _NEXT[row.means]) for row in (*NO_ANSWER, *OUTCOMES))
    yield table(("What went wrong", "Known as", "What the desk does"), rows)
    yield (
        "Each attempt is kept with what was asked and answered, without credentials, without the text and with the "
        "last four digits of each number: `outbound_attempts` in [Tables](tables.md)."
    )
    yield (
        "A message that must not come later than some hour is given a `ValidityPeriod` of whole seconds; one that may "
        f"wait longer than {LONGEST_VALIDITY.total_seconds():.0f} s is given none, as that is Twilio's own."
    )
    yield (
        "When no final receipt came, the message is looked up at Twilio by its id "
        f"{', '.join(_span(due) for due in RECEIPT_DUE)} after it was sent, and then no more."
    )


def _span(due: timedelta) -> str:
    minutes = round(due.total_seconds() / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"


def _statuses() -> Iterator[str]:
    for profile in PROFILES.values():
        if profile.statuses:
            yield f"What became of a message, by the words in `{profile.webhook_type}`, and what each counts as:"
            yield table(("MessageStatus", "Counts as"), ((code(w), code(s)) for w, s in profile.statuses.items()))
    yield "A word that is not in this table counts as `queued`: it proves that Twilio has the message, and no more."


def _profile(profile: Profile | None) -> Iterator[object]:
    if profile is None:
        yield from ("Path", "Items in a POST", "Dedupe key", "Remembered for", "Largest body")
        yield from ("Answer expected within", "Acknowledged with", "When overloaded")
        yield from ("Tried again", "To be set for that", "Else tried again", "After a 4xx", "What an outage lost")
        return
    retries = profile.retries
    yield code(profile.path)
    yield _BATCHES[profile.batch]
    yield code(profile.dedupe_path)
    yield f"{profile.dedupe_for.total_seconds() / 3600:.0f} h"
    yield f"{profile.max_body // 1024} KiB"
    yield f"{profile.ack_deadline.total_seconds():.0f} s"
    yield f"{profile.acknowledge.status}, `{profile.acknowledge.content_type}`"
    yield f"{profile.overload.status}, with `Retry-After`"
    often = f"{retries.times} times, all within {retries.within.total_seconds():.0f} s"
    yield often if retries.times else "not to be counted on: no schedule is documented"
    yield retries.set_up or "nothing"
    yield retries.unasked
    yield _REFUSED[profile.refused]
    yield _LISTED[profile.listed]
