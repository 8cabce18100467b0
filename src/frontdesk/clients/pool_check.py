"""What the provider says of our numbers against what the pool says: each difference in one sentence. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Compared", "compare"]


@dataclass(frozen=True, slots=True)
class Compared:
    """`troubles` has every number of the pool, with what is wrong with it or nothing; `unknown` are of the provider."""

    troubles: Mapping[str, str]
    unknown: tuple[str, ...]

    @property
    def wrong(self) -> dict[str, str]:
        """The numbers of the pool that have trouble."""
        return {number: trouble for number, trouble in self.troubles.items() if trouble}


def compare(
    pool: Mapping[str, str],
    owned: Mapping[str, str],
    *,
    own: Iterable[str] = (),
    webhook: str | None = None,
    unpaid: Iterable[str] = (),
) -> Compared:
    """Compare the pool's numbers and their status with the URLs, by number, to which the provider posts their texts.

    `own` are numbers that the desk has beside the pool. `webhook` is where texts must go; None: not known here.
    `unpaid` are those whose paid time is over.
    """
    troubles, overdue = {}, set(unpaid)
    for number, status in pool.items():
        if status == "RETIRED":
            troubles[number] = ""
        elif number not in owned:
            troubles[number] = "it is not in the account: no text or call reaches it; buy it again, or retire it"
        elif number in overdue:
            troubles[number] = "what was paid for it is over: pay for it and set paid_until, or its client loses it"
        else:
            troubles[number] = _webhook_trouble(owned[number], webhook)
    unknown = tuple(sorted(set(owned) - set(pool) - set(own)))
    return Compared(troubles, unknown)


def _webhook_trouble(url: str, webhook: str | None) -> str:
    if webhook is None or _bare(url) == _bare(webhook):
        return ""
    if not url:
        return f"no URL for its texts is set at the provider; set {webhook} (a Messaging Service may have one instead)"
    return f"its texts go to {_bare(url)[:100]}; set {webhook} at the provider"


def _bare(url: str) -> str:
    """Without the fragment, which is the provider's alone."""
    return url.partition("#")[0].rstrip("/")
