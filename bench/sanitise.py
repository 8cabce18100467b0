"""How long the small copy of a call's payload takes, by shape and size: `python bench/sanitise.py`."""

import statistics
import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "rules"))

from call_payloads import GROWERS, payload

from frontdesk.calls.sanitise import sanitised, size_of

ROUNDS = 30
KILOBYTES = (50, 200, 500)


def main() -> None:
    """Print the median and the slowest of some rounds, and what is left of each payload."""
    print(f"{'shape':<12} {'KB':>4} {'median ms':>10} {'slowest ms':>11} {'left, bytes':>12}")
    for shape in GROWERS:
        for kilobytes in KILOBYTES:
            whole = payload(shape, kilobytes)
            times = []
            for _ in range(ROUNDS):
                began = perf_counter()
                copy = sanitised(whole)
                times.append((perf_counter() - began) * 1000)
            left = size_of(copy)
            print(f"{shape:<12} {kilobytes:>4} {statistics.median(times):>10.2f} {max(times):>11.2f} {left:>12}")


if __name__ == "__main__":
    main()
