"""`frontdesk status`: who is alive, what waits, what went out."""

import asyncio
from datetime import datetime
from typing import Any

import typer

from frontdesk.commands.account import read_running
from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, ago, as_rows, print_json, print_table, say
from frontdesk.db.pool import PUBLIC
from frontdesk.db.processes import alive
from frontdesk.db.queries import load_queries
from frontdesk.outbox import store as outbox
from frontdesk.settings import Settings

__all__ = ["status"]

Q = load_queries("frontdesk.commands", "views.sql")


def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show which processes live, what waits in inbox and outbox, and what died."""
    found = asyncio.run(_look(quiet_settings(context)))
    if as_json:
        print_json(found)
    else:
        _print(found)


async def _look(settings: Settings) -> dict[str, Any]:
    running = read_running(settings.data_dir)
    async with reading(settings) as desk, desk.db.transaction() as tx:
        now = desk.clock.now()
        processes = await alive(desk.db, PUBLIC, now)
        inbox = await tx.all(Q.inbox_depth, {"lease_now": now})
        ledger = await outbox.status_counts(tx)
        dead = as_rows(await tx.all(Q.dead_groups, {"fingerprint": None}))
    return {
        "desk": {"url": running.url, "simulator": running.simulator, "pid": running.pid} if running else None,
        "processes": [_process(row, now) for row in processes],
        "inbox": {row.lane_class: _depth(row, now) for row in inbox},
        "outbox": {row.status: row.messages for row in ledger},
        "collisions": sum(int(row.collisions) for row in ledger),
        "dead_letters": {"events": sum(group["events"] for group in dead), "groups": dead},
    }


def _process(row: Any, now: datetime) -> dict[str, Any]:
    return {**row._asdict(), "seen_seconds_ago": round((now - row.seen_at).total_seconds(), 1)}


def _depth(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "waiting": row.waiting,
        "oldest_seconds": round((now - row.oldest).total_seconds(), 1),
        "lanes": row.lanes,
        "backed_off_lanes": row.backed_off_lanes,
        "held_lanes": row.held_lanes,
    }


def _print(found: dict[str, Any]) -> None:
    desk = found["desk"]
    say(
        f"Desk: {desk['url']}{'  (simulated carrier)' if desk['simulator'] else ''}"
        if desk
        else "Desk: not running here"
    )
    say()
    print_table(
        "Processes",
        ("Roles", "Host", "Process#", "Version", "Since", "Seen#"),
        [
            (
                ", ".join(p["roles"]),
                p["host"],
                p["pid"],
                p["version"],
                p["started_at"],
                ago(p["seen_seconds_ago"]) + " ago",
            )
            for p in found["processes"]
        ],
        "none alive: start `frontdesk up`",
    )
    say()
    print_table(
        "Inbox",
        ("Lanes of", "Events#", "Oldest#", "Lanes#", "Backed off#", "Held for a person#"),
        [
            (kind, d["waiting"], ago(d["oldest_seconds"]), d["lanes"], d["backed_off_lanes"], d["held_lanes"])
            for kind, d in found["inbox"].items()
        ],
        "nothing waits",
    )
    say()
    print_table("Outbox", ("State", "Messages#"), found["outbox"].items(), "nothing was ever put")
    if found["collisions"]:
        say(f"Repeats that the ledger stopped: {found['collisions']}")
    say()
    dead = found["dead_letters"]
    print_table(
        "Dead letters",
        ("Events#", "Type", "Last", "Fingerprint", "Error"),
        [(g["events"], g["webhook_type"], g["last_at"], g["fingerprint"], g["error"]) for g in dead["groups"]],
    )
    if dead["events"]:
        say("When the cause is mended: `frontdesk events replay --fingerprint …`, or --all.")
