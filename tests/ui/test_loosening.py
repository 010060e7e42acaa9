"""What a way to more matches says on its button."""

from accounts import must, scoreboard

from icp_core.profiles.model import Profile, Range
from icp_core.views import Means, view_of, ways
from ui.loosening import way_text


def test_a_range_that_becomes_as_another_is_named_by_what_it_becomes():
    large, smaller = (must("employees", Range.between(least)) for least in (50, 49))
    rows = [{"employees": count, "region": "SE-01"} for count in (40, 49, 60)]
    profile = Profile(name="P", criteria=(large, smaller))
    market = view_of(scoreboard(*rows).evaluate(profile))
    (way,) = (way for way in ways(market) if way.means is Means.LOOSEN and large in way.criteria)
    assert smaller in way.profile.without(1).criteria
    assert way_text(way, market) == "Loosen Employees to from 49"
