"""How a person says on the command line which dead letters are meant, and what a group of them looks like."""

import os
import pwd
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from frontdesk.commands.printing import print_table, spoken
from frontdesk.inbox.model import Selection
from frontdesk.inbox.rules import fingerprint

__all__ = [
    "All",
    "Client",
    "Fingerprint",
    "Ids",
    "OfType",
    "Since",
    "Until",
    "actor",
    "as_groups",
    "narrowed",
    "print_groups",
    "print_letters",
    "selection",
]

Ids = Annotated[list[int] | None, typer.Argument(metavar="ID", help="Dead letters, by the ids of their events.")]
Fingerprint = Annotated[str | None, typer.Option(help="Only what died of this; see `frontdesk events dead`.")]
OfType = Annotated[str | None, typer.Option("--type", help="Only of this webhook type, such as twilio_sms.")]
Since = Annotated[
    str | None, typer.Option(help="Only what died since then: 90m, 6h or 3d ago, or a time as the lists show it.")
]
Until = Annotated[str | None, typer.Option(help="Only what died up to then.")]
Client = Annotated[int | None, typer.Option(help="Only of this client, by its id.")]
All = Annotated[bool, typer.Option("--all", help="All dead letters.")]

_AGO = re.compile(r"(\d{1,4})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def selection(
    ids: Sequence[int] | None,
    died_of: str | None,
    webhook_type: str | None,
    since: str | None,
    until: str | None,
    client: int | None,
    every: bool,
) -> Selection:
    """What is meant. Raises BadParameter when nothing is said, or more than one thing."""
    filtered = narrowed(died_of, webhook_type, since, until, client)
    said = (bool(ids), bool(filtered.conditions), every)
    if sum(said) == 0:
        raise typer.BadParameter("Say which: ids, a filter such as --fingerprint or --since, or --all.")
    if sum(said) > 1:
        raise typer.BadParameter("Say it in one way: ids, or filters, or --all.")
    return replace(filtered, event_ids=tuple(dict.fromkeys(ids))) if ids else filtered


def narrowed(
    died_of: str | None, webhook_type: str | None, since: str | None, until: str | None, client: int | None
) -> Selection:
    """The open dead letters that every given filter fits; without any, all."""
    return Selection(
        fingerprint=died_of,
        webhook_type=webhook_type,
        died_since=_moment(since) if since else None,
        died_until=_moment(until) if until else None,
        client_id=client,
    )


def _moment(text: str) -> datetime:
    """The moment that a person means: so long ago, or a time in this machine's time zone, as the lists show it."""
    if match := _AGO.fullmatch(text.strip()):
        return datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no time: write 90m, 6h, 3d or 2026-11-20T17:00.") from error


def actor() -> str:
    """Who acts, for the audit log: the user of this process, whatever its environment says."""
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:  # a container's user without a name
        return f"cli:{os.getuid()}"


def as_groups(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Groups of dead letters for programs, without the counts over all of them."""
    return [{name: value for name, value in row._asdict().items() if name not in _OVER_ALL} for row in rows]


_OVER_ALL = frozenset({"letters_in_all", "scheduled_in_all", "groups_in_all", "newest_died_at"})


def print_groups(title: str, rows: Sequence[Any]) -> None:
    """Groups of dead letters for people, few columns wide."""
    columns = ("Letters#", "Type", "Fingerprint", "Last died", "Error")
    table = [(row.letters, row.webhook_type, row.fingerprint, row.last_died_at, _group_story(row)) for row in rows]
    print_table(title, columns, table)


def print_letters(title: str, rows: Sequence[Any]) -> None:
    """Dead letters for people, one by one; an error is repeated only where another came between."""
    said = [row.error for row in rows]
    errors = ["the same" if before == error else error for before, error in zip(["", *said], said, strict=False)]
    table = [
        (row.event_id, row.died_at, row.lane, f"{error}\n({_letter_story(row)})")
        for row, error in zip(rows, errors, strict=True)
    ]
    print_table(title, ("Event#", "Died", "Lane", "Error"), table)


def _group_story(row: Any) -> str:
    said = [str(row.last_error)]
    if fingerprint("", "", row.first_error) != fingerprint("", "", row.last_error.removeprefix("Parked. ")):
        said.append(f"(the first: {row.first_error})")
    story = [f"since {_at(row.first_failed_at)}", f"up to {spoken(row.tries, 'try', 'tries')}"]
    story += [
        spoken(row.lanes, "lane"),
        f"version {', '.join(row.code_versions)}",
        f"newest event {row.sample_event_id}",
    ]
    if row.scheduled:
        story.append(f"{row.scheduled} scheduled until {_at(row.last_replay_at)}")
    said.append(f"({', '.join(story)})")
    return "\n".join(said)


def _letter_story(row: Any) -> str:
    said = [row.webhook_type, spoken(row.attempts, "try", "tries"), f"version {row.code_version}"]
    if row.client_id is not None:
        said.append(f"client {row.client_id}")
    if row.deaths > 1:
        said.append(f"died {row.deaths} times")
    if row.replay_at is not None:
        said.append(f"goes back at {_at(row.replay_at)}")
    return ", ".join(said)


def _at(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
