"""What is pinned is pinned once: the peers of the bench are installed beside Frontdesk under the same constraints."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", line) for line in lines)
    return {re.sub(r"[-_.]+", "-", pin[1]).lower(): pin[2] for pin in found if pin}


def test_the_bench_pins_nothing_to_another_version_than_the_constraints() -> None:
    constraints, bench = _pins("constraints.txt"), _pins("bench/requirements.txt")
    assert constraints
    assert bench
    assert {
        name: (version, constraints[name])
        for name, version in bench.items()
        if constraints.get(name, version) != version
    } == {}
