"""Templates to answers: one Jinja2 environment, its filters, and what every page knows."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from frontdesk import __version__
from frontdesk.db.clock import BusinessClock
from frontdesk.web import words
from frontdesk.web.paths import own_path, root_of

__all__ = ["Renderer"]


class Renderer:
    """Renders templates for one desk; times are shown in `timezone`, ages by `clock`."""

    def __init__(self, *, business: str, timezone: str, clock: BusinessClock, simulated: bool) -> None:
        zone = ZoneInfo(timezone)
        self._environment = Environment(
            loader=PackageLoader("frontdesk.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {
            "asset": _asset,
            "business": business,
            "timezone": timezone,
            "version": __version__,
            "simulated": simulated,
        }
        filters: dict[str, Callable[..., str]] = {
            "ago": lambda at: words.ago(at, clock.now()),
            "clock": lambda at: words.clock_time(at, zone),
            "moment": lambda at: words.moment(at, zone, clock.now()),
            "day": lambda at: words.day(at, zone, clock.now()),
            "held_because": words.held_because,
            "pretty": lambda value: orjson.dumps(value, option=orjson.OPT_INDENT_2).decode(),
            "precise": lambda at: words.precise_time(at, zone),
            "stamp": lambda at: words.stamp(at, zone),
            "status_word": words.status_word,
            "why": words.why,
        }
        self._environment.filters |= filters

    def text(self, template: str, **context: Any) -> str:
        """One template as text."""
        return self._environment.get_template(template).render(**context)

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """One template as an answer; `path` marks the place in the navigation, `root` begins each link."""
        who = getattr(request.state, "who", None)
        by_login = who is not None and bool(request.app.state.door.keys)
        known = {"path": own_path(request.scope), "root": root_of(request.scope), "who": who, "by_login": by_login}
        stopped = getattr(request.state, "switches", ())
        text = self.text(template, **{**known, "stopped": stopped, **context})
        return HTMLResponse(text, status, dict(headers or {}))


@cache
def _asset(name: str) -> str:
    """The URL of a static file, changing with its content so that no browser shows an old one."""
    content = resources.files("frontdesk.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"
