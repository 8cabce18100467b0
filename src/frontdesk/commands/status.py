"""`frontdesk status`: who is alive, what waits, what went out."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import typer

from frontdesk.audit import store as audit
from frontdesk.commands.account import read_running
from frontdesk.commands.chosen import as_groups
from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, ago, as_rows, print_json, print_table, say, spoken
from frontdesk.db.pool import PUBLIC
from frontdesk.db.processes import alive
from frontdesk.inbox import dead_letters
from frontdesk.inbox.model import Selection
from frontdesk.outbox import store as outbox
from frontdesk.settings import Settings
from frontdesk.steps.retire import kept_weeks
from frontdesk.web.attention import read_attention
from frontdesk.web.depth import Depth, read_depths

__all__ = ["status"]

_GROUPS = 20
_ACTS = 5
_LANES = ("lanes", "ready_lanes", "in_hand_lanes", "backed_off_lanes", "held_lanes")


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
        inbox = await read_depths(tx, now)
        ledger = await outbox.status_counts(tx)
        dead = await dead_letters.groups(tx, Selection(), limit=_GROUPS)
        acts = as_rows(await audit.list_newest(tx, limit=_ACTS))
        kept = await kept_weeks(tx, now, settings.retention)
        attention = await read_attention(tx, now, settings)
    return {
        "desk": {"url": running.url, "simulator": running.simulator, "pid": running.pid} if running else None,
        "processes": [_process(row, now) for row in processes],
        "inbox": {depth.lane_class: _depth(depth, now) for depth in inbox if depth.waiting},
        "outbox": {row.status: row.messages for row in ledger},
        "collisions": sum(int(row.collisions) for row in ledger),
        "dead_letters": {"events": dead[0].letters_in_all if dead else 0, "groups": as_groups(dead)},
        "alerts": {"open": sum(attention.alerts.values()), "by_severity": attention.alerts},
        "stuck_clients": {"total": sum(attention.stuck.values()), "by_severity": attention.stuck},
        "acts": acts,
        "kept_weeks": [{"week": week.week, "why": week.why} for week in kept],
    }


def _process(row: Any, now: datetime) -> dict[str, Any]:
    return {**row._asdict(), "seen_seconds_ago": round((now - row.seen_at).total_seconds(), 1)}


def _depth(depth: Depth, now: datetime) -> dict[str, Any]:
    return {
        "waiting": depth.waiting,
        "oldest_seconds": round((now - (depth.oldest or now)).total_seconds(), 1),
        "lanes": sum(depth.lanes.values()),
        "ready_lanes": depth.lanes["ready"],
        "in_hand_lanes": depth.lanes["in_hand"],
        "backed_off_lanes": depth.lanes["backing_off"],
        "held_lanes": depth.lanes["held"],
        "lapsed_leases": depth.lapsed,
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
        ("Lanes of", "Events#", "Oldest#", "Lanes#", "Ready#", "In hand#", "Backed off#", "Held for a person#"),
        [
            (kind, d["waiting"], ago(d["oldest_seconds"]), *(d[key] for key in _LANES))
            for kind, d in found["inbox"].items()
        ],
        "nothing waits",
    )
    if lapsed := sum(d["lapsed_leases"] for d in found["inbox"].values()):
        say(f"To be taken over from workers that died or hang: {spoken(lapsed, 'lane')}.")
    if any(d["held_lanes"] for d in found["inbox"].values()):
        say("A held lane waits for you: `frontdesk events list --status held`, then `events retry` or `events park`.")
    say()
    print_table("Outbox", ("State", "Messages#"), found["outbox"].items(), "nothing was ever put")
    if found["collisions"]:
        say(f"Repeats that the ledger stopped: {found['collisions']}")
    say()
    dead = found["dead_letters"]
    print_table(
        "Dead letters",
        ("Events#", "Type", "Last", "Fingerprint", "Error"),
        [
            (g["letters"], g["webhook_type"], g["last_died_at"], g["fingerprint"], g["last_error"])
            for g in dead["groups"]
        ],
    )
    if dead["events"]:
        say("Look: `frontdesk events dead`. The cause is mended: `frontdesk events replay --fingerprint …`, or --all.")
    _say_severities("Open alerts", found["alerts"]["by_severity"], "alerts list")
    _say_severities("Stuck clients", found["stuck_clients"]["by_severity"], "stuck")
    if found["acts"]:
        say()
        print_table(
            "Last done by people",
            ("At", "Who", "What", "To", "How many#"),
            [(a["at"], a["actor"], a["action"], a["subject"], a["details"].get("count", 1)) for a in found["acts"]],
        )
    for week in found["kept_weeks"]:
        say(f"Retention: week {week['week']} is kept: {week['why']}.")


def _say_severities(name: str, counts: Mapping[str, int], command: str) -> None:
    kinds = ", ".join(f"{count} {severity}" for severity, count in counts.items() if count)
    say(f"{name}: {kinds}. Look: `frontdesk {command}`." if kinds else f"{name}: none")
