"""Providers: their profiles as data."""

import inspect
from collections.abc import Iterator

from frontdesk.provider import Profile
from frontdesk.providers.twilio import ANSWERED_KEYWORDS, Twilio
from frontdesk.providers.twilio_webhooks import PROFILES, STATUS_WORDS
from frontdesk.web.hooks import ALIASES
from generator.markdown import code, first_paragraph, page, sentence, table

__all__ = ["providers_page"]


def providers_page() -> str:
    """Each provider's profile as data."""
    return page(
        "Providers",
        "One provider is here: Twilio. Its simulator speaks the same HTTP. How to add another stands in "
        "[CONTRIBUTING](../../CONTRIBUTING.md#add-a-provider).",
        "## Twilio",
        sentence(first_paragraph(inspect.getdoc(inspect.getmodule(Twilio)))),
        table(("Webhook", *PROFILES), zip(*map(_profile, [None, *PROFILES.values()]), strict=True)),
        "Older paths that answer too: " + ", ".join(f"`{path}` (`{kind}`)" for path, kind in ALIASES.items()) + ".",
        "To these words by SMS Twilio itself answers, so that the desk records them and says nothing: "
        f"{', '.join(sorted(ANSWERED_KEYWORDS))}. Other ways to say stop, and WhatsApp, the desk confirms itself.",
        "Twilio's words for what became of a message, and what each counts as:",
        table(("MessageStatus", "Counts as"), ((code(w), code(s)) for w, s in STATUS_WORDS.items())),
        "A word that is not in this table counts as `queued`: it proves that Twilio has the message, and no more.",
    )  # fmt: skip


def _profile(profile: Profile | None) -> Iterator[object]:
    if profile is None:
        yield from ("Path", "Dedupe key", "Remembered for", "Largest body")
        yield from ("Answer expected within", "Acknowledged with", "When overloaded")
        return
    yield code(profile.path)
    yield code(profile.dedupe_path)
    yield f"{profile.dedupe_for.total_seconds() / 3600:.0f} h"
    yield f"{profile.max_body // 1024} KiB"
    yield f"{profile.ack_deadline.total_seconds():.0f} s"
    yield f"{profile.acknowledge.status}, `{profile.acknowledge.content_type}`"
    yield f"{profile.overload.status}, with `Retry-After`"
