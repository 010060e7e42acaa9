"""How often learning is right on simulated data whose truth is known."""

import pytest
from threadpoolctl import threadpool_limits

from benchmarks.learning import (
    DRIVERS,
    covers,
    says_it_cannot_tell,
    segments_found,
    suggested_columns,
    universe_of,
)
from icp_core.accounts import demo


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def test_the_planted_drivers_are_suggested_and_at_most_one_other_column():
    universe = universe_of(demo.ROWS)
    for seed in range(20):
        found = set(suggested_columns(universe, seed))
        assert found >= DRIVERS, f"seed {seed} misses {DRIVERS - found}"
        assert len(found - DRIVERS) <= 1, f"seed {seed} adds {found - DRIVERS}"


def test_on_noise_it_says_that_it_cannot_tell():
    # All hundred runs are in `python -m benchmarks.learning --quality`: 95 must hold there.
    assert sum(says_it_cannot_tell(seed) for seed in range(25)) >= 23


def test_bands_contain_the_planted_lift_as_often_as_they_promise():
    held = [covers(seed) for seed in range(100)]
    assert sum(one.attribute for one in held) >= 90
    assert sum(one.top_tenth for one in held) >= 90


@pytest.mark.parametrize("kinds", [1, 2, 3])
def test_as_many_segments_are_found_as_there_are_kinds_of_customers(kinds):
    # All twenty runs of each are in `python -m benchmarks.learning --quality`.
    found = [segments_found(kinds, seed) for seed in range(5)]
    assert sum(count == kinds for count in found) >= 4, found
