"""The dead man's switch: an address that somebody else watches is asked for while all is well here."""

import httpx2
import structlog

__all__ = ["ping"]

log = structlog.get_logger(__name__)

_PATIENCE = 10.0  # seconds


async def ping(url: str) -> bool:
    """Ask for `url` once, any answer below 400 will do; false where none came. Never raises for the other side's sake.

    Redirects are followed, as hosts of such addresses use them. The address is a secret: whoever knows it can keep the
    switch from going off, so that no log names it.
    """
    try:
        async with httpx2.AsyncClient(timeout=_PATIENCE, follow_redirects=True) as http:
            answer = await http.get(url)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        log.warning("deadman_not_reached", error=type(error).__name__)
        return False
    if answer.status_code >= 400:
        log.warning("deadman_refused", status=answer.status_code)
    return answer.status_code < 400
