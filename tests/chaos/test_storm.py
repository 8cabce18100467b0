"""Processes killed and frozen, the database restarted, senders that insist: nothing lost, twice or out of order."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from plan import Plan, Report, calm_kills, seed_of_today
from storm import OwnServer, Storm


def raised(plan: Plan, server: OwnServer, folder: Path) -> Report:
    """The storm's report, once nothing in it was broken."""
    print(f"seed {plan.seed}")
    report = asyncio.run(Storm(plan, server, folder).run())
    print(report.table())
    assert report.breaches == []
    return report


def test_a_storm_loses_nothing_doubles_nothing_and_keeps_every_lane_in_order(
    own_server: OwnServer, tmp_path: Path
) -> None:
    plan = Plan(seed=seed_of_today())
    if own_server.pooled:  # the second time: it need not be as long
        plan = replace(plan, events=1000, lanes=100, seconds=25)
    report = raised(plan, own_server, tmp_path)
    assert report.kills >= 5
    assert report.restarts == 2
    assert report.redelivered >= plan.events // 10


def test_lanes_of_killed_workers_are_in_other_hands_within_the_lease_and_two_seconds(
    own_server: OwnServer, tmp_path: Path
) -> None:
    if own_server.pooled:
        pytest.skip("measured without a pooler: leases know nothing of it")
    report = raised(calm_kills(seed_of_today()), own_server, tmp_path)
    assert report.kills >= 3
    assert len(report.taken_over) >= report.kills
