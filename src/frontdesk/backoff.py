"""How long to wait before the next try."""

import random

__all__ = ["delay"]


def delay(attempt: int, *, first: float = 1.0, longest: float = 300.0, jitter: float = 0.2) -> float:
    """Seconds before try number `attempt` + 1: exponential from `first`, at most `longest`, jittered by ± `jitter`."""
    exact = min(first * 2.0 ** min(attempt - 1, 30), longest)
    return exact * random.uniform(1 - jitter, 1 + jitter)  # noqa: S311  (jitter, not a secret)
