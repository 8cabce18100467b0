"""Logs: one line per fact, with the correlation id of the webhook in hand; bodies and numbers never whole."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

__all__ = ["configure_logs", "masked"]

_NUMBER = re.compile(r"\+\d{5,}(?=\d{2})")
# PostgreSQL quotes the row that it refuses, and so what people wrote.
_DETAIL = re.compile(r"DETAIL: .*?(?=\nHINT:|\nCONTEXT:|\n\n|\Z)", re.DOTALL)
_PRIVATE = frozenset({"body", "payload", "text", "authorization", "token", "signature", "password"})


def masked(text: str) -> str:
    """`text` with all but the last two digits of phone numbers hidden."""
    return _NUMBER.sub("+…", _DETAIL.sub("DETAIL:  (hidden)", text))


def _redact(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in entry.items():
        if key in _PRIVATE:
            entry[key] = "(hidden)"
        elif isinstance(value, str):
            entry[key] = masked(value)
    return entry


def _plainly(stream: TextIO, exc_info: Any) -> None:
    """A traceback without local variables, which hold what people wrote."""
    stream.write(masked("".join(traceback.format_exception(*exc_info))))


def configure_logs(style: str = "auto", level: str = "info") -> None:
    """Set up logging of this process. `style` is json, pretty, or auto: pretty on a terminal."""
    pretty = style == "pretty" or (style == "auto" and sys.stderr.isatty())
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if pretty else "iso", utc=not pretty),
        structlog.processors.StackInfoRenderer(),
    ]
    if pretty:
        last: list[Any] = [_redact, structlog.dev.ConsoleRenderer(pad_event_to=28, exception_formatter=_plainly)]
    else:
        last = [structlog.processors.format_exc_info, _redact, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING, stream=sys.stderr, force=True
    )
    # The pool reports each failed reconnect; the loops say it once, in our words.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
