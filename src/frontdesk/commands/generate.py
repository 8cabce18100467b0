"""`frontdesk events generate`: realistic signed texts, posted to a running desk as Twilio would."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

import httpx2
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from frontdesk.commands.account import open_account, read_running, simulated
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_json, print_table, say
from frontdesk.errors import SetupError
from frontdesk.settings import Settings
from frontdesk.simulator.messages import SimulatedMessage, new_sid
from frontdesk.simulator.webhooks import inbound_fields, sign

__all__ = ["generate"]

_PATH = "/webhooks/twilio/sms"
_AREAS = (202, 206, 212, 213, 215, 303, 305, 312, 404, 415, 503, 512, 602, 617, 702, 713, 718, 808, 816, 901)
_FIRST = ("Hi there", "Hello, are you taking new customers?", "Hey, quick question", "Hi, I found you online", "Hello?")
_NAMES = ("Ada Lovelace", "I'm Grace Hopper", "my name is Alan Turing", "Mary Jackson", "this is José Núñez", "Zoë")
_NEEDS = (
    "The boiler is broken",
    "a leaking tap 🚰",
    "haircut and colour",
    "moving a two-bedroom flat",
    "blocked drain",
)
_MORE = ("Tomorrow after 3 would be good", "12 Elm Street, second floor", "no, that's all", "Thanks!", "ok 👍", "STOP")

Count = Annotated[int, typer.Argument(min=1, max=1_000_000, help="How many texts.")]
Url = Annotated[str | None, typer.Option(help="The desk's base URL [the one that runs in this data directory].")]
Times = Annotated[int, typer.Option(min=1, max=100, help="Post each so often, as a carrier that got no answer does.")]
Concurrency = Annotated[int, typer.Option(min=1, max=500, help="Posts under way at once.")]
Leads = Annotated[int, typer.Option(min=1, max=1999, help="How many people write; each one's texts go in order.")]
ReallyPost = Annotated[bool, typer.Option("--yes", "-y", help="Also to a desk with a real Twilio account.")]


@dataclass(slots=True)
class _Tally:
    """What the desk answered."""

    answers: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


def generate(
    context: typer.Context,
    count: Count,
    url: Url = None,
    times: Times = 1,
    concurrency: Concurrency = 8,
    leads: Leads = 20,
    yes: ReallyPost = False,
    as_json: AsJson = False,
) -> None:
    """Make realistic signed texts and post them to a running desk."""
    settings, base = _target(quiet_settings(context), url, yes)
    start = time.monotonic()
    tally = asyncio.run(_post_all(settings, base, count, times=times, concurrency=concurrency, leads=leads))
    _report(tally, time.monotonic() - start, as_json)
    if set(tally.answers) != {"200"}:
        raise typer.Exit(1)


def _target(settings: Settings, url: str | None, yes: bool) -> tuple[Settings, str]:
    """Settings with an account to sign with, and the base URL to post to."""
    if not settings.simulated and not yes:
        raise SetupError(
            "A real Twilio account is set, so that the desk would answer these made-up leads with real texts: "
            "use the simulator, or insist with --yes."
        )
    if not settings.simulated and not settings.on_twilio:
        raise SetupError("These texts are signed as Twilio's, and no Twilio account is set: use the simulator.")
    running = read_running(settings.data_dir)
    if settings.simulated:
        open_account(settings.data_dir)
        settings = simulated(settings, running.simulator or "" if running else "")
    if settings.twilio_number is None:
        raise SetupError("Set TWILIO_NUMBER: the texts must be to a number.")
    base = url or (running.url if running else f"http://127.0.0.1:{settings.port}")
    return settings, base.rstrip("/")


async def _post_all(settings: Settings, base: str, count: int, *, times: int, concurrency: int, leads: int) -> _Tally:
    tally = _Tally()
    chats = [list(chat) for chat in _chats(settings.twilio_number or "", count, leads)]
    limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    console = Console(stderr=True)
    columns = (TextColumn("Posting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with httpx2.AsyncClient(limits=limits, timeout=30, trust_env=False) as http:
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            bar = progress.add_task("", total=count * times)

            async def work(mine: Sequence[list[SimulatedMessage]]) -> None:
                for message in _in_turns(mine):
                    for _ in range(times):
                        await _post(http, settings, base, message, tally)
                        progress.advance(bar)

            await asyncio.gather(*(work(chats[place::concurrency]) for place in range(min(concurrency, len(chats)))))
    return tally


def _chats(number: str, count: int, leads: int) -> Iterator[Iterator[SimulatedMessage]]:
    """The texts of each lead, in the order in which a person would write them."""
    leads = min(leads, count)
    for lead in range(leads):
        place = lead + 1  # 0 is the simulator's own number
        phone = f"+1{_AREAS[place // 100 % len(_AREAS)]}55501{place % 100:02}"  # kept for fiction: nobody has it
        yield _chat(phone, number, count // leads + (lead < count % leads))


def _chat(phone: str, number: str, count: int) -> Iterator[SimulatedMessage]:
    for turn in range(count):
        body = random.choice((_FIRST, _NAMES, _NEEDS)[turn] if turn < 3 else _MORE)  # noqa: S311 - not a secret
        yield SimulatedMessage(new_sid("SM"), "inbound", phone, number, body)


def _in_turns(chats: Sequence[list[SimulatedMessage]]) -> Iterator[SimulatedMessage]:
    """The first text of every chat, then the second of every chat, and so on."""
    for turn in range(max(map(len, chats), default=0)):
        yield from (chat[turn] for chat in chats if turn < len(chat))


async def _post(
    http: httpx2.AsyncClient, settings: Settings, base: str, message: SimulatedMessage, tally: _Tally
) -> None:
    fields = inbound_fields(message, settings.twilio_account_sid or "")
    secret = settings.twilio_auth_token.get_secret_value().split(",")[0].strip() if settings.twilio_auth_token else ""
    signed = f"{(settings.public_url or base).rstrip('/')}{_PATH}"  # a desk behind a proxy checks its public address
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "I-Twilio-Idempotency-Token": message.sid,
        "X-Twilio-Signature": sign(signed, fields, secret),
    }
    start = time.monotonic()
    try:
        answer = await http.post(base + _PATH, headers=headers, content=urlencode(fields))
        tally.answers[str(answer.status_code)] += 1
    except httpx2.RequestError as error:
        tally.answers[type(error).__name__] += 1
    tally.seconds.append(time.monotonic() - start)


_MEANINGS = {
    "200": "taken, and on disk",
    "403": "signature refused: another account or URL than the desk's",
    "404": "no desk there: see --url",
    "503": "the desk was too busy or without its database",
    "ConnectError": "nobody listens there: start `frontdesk up`, or see --url",
}


def _report(tally: _Tally, seconds: float, as_json: bool) -> None:
    times = sorted(tally.seconds)
    p50, p99 = times[len(times) // 2] * 1000, times[min(len(times) - 1, len(times) * 99 // 100)] * 1000
    rate = len(times) / seconds
    if as_json:
        milliseconds = {"p50": round(p50, 2), "p99": round(p99, 2)}
        print_json({"answers": dict(tally.answers), "per_second": round(rate, 1), "milliseconds": milliseconds})
        return
    rows = [(answer, count, _MEANINGS.get(answer, "")) for answer, count in tally.answers.most_common()]
    print_table("Answers", ("Answer", "Posts#", "Meaning"), rows)
    say()
    say(f"{len(times):,} posts in {seconds:.1f} s: {rate:,.0f} a second; p50 {p50:.1f} ms, p99 {p99:.1f} ms.")
