"""A short crash campaign; `make crash` is the long one."""

from __future__ import annotations

import os

import pytest

from assistant.library.failpoints import HOOKS, STEPS, reach
from tests.faults.crash import campaign, rows

pytestmark = [pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX"), pytest.mark.timeout(600)]


def test_killed_writers_lose_nothing_and_leave_nothing_half():
    tally = campaign(kills=4, each=0, seed=11)
    assert not tally.lost
    assert sum(tally.tried.values()) == 4
    assert {row["lost"] for row in rows(tally)} == {0}


@pytest.mark.parametrize("step", ["vectors written", "stamped", "live", "vectors collected"])
def test_a_writer_that_dies_between_the_stores_is_mended(step):
    tally = campaign(kills=0, each=1, seed=5, steps=(step,))
    assert not tally.lost
    assert tally.in_the_middle[f"at the step: {step}"] == 1


def test_without_a_hook_a_step_costs_nothing_and_with_one_it_is_told():
    assert not HOOKS
    told = []
    HOOKS.append(told.append)
    try:
        reach(STEPS[0])
    finally:
        HOOKS.clear()
    assert told == [STEPS[0]]
