"""What a desk knows: providers and handlers, by the webhook type they serve."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from frontdesk.conversations.rules import OwnFlow
from frontdesk.db.pool import Tx
from frontdesk.inbox.model import Event, Receipted
from frontdesk.message import TextReceived
from frontdesk.provider import Answer, HttpRequest, Profile, Provider, Sender
from frontdesk.readers.beside import Model, OwnReader
from frontdesk.tools import Tool

__all__ = ["Answered", "Answerer", "Answering", "Commit", "Handler", "Registry", "TextRoute"]

Commit = Callable[[Tx], Awaitable[None]]
"""The writes of one handled event; runs inside the transaction that settles it, perhaps with other events' writes."""

Handler = Callable[[Event], Awaitable[Commit]]
"""Prepares one event outside any transaction (it may read, or call a model) and returns its writes."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A webhook that asked something: the answer to it, and what was kept of it."""

    answer: Answer
    kept: tuple[Receipted, ...] = ()


TextRoute = Callable[[Event, TextReceived, Sender], Awaitable[Commit | None]]
"""Handles texts of some who are no leads, such as new owners; None leaves it to the next route, at last to leads."""

Answerer = Callable[[HttpRequest], Awaitable[Answered | None]]
"""Answers a webhook that waits for more than an acknowledgement; None for one that does not, which is then received.

Raises Forged or Malformed, with nothing stored.
"""

Answering = Callable[[HttpRequest], Awaitable[Answer]]
"""The answer to a webhook that was kept, where the provider asks what to do next."""


@dataclass(slots=True)
class Registry:
    """Filled while a desk is built, read while it runs."""

    providers: dict[str, Provider] = field(default_factory=dict)
    senders: dict[str, Sender] = field(default_factory=dict)
    """Those of the providers that carry messages."""
    handlers: dict[str, Handler] = field(default_factory=dict)
    answers: dict[str, Answering] = field(default_factory=dict)
    """By the webhook type; all others are acknowledged as their profile says."""
    reads_nothing: set[str] = field(default_factory=set)
    """Webhook types whose handler prepares from the event alone: those of a lane may be settled several at a time."""

    answerers: dict[str, Answerer] = field(default_factory=dict)
    """By the webhook type, of which some or all webhooks are answered with what they asked for."""
    tools: dict[str, Tool] = field(default_factory=dict)
    """What a voice agent may call, by name."""
    text_routes: list[TextRoute] = field(default_factory=list)
    """Asked in order before a text counts as one of a lead's."""
    flow: OwnFlow | None = None
    """A user's own flow, asked before the desk's questions."""
    reader: OwnReader | None = None
    """A user's own reader, beside the desk's."""
    public_base: str | None = None
    """The address under which providers reach this desk, without a slash at the end; None where it is not known."""
    model: Model | None = None
    """A model that reads texts, beside the rules."""

    def profiles(self) -> Mapping[str, tuple[Provider, Profile]]:
        """Every webhook type that some provider sends, with that provider."""
        return {kind: (p, profile) for p in self.providers.values() for kind, profile in p.profiles.items()}
