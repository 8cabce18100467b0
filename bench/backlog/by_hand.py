"""Hand-written SQL: a row is taken by marking it done, as in `systems/by_hand.py`."""

from psycopg import AsyncConnection

from ..systems import by_hand
from . import CLAIM, Scene

FILL = """
INSERT INTO inbox (payload)
SELECT jsonb_build_object('From', '+1202' || lpad(mod(n, 1000)::text, 7, '0'), 'Body', 'Hi')
FROM generate_series(1, %(events)s) AS n
"""


class Waiting:
    """Rows of `inbox` that are not done."""

    def __init__(self, name: str) -> None: ...

    async def open(self, dsn: str) -> None:
        await by_hand.ByHand(1).install(dsn)
        self.connection = await AsyncConnection.connect(dsn, autocommit=True)

    async def fill(self, scene: Scene) -> None:
        await self.connection.execute(FILL, {"events": scene.events})

    async def claim(self) -> int:
        cursor = await self.connection.execute(by_hand.CLAIM, (CLAIM,))
        return len(await cursor.fetchall())

    async def give_back(self) -> None: ...

    async def churn(self, events: int) -> None:
        await self.fill(Scene(events))
        for _ in range(0, events, by_hand.AT_ONCE):
            await self.connection.execute(by_hand.CLAIM, (by_hand.AT_ONCE,))

    async def close(self) -> None:
        await self.connection.close()
