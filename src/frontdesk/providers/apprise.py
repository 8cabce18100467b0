"""Apprise: one message to any of the services that the library of that name speaks to, each named by a URL.

Source: Apprise's own documentation, "Developer API" and "Notification result". It is an extra: imported only where URLs
are set.
"""

import logging
import warnings
from collections.abc import Sequence
from typing import Any

from frontdesk.errors import SetupError
from frontdesk.providers.posted import Fate, Posted

__all__ = ["AppriseUrls"]


class AppriseUrls:
    """The services behind some Apprise URLs. They hold passwords: no part of them is in what is raised or returned."""

    def __init__(self, urls: Sequence[str], *, seconds: float) -> None:
        """`seconds`: for one message at most. Raises SetupError without the library, and for a URL it cannot read."""
        try:
            import apprise
        except ImportError:
            raise SetupError(
                "APPRISE_URLS is set and the library for it is not installed: run pip install 'frontdesk[apprise]', or "
                "unset it."
            ) from None
        # It tells the log of hosts, and of errors with whole URLs in them; what became of a post is told by us.
        logging.getLogger("apprise").disabled = True
        self._lib: Any = apprise
        self._seconds = seconds
        self._all = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Frontdesk", app_desc="Frontdesk"))
        with warnings.catch_warnings():  # of what its services load, which is no matter of the desk's
            warnings.simplefilter("ignore")
            for number, url in enumerate(urls, 1):
                self._add(url, f"number {number} of {len(urls)}")

    def _add(self, url: str, which: str) -> None:
        service = self._lib.Apprise.instantiate(url, asset=self._all.asset)
        if service is None:
            raise SetupError(
                f"APPRISE_URLS: {which} is no URL that Apprise can use: write it as its documentation has it for the "
                "service, special characters as %40, with blanks between two URLs."
            )
        self._all.add(service)

    @property
    def names(self) -> str:
        """The services, for people."""
        return ", ".join(str(service.service_name) for service in self._all)

    async def post(self, title: str, body: str, severity: str) -> Posted:
        """Tell all of them at once. One that takes it is enough: whoever reads there has been told."""
        kinds = self._lib.NotifyType
        result = await self._all.async_notify(
            body=body,
            title=title,
            notify_type={"HIGH": kinds.FAILURE, "MEDIUM": kinds.WARNING}.get(severity, kinds.INFO),
            body_format=self._lib.NotifyFormat.TEXT,
            timeout=self._seconds,
        )
        took = [one.name for one in result if _succeeded(one)]
        failed = [one.name for one in result if not _succeeded(one)]
        if took:
            missed = f", not {', '.join(failed)}" if failed else ""
            return Posted(Fate.DELIVERED, f"{', '.join(took)} took it{missed}.")
        # Apprise does not tell what passes from what does not.
        return Posted(Fate.LATER, f"{', '.join(failed) or 'Apprise'} did not take it.", may_have_arrived=True)


def _succeeded(result: Any) -> bool:
    """By its attempts: one that the URL calls optional counts as well even where it failed."""
    return any(attempt.status.name == "SUCCESS" for attempt in result)
