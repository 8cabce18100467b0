"""Errors that have a remedy, told in one sentence on stderr."""

import psycopg

from frontdesk.commands.printing import complain
from frontdesk.db.pool import DatabaseGone
from frontdesk.errors import FrontdeskError

__all__ = ["told"]


def told(error: Exception) -> bool:
    """Say what went wrong and what to do; False where nobody foresaw this error."""
    if isinstance(error, FrontdeskError):
        complain(str(error))
    elif isinstance(error, DatabaseGone):
        complain(f"The database went away ({_first_line(error)}): see that it runs, then try again.")
    elif isinstance(error, psycopg.Error):
        complain(f"The database refused ({_first_line(error)}): `frontdesk doctor` tells more.")
    else:
        return False
    return True


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
