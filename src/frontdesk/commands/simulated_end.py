"""How a simulated desk stands at the end: a digest that the same seed gives again, counts, and what is judged."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from frontdesk.commands.simulated_carrier import Taken
from frontdesk.commands.simulated_people import Act, Kind, Person
from frontdesk.commands.simulated_promises import End, Heard, LeftOver, Rules, Seen, Stand
from frontdesk.db.pool import Bucket, Database
from frontdesk.db.queries import load_queries
from frontdesk.settings import Settings

__all__ = ["EndState", "read_end", "rules_of"]

Q = load_queries("frontdesk.commands", "simulate.sql")

_UNSETTLED = ("PENDING", "SENDING", "UNKNOWN")
_OURS = frozenset({"id", "enrolment_id", "correlation_id"})
"""What differs from run to run: ids come in the order in which transactions committed."""


@dataclass(frozen=True, slots=True)
class EndState:
    """Rows by what they are of, in an order of their own content."""

    leads: Sequence[Any]
    enrolments: Sequence[Any]
    ledger: Sequence[Any]
    messages: Sequence[Any]
    bookings: Sequence[Any]
    consents: Sequence[Any]
    hand_overs: int
    dead_letters: Sequence[Any]
    waiting: int
    """Webhooks that were kept and not handled."""

    @property
    def digest(self) -> str:
        """SHA-256 over all that must be the same for the same seed; ids are left out."""
        whole = hashlib.sha256()
        for name in ("leads", "enrolments", "ledger", "messages", "bookings", "consents"):
            rows = [_told(row) for row in getattr(self, name)]
            whole.update(name.encode() + b"\n" + b"\n".join(sorted(rows)) + b"\n")
        return whole.hexdigest()

    def counts(self) -> dict[str, dict[str, int]]:
        """What became of leads, texts and enrolments."""
        sent = [row for row in self.ledger if row.sent_at is not None]
        blocked = [row for row in self.ledger if row.status == "BLOCKED"]
        return {
            "leads": _count(row.status for row in self.leads),
            "texts_sent": _count(row.reply_type for row in sent),
            "texts_blocked": _count(row.reason for row in blocked),
            "steps_sent": _count(_step(row) for row in sent if row.reply_type == "sequence"),
            "enrolments_ended": _count(row.end_reason or "goes on" for row in self.enrolments),
        }

    def not_handled(self, texts_in: int) -> list[str]:
        """A sentence for each way in which what was written to the desk is not in it."""
        broken = [f"not handled: {row.error}" for row in self.dead_letters]
        if self.waiting:
            broken.append(f"{self.waiting} webhooks wait still")
        heard = sum(row.direction == "inbound" for row in self.messages)
        if heard != texts_in:
            broken.append(f"{texts_in} texts were written, and {heard} are in the conversations")
        return broken

    def judged(self, people: Sequence[Person], taken: Sequence[Taken], now: datetime, client_zone: str) -> End:
        """All that the judge looks at: what people did and the carrier took, and how the desk stands."""
        steps = {str(row.id): _step_of(row) for row in self.ledger if row.reply_type == "sequence"}
        seen: dict[str, list[Seen]] = defaultdict(list)
        for one in taken:
            seen[one.to].append(Seen(one.at, steps.get(one.ref)))
        leads = {row.phone: row for row in self.leads}
        return End(
            at=now,
            heard={person.phone: [_heard(act) for act in person.acts] for person in people},
            seen=seen,
            leads={
                person.phone: _stand(person, leads.get(person.phone), client_zone)
                for person in people
                if person.phone in leads or person.acts
            },
            left_over=[
                LeftOver(row.to_address, row.status, row.available_at)
                for row in self.ledger
                if row.status in _UNSETTLED
            ],
        )


async def read_end(db: Database, bucket: Bucket) -> EndState:
    """Read how the desk stands."""
    async with db.transaction(bucket) as tx:
        parts = [
            await tx.all(query)
            for query in (
                Q.end_of_leads,
                Q.end_of_enrolments,
                Q.end_of_ledger,
                Q.end_of_messages,
                Q.end_of_bookings,
                Q.end_of_consents,
            )
        ]
        leads, enrolments, ledger, messages, bookings, consents = parts
        paused, dead, queued = await tx.one(Q.hand_overs), await tx.all(Q.dead_letters), await tx.one(Q.waiting)
    return EndState(leads, enrolments, ledger, messages, bookings, consents, paused.leads, dead, queued.events)


def rules_of(settings: Settings) -> Rules:
    """What this desk promises, as plain numbers."""
    return Rules(
        quiet_from=settings.quiet.start,
        quiet_until=settings.quiet.end,
        seconds_between=settings.limits.seconds_between,
        unprompted_a_day=settings.limits.per_day,
        replies_a_day=settings.limits.per_day if settings.limits.strict else settings.limits.replies_per_day,
        expires_days=settings.follow_up.expires_days,
    )


def _told(row: Any) -> bytes:
    """A row as it is hashed: times in UTC, whatever the session's zone is."""
    told = {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in row._asdict().items()
        if name not in _OURS
    }
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def _count(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(str(value) for value in values).items(), key=lambda pair: (-pair[1], pair[0])))


def _step(row: Any) -> str:
    return f"{row.question_key}, step {_step_of(row)[1] + 1}"


def _step_of(row: Any) -> tuple[str, int]:
    """Which step of which enrolment, by the row's cause: seq:ENROLMENT:STEP."""
    _, enrolment, step = row.correlation_id.split(":")
    return enrolment, int(step)


def _heard(act: Act) -> Heard:
    return Heard(
        act.at,
        leaves=act.kind in (Kind.STOP, Kind.REFUSE),
        returns=act.kind is Kind.START,
        hands_over=act.kind is Kind.PERSON,
    )


def _stand(person: Person, row: Any, client_zone: str) -> Stand:
    day_zone = person.zone if person.imported else client_zone
    if row is None:
        return Stand(person.zone, day_zone, None)
    return Stand(person.zone, day_zone, row.status, row.closed_reason, row.closed_at, row.sequence_expires_at)
