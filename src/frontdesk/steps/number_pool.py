"""number_pool: what people do with the pool of numbers, each act audited; and the check against the provider."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from frontdesk.clients import pool
from frontdesk.clients.pool_check import Compared, compare
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import NotPossible
from frontdesk.providers.twilio import Twilio
from frontdesk.providers.twilio_webhooks import PROFILES, RETRY_FRAGMENT, SMS
from frontdesk.registry import Registry
from frontdesk.settings import Settings
from frontdesk.steps.audited import Asked, carry_out
from frontdesk.steps.pool_alerts import reserved

__all__ = ["add_numbers", "check_pool", "release_number"]


async def add_numbers(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    numbers: Sequence[str],
    *,
    paid_until: datetime | None = None,
    actor: str,
    key: str | None = None,
) -> list[str]:
    """Put numbers (E.164) into the pool; returns those that were new. Raises NotPossible where none is."""

    async def act(tx: Tx) -> Mapping[str, Any]:
        new = [number for number in dict.fromkeys(numbers) if await pool.add(tx, number, paid_until)]
        if not new:
            raise NotPossible("These numbers are in the pool already: `frontdesk pool list` shows how each stands.")
        return {"added": new}

    asked = Asked(actor, "add_numbers", f"{len(numbers)} numbers", key, {"numbers": list(numbers)})
    done = await carry_out(db, bucket, clock, asked, act)
    return list((done or {}).get("added", ()))


async def release_number(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    settings: Settings,
    number: str,
    *,
    actor: str,
    key: str | None = None,
) -> tuple[int, datetime]:
    """Take a number back from its client; returns the client and until when it rests. Raises NotPossible."""
    if number in reserved(settings):
        raise NotPossible(f"{number} is the desk's own number (TWILIO_NUMBER, ONBOARDING_NUMBER): change that first.")
    until = clock.now() + timedelta(days=settings.pool.quarantine_days)

    async def act(tx: Tx) -> Mapping[str, Any]:
        client_id = await pool.release(tx, number, until=until, now=clock.now())
        if client_id is None:
            raise NotPossible(f"{number} serves no client: `frontdesk pool list` shows which numbers do.")
        return {"client_id": client_id, "until": until.isoformat()}

    done = await carry_out(db, bucket, clock, Asked(actor, "release_number", f"number {number}", key), act)
    assert done is not None  # noqa: S101  (the act either raises or has a result)
    return int(done["client_id"]), datetime.fromisoformat(str(done["until"]))


async def check_pool(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    registry: Registry,
    settings: Settings,
    public_base: str | None,
) -> Compared:
    """Compare the pool with the numbers of the account at Twilio, and keep with each what is wrong.

    Raises NotPossible without Twilio, or SendError where Twilio does not tell; then nothing is changed.
    """
    twilio = registry.providers.get("twilio")
    if not isinstance(twilio, Twilio):
        raise NotPossible(
            "There is no account at Twilio to compare with: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
        )
    owned = {one.number: one.sms_url for one in await twilio.list_numbers()}
    webhook = f"{public_base}{PROFILES[SMS].path}{RETRY_FRAGMENT}" if public_base else None
    async with db.transaction(bucket) as tx:
        now, rows = clock.now(), await pool.list_numbers(tx)
        ours = {row.phone_e164: row.status for row in rows}
        unpaid = [row.phone_e164 for row in rows if row.paid_until is not None and row.paid_until < now]
        compared = compare(ours, owned, own=reserved(settings), webhook=webhook, unpaid=unpaid)
        await pool.note_check(tx, compared.troubles, now)
    return compared
