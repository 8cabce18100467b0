"""Providers: their profiles as data. Every module of `frontdesk.providers` that has PROFILES is shown by itself."""

import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib import import_module
from types import ModuleType

import frontdesk.providers
from frontdesk.errors import AccountRefused, Rejected, SendError, Throttled, TooOften, Unknown, Unreachable
from frontdesk.outbox.rules import RECEIPT_DUE
from frontdesk.outbox.unknown import RECEIPT_COMES
from frontdesk.provider import Batch, Profile, Refused, Retries
from frontdesk.providers.no_answer import NO_ANSWER
from frontdesk.providers.twilio import ANSWERED_KEYWORDS
from frontdesk.providers.twilio_sending import LONGEST_VALIDITY
from frontdesk.providers.whatsapp_webhooks import COPIES
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
    TooOften: "not sent: again as the code says; others are not held up",
    Unreachable: "not sent: again later",
    Unknown: "UNKNOWN: looked up, never sent again as it is",
}


def _span(due: timedelta) -> str:
    minutes = round(due.total_seconds() / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"


_OWN: Mapping[str, tuple[str, ...]] = {
    "twilio": (
        "To these words by SMS Twilio itself answers, so that the desk records them and says nothing: "
        f"{', '.join(sorted(ANSWERED_KEYWORDS))}. Other ways to say stop, and WhatsApp, the desk confirms itself.",
        "A message that must not come later than some hour is given a `ValidityPeriod` of whole seconds; one that may "
        f"wait longer than {LONGEST_VALIDITY.total_seconds():.0f} s is given none, as that is Twilio's own.",
    ),
    "whatsapp": (
        "WhatsApp answers no keyword by itself: the desk confirms STOP and answers HELP.",
        f"Where the copies of one body would take more than {COPIES // 1024} KiB, each item stores its own part, as a "
        "webhook of its own, and names in `payload.part_of` the event that stores the whole.",
        "Reactions, edits, deletions, news of the account, and what was sent from the phone app are kept as events and "
        "answered by nothing. What has no words (a voice message, a kind that WhatsApp does not pass on) counts as an "
        "empty text: the desk asks its question, or asks it again.",
        "Once their last message is 24 hours old, what was not asked for and what a person writes goes as the template "
        "of `whatsapp.template`, where there is one; all else is blocked as `window_closed`.",
    ),
}
"""What only one provider does, in words."""


def providers_page() -> str:
    """Each provider's profile as data."""
    return page(
        "Providers",
        "How to add another stands in [CONTRIBUTING](../../CONTRIBUTING.md#add-a-provider).",
        *(part for name, module in _modules() for part in _provider(name, module)),
    )


def _modules() -> Iterator[tuple[str, ModuleType]]:
    """The modules that have profiles, each with the name of its provider."""
    for found in pkgutil.iter_modules(frontdesk.providers.__path__):
        module = import_module(f"frontdesk.providers.{found.name}")
        if "PROFILES" in module.__all__:
            yield found.name.partition("_")[0], module


def _provider(name: str, module: ModuleType) -> Iterator[str]:
    main = import_module(f"frontdesk.providers.{name}")
    profiles: Mapping[str, Profile] = module.PROFILES
    provider = next(one for one in map(vars(main).get, main.__all__) if hasattr(one, "verify"))
    yield f"## {provider.__name__}"
    yield sentence(first_paragraph(inspect.getdoc(main)))
    yield table(("Webhook", *profiles), zip(*map(_profile, [None, *profiles.values()]), strict=True))
    aliases = ", ".join(f"`{path}` (`{kind}`)" for path, kind in ALIASES.items() if kind in profiles)
    yield f"Older paths that answer too: {aliases}." if aliases else ""
    if any(profile.listed for profile in profiles.values()):
        yield (
            "What an outage that was longer than the retries lost is found in the provider's list: see "
            "[After an outage](../runbook.md#after-an-outage)."
        )
    yield from _OWN.get(name, ())
    yield from _statuses(profiles, provider.__name__)
    if hasattr(provider, "send"):
        yield from _sends(name, provider.__name__, lists_sent=provider.lists_sent)


def _sends(name: str, title: str, *, lists_sent: bool) -> Iterator[str]:
    """What is known of a message when something went wrong."""
    sending = import_module(f"frontdesk.providers.{name}_sending")
    yield f"### What is known when a send through {title} goes wrong"
    yield (
        f"{title} has no idempotency key for sending, so all turns on whether the message can have been taken. The "
        "first row that fits holds; the words in the second column are [errors](errors.md) of the code."
    )
    onward = _NEXT if lists_sent else {**_NEXT, Unknown: "UNKNOWN: its receipt settles it, never sent again as it is"}
    rows = ((row.words, code(row.means.__name__), onward[row.means]) for row in (*NO_ANSWER, *sending.OUTCOMES))
    yield table(("What went wrong", "Known as", "What the desk does"), rows)
    yield (
        "Each attempt is kept with what was asked and answered, without credentials, without the text and with the "
        "last four digits of each number: `outbound_attempts` in [Tables](tables.md)."
    )
    if lists_sent:
        yield (
            f"When no final receipt came, the message is looked up at {title} by its id "
            f"{', '.join(_span(due) for due in RECEIPT_DUE)} after it was sent, and then no more."
        )
    else:
        yield (
            f"{title} has no list of what was sent and cannot be asked about a message: only its receipts tell. An "
            f"UNKNOWN of which none came for {_span(RECEIPT_COMES)} is left to a person; a later one still settles it."
        )


def _statuses(profiles: Mapping[str, Profile], title: str) -> Iterator[str]:
    told = [profile for profile in profiles.values() if profile.statuses]
    for profile in told:
        yield f"What became of a message, by the words in `{profile.webhook_type}`, and what each counts as:"
        yield table(("Word", "Counts as"), ((code(w), code(s)) for w, s in profile.statuses.items()))
    if told:
        yield (
            f"A word that is not in this table counts as `queued`: it proves that {title} has the message, and no more."
        )


def _profile(profile: Profile | None) -> Iterator[object]:
    if profile is None:
        yield from ("Path", "Items in a POST", "Dedupe key", "Remembered for", "Largest body")
        yield from ("Answer expected within", "Acknowledged with", "When overloaded")
        yield from ("Tried again", "To be set for that", "Else tried again", "After a 4xx", "What an outage lost")
        return
    yield code(profile.path)
    yield _BATCHES[profile.batch]
    yield code(profile.dedupe_path)
    yield _long(profile.dedupe_for)
    yield f"{profile.max_body // 1024} KiB"
    yield f"{profile.ack_deadline.total_seconds():.0f} s"
    yield f"{profile.acknowledge.status}, `{profile.acknowledge.content_type}`"
    yield f"{profile.overload.status}, with `Retry-After`"
    yield from _retried(profile.retries)
    yield _REFUSED[profile.refused]
    yield _LISTED[profile.listed]


def _retried(retries: Retries) -> Iterator[str]:
    times = "less and less often" if retries.times is None else f"{retries.times} times"
    yield f"{times}, all within {_long(retries.within)}"
    yield retries.set_up or "nothing"
    yield retries.unasked


def _long(span: timedelta) -> str:
    seconds = span.total_seconds()
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 3600:.0f} h" if seconds <= 48 * 3600 else f"{span.days} days"
