"""Error reports to Sentry: off without a DSN; tagged by component; bodies and phone numbers never leave the desk."""

from collections.abc import Mapping
from typing import Any

import sentry_sdk
from sentry_sdk.types import Event, Hint

from frontdesk.logs import masked

__all__ = ["redact", "report", "start_reporting"]

_PRIVATE = frozenset(
    {"body", "payload", "text", "data", "cookies", "authorization", "token", "signature", "query_string"}
)


def start_reporting(dsn: str, *, component: str, version: str) -> None:
    """Report errors of this process to `dsn` from now on, tagged with its component (serve, worker, scheduler, up)."""
    sentry_sdk.init(
        dsn=dsn,
        release=f"frontdesk@{version}",
        include_local_variables=False,  # they hold what people wrote
        max_request_body_size="never",
        before_send=_before_send,
        before_breadcrumb=lambda crumb, hint: redact(crumb),
        default_integrations=False,
    )
    sentry_sdk.set_tag("component", component)


def report(error: BaseException, *, component: str, **context: Any) -> None:
    """Report one error that was handled, with its context; does nothing when reporting is off."""
    if not sentry_sdk.is_initialized():
        return
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("component", component)
        scope.set_context("frontdesk", redact(context))
        scope.capture_exception(error)


def _before_send(event: Event, hint: Hint) -> Event:
    redacted: Event = redact(event)
    return redacted


def redact(value: Any) -> Any:
    """`value` without bodies and secrets, and with phone numbers masked, at any depth."""
    if isinstance(value, Mapping):
        return {key: "(hidden)" if str(key).lower() in _PRIVATE else redact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return masked(value) if isinstance(value, str) else value
