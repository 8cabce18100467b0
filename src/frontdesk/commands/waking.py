"""The doctor's question about waking: does NOTIFY reach those who listen, or do workers find their work by looking?"""

from psycopg import ProgrammingError

from frontdesk.commands.checks import Check, State
from frontdesk.db.listening import comes_through
from frontdesk.db.pool import PUBLIC, Database, DatabaseGone
from frontdesk.settings import Settings

__all__ = ["check_waking"]


async def check_waking(db: Database, settings: Settings) -> Check:
    """Say something and listen, as a worker does."""
    direct = settings.database_direct_url
    name = "Waking" if direct is None else "DATABASE_DIRECT_URL"
    try:
        heard = await comes_through(db, PUBLIC, direct.get_secret_value() if direct else db.dsn)
    except (*DatabaseGone, ProgrammingError) as error:
        found = (str(error).strip() or type(error).__name__).splitlines()[0]
        return Check(
            name, State.FAIL, f"no connection to listen on ({found})", "set it to the PostgreSQL server itself"
        )
    if heard:
        return Check(name, State.OK, "workers are woken at once, by NOTIFY")
    found = f"NOTIFY does not come through: workers look for work every {settings.worker.poll_seconds:g} s"
    if direct is None:
        todo = "if DATABASE_URL leads to a pooler in transaction mode, set DATABASE_DIRECT_URL to the server behind it"
    else:
        todo = "set it to the server itself, past any pooler, and to the same database as DATABASE_URL"
    return Check(name, State.WARN, found, todo)
