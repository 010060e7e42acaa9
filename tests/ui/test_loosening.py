"""What a way to more matches says on its button."""

import pytest
from accounts import must, scoreboard

from icp_core.profiles.model import Choice, Profile, Range
from icp_core.views import Means, view_of, ways
from ui import loosening
from ui.loosening import way_text


def test_a_range_that_becomes_as_another_is_named_by_what_it_becomes():
    large, smaller = (must("employees", Range.between(least)) for least in (50, 49))
    rows = [{"employees": count, "region": "SE-01"} for count in (40, 49, 60)]
    profile = Profile(name="P", criteria=(large, smaller))
    market = view_of(scoreboard(*rows).evaluate(profile))
    (way,) = (way for way in ways(market) if way.means is Means.LOOSEN and large in way.criteria)
    assert smaller in way.profile.without(1).criteria
    assert way_text(way, market) == "Loosen Employees: from 49"


@pytest.mark.parametrize(
    ("least", "said"),
    [
        (50, "which no account passes."),
        (30, "which only 1 account passes."),
        (20, "which only 2 accounts pass."),
    ],
)
def test_where_to_begin_is_told_with_how_many_pass(least: int, said: str) -> None:
    rows = [{"employees": count, "region": "SE-01"} for count in (25, 40)]
    criteria = (must("employees", Range.between(least)), must("region", Choice.of("SE-02")))
    # Both regions and sizes keep everybody out, so that no one change lets anybody in.
    rows += [{"employees": 1, "region": "SE-02"}] * 3
    market = view_of(scoreboard(*rows).evaluate(Profile(name="P", criteria=criteria)))
    assert said in loosening._advice(market)
