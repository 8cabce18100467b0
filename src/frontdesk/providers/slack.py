"""Slack, both ways: is a request Slack's own and what does it say; a message for an incoming webhook and its answers.

Source: Slack, "Verifying requests from Slack", "Events API", "Handling user interaction", "Sending messages using
incoming webhooks". There is no route for Slack's requests yet; these are the parts of one.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import orjson

from frontdesk.errors import Forged, Malformed
from frontdesk.provider import Answer, HttpRequest
from frontdesk.providers.json_body import read_json_object
from frontdesk.providers.posted import Fate, Posted
from frontdesk.providers.retry_after import delay_seconds

__all__ = [
    "TOLERANCE",
    "Interaction",
    "SlackMessage",
    "answer_challenge",
    "ask_webhook",
    "check_signature",
    "escape",
    "judge_answer",
    "link",
    "message",
    "post_message",
    "read_request",
    "sign",
]

TOLERANCE = 300
"""Seconds that a request's clock may be off, either way."""
_LONGEST_TIME = 12  # digits
_MOST_FIELDS = 100
_LONGEST_TEXT = 40_000
_LONGEST_SECTION = 3000
_RATE_LIMITED = 1.0  # seconds between two messages to one webhook, where Slack does not say
_LONGEST_WORD = 60

# By the text of the answer, as the status is not the same for each at all times.
_SET_UP = frozenset(
    {"action_prohibited", "channel_is_archived", "channel_not_found", "invalid_token", "no_active_hooks", "no_service"}
    | {"no_service_id", "no_team", "posting_to_general_channel_denied", "team_disabled", "user_not_found"}
)
"""Words after which nothing arrives before a person makes a new webhook or another channel."""

_ALIVE = frozenset({"no_text", "invalid_payload"})
"""Words by which a live webhook refuses a message without a text."""


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """Somebody wrote in a channel."""

    event_id: str
    channel: str
    user: str
    text: str


@dataclass(frozen=True, slots=True)
class Interaction:
    """Somebody pressed a button of a message."""

    user: str
    action_id: str
    value: str


def check_signature(request: HttpRequest, secrets: Sequence[str], now: datetime) -> None:
    """Raise Forged unless one of the signing secrets signed this body, within five minutes of `now`."""
    time = request.headers.get("x-slack-request-timestamp", "")
    given = request.headers.get("x-slack-signature", "").encode("utf-8", "replace")
    if not (given and time.isascii() and time.isdigit() and len(time) <= _LONGEST_TIME):
        raise Forged("The request lacks X-Slack-Signature or X-Slack-Request-Timestamp.")
    # All are compared, so that the time taken tells nothing of which secret came close.
    matches = [hmac.compare_digest(sign(request.body, secret, int(time)).encode(), given) for secret in secrets]
    if not any(matches):
        raise Forged("The X-Slack-Signature does not match: another signing secret or body.")
    if abs(now.timestamp() - int(time)) > TOLERANCE:
        raise Forged(f"The X-Slack-Request-Timestamp is more than {TOLERANCE} s off; is this machine's clock right?")


def sign(body: bytes, secret: str, time: int) -> str:
    """The X-Slack-Signature of a raw body at a time in seconds."""
    return f"v0={hmac.digest(secret.encode(), b'v0:%d:' % time + body, hashlib.sha256).hex()}"


def answer_challenge(request: HttpRequest) -> Answer | None:
    """The answer to `url_verification`, by which Slack asks whether a URL is ours; None for any other request.

    It is signed like every other: check that first. Raises Malformed.
    """
    if _is_form(request):
        return None
    given = read_json_object(request.body, "Slack")
    if given.get("type") != "url_verification":
        return None
    challenge = given.get("challenge")
    if not isinstance(challenge, str):
        raise Malformed("Slack's url_verification has no challenge.")
    return Answer(200, "text/plain", challenge.encode("utf-8", "replace"))


def read_request(request: HttpRequest) -> SlackMessage | Interaction | None:
    """What a verified request says; None for what asks for no act, such as a message of a bot. Raises Malformed."""
    if not _is_form(request):
        return _message(read_json_object(request.body, "Slack"))
    try:
        fields = dict(parse_qsl(request.body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise Malformed(f"The form from Slack has more than {_MOST_FIELDS} fields.") from error
    return _interaction(read_json_object(fields.get("payload", "").encode(), "Slack"))


def _is_form(request: HttpRequest) -> bool:
    return "x-www-form-urlencoded" in request.headers.get("content-type", "").lower()


def _message(given: Mapping[str, Any]) -> SlackMessage | None:
    event = given.get("event")
    if given.get("type") != "event_callback" or not isinstance(event, Mapping) or event.get("type") != "message":
        return None
    if event.get("bot_id") or event.get("subtype"):  # our own among them: to answer would make a loop
        return None
    told = [given.get("event_id"), event.get("channel"), event.get("user"), event.get("text")]
    return SlackMessage(*map(str, told)) if all(isinstance(one, str) for one in told) else None


def _interaction(given: Mapping[str, Any]) -> Interaction | None:
    user, actions = given.get("user"), given.get("actions")
    if given.get("type") != "block_actions" or not isinstance(user, Mapping) or not isinstance(actions, list):
        return None
    action = actions[0] if actions and isinstance(actions[0], Mapping) else {}
    told = [user.get("id"), action.get("action_id"), action.get("value", "")]
    return Interaction(*map(str, told)) if all(isinstance(one, str) for one in told) else None


def escape(text: str) -> str:
    """A text as it is to be read, with the three characters that Slack takes for markup written out."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, label: str) -> str:
    """A link in a message."""
    return f"<{escape(url).replace('|', '%7C')}|{escape(label)}>"


def message(title: str, body: str, links: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A message for an incoming webhook: a title, a body, and links by their labels; what is too long is cut.

    `text` is what a notification shows, and what is shown where blocks are not.
    """
    plain = f"{escape(title)}\n{escape(body)}" if body else escape(title)
    lines = [f"*{escape(title)}*", escape(body), *(link(url, label) for label, url in (links or {}).items())]
    section = {"type": "mrkdwn", "text": _cut("\n".join(filter(None, lines)), _LONGEST_SECTION)}
    return {"text": _cut(plain, _LONGEST_TEXT), "blocks": [{"type": "section", "text": section}]}


def _cut(text: str, longest: int) -> str:
    """Cut, but not through `&amp;` or a link: these would show as their beginnings."""
    if len(text) <= longest:
        return text
    short = text[: longest - 1]
    for opens, closes in (("&", ";"), ("<", ">")):
        at = short.rfind(opens)
        if at > short.rfind(closes):
            short = short[:at]
    return short + "…"


async def post_message(http: httpx2.AsyncClient, url: str, content: Mapping[str, Any]) -> Posted:
    """Post a message to an incoming webhook. The URL is the secret: it stands in nothing that is returned."""
    try:
        answer = await http.post(url, content=orjson.dumps(content), headers={"content-type": "application/json"})
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        return Posted(Fate.LATER, f"Slack was not reached ({type(error).__name__}).")
    except httpx2.HTTPError as error:
        return Posted(Fate.LATER, f"Slack did not answer ({type(error).__name__}).", may_have_arrived=True)
    return judge_answer(answer.status_code, answer.headers, answer.text)


async def ask_webhook(http: httpx2.AsyncClient, url: str) -> Posted:
    """Ask an incoming webhook whether it lives, by a message without a text: Slack refuses that and shows nothing."""
    posted = await post_message(http, url, {})
    if posted.status == 400 and posted.code in _ALIVE:
        return Posted(Fate.DELIVERED, "Slack knows the webhook.", posted.status)
    return posted


def judge_answer(status: int, headers: Mapping[str, str], text: str) -> Posted:
    """What an answer of an incoming webhook means. Errors are a word in plain text."""
    word = text.strip()
    word = word if word and len(word) <= _LONGEST_WORD and word.isascii() and word.replace("_", "").isalnum() else ""
    code = word or None
    if 200 <= status < 300:
        return Posted(Fate.DELIVERED, "Slack took it.", status)
    if status == 429:
        return Posted(Fate.LATER, "Slack asks for a pause.", status, code, delay_seconds(headers, _RATE_LIMITED))
    if status >= 500:
        return Posted(Fate.LATER, f"Slack has trouble (HTTP {status}).", status, code, may_have_arrived=True)
    if word in _SET_UP:
        said = (
            f"Slack says {word}: make a new incoming webhook, for a channel that is there, and set SLACK_WEBHOOK_URL."
        )
        return Posted(Fate.STOPPED, said, status, code, for_operator=True)
    return Posted(Fate.REFUSED, f"Slack refused it (HTTP {status}{', ' + word if word else ''}).", status, code)
