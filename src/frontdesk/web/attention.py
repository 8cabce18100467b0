"""What waits for a person at a glance: clients who are stuck and alerts that hold, each counted by severity."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from frontdesk.alerts import stats
from frontdesk.db.pool import Tx
from frontdesk.desk import Desk
from frontdesk.effects import Severity
from frontdesk.settings import Settings
from frontdesk.steps.stuck import find_stuck
from frontdesk.web import views
from frontdesk.web.kept import Kept

__all__ = ["Attention", "KeptAttention", "kept_attention", "read_attention"]


@dataclass(frozen=True, slots=True)
class Attention:
    """The counts, with a figure for every severity. Of the open alerts, some may be acknowledged."""

    stuck: Mapping[str, int]
    alerts: Mapping[str, int]


KeptAttention = Kept[Attention]
"""The counts as last read."""


def kept_attention(desk: Desk) -> KeptAttention:
    """The counts of this desk, however often they are asked for. Raises one of DatabaseGone."""

    async def read() -> Attention:
        async with views.reading(desk) as tx:
            return await read_attention(tx, desk.clock.now(), desk.settings)

    return Kept(read)


async def read_attention(tx: Tx, now: datetime, settings: Settings) -> Attention:
    """The counts at `now`."""
    stuck = Counter(one.severity.value for one in await find_stuck(tx, now, settings))
    return Attention(_whole(stuck), _whole(await stats.open_by_severity(tx)))


def _whole(found: Mapping[str, int]) -> dict[str, int]:
    return {severity.value: found.get(severity.value, 0) for severity in reversed(Severity)}
