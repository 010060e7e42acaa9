"""The steps of the method: what is done, what is next, and how much of it."""

import pytest

from icp_core.analysis.method_steps import method_steps, next_step
from icp_core.profiles.brief import ANSWERS, NO_BRIEF, Brief, BuyingRole, Persona
from icp_core.profiles.model import Criterion, Profile, Range, Role

SIZED = Profile(
    name="P",
    criteria=(Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(10)),),
)
TWO = tuple(Persona(key=f"p{n}", name=f"P {n}", role=BuyingRole.BLOCKER) for n in range(2))
FULL = Brief(**dict.fromkeys(ANSWERS, "said"), buying_group=TWO)


def steps(profile=SIZED, brief=FULL, **changes):
    facts = {"customers": 1, "looked_up": 30, "interviews": 5, "is_saved": True}
    return method_steps(profile, brief, **(facts | changes))


def test_where_all_is_done_nothing_is_next():
    assert all(one.done for one in steps())
    assert next_step(steps()) is None


@pytest.mark.parametrize(
    ("lacking", "name"),
    [
        ({"customers": 0}, "customers"),
        ({"profile": Profile(name="P")}, "criteria"),
        ({"looked_up": 29}, "verified"),
        ({"interviews": 4}, "interviews"),
        ({"brief": FULL.replace(buying_group=TWO[:1])}, "group"),
        ({"brief": FULL.replace(urgency=" ")}, "words"),
        ({"is_saved": False}, "saved"),
    ],
)
def test_the_first_that_lacks_is_next(lacking, name):
    found = steps(**lacking)
    assert [one.name for one in found if not one.done] == [name]
    assert next_step(found).name == name


def test_a_scored_profile_without_a_must_have_has_criteria_but_is_not_done():
    scored = Profile(name="P", criteria=(SIZED.criteria[0].replace(role=Role.NICE_TO_HAVE),))
    criteria = steps(profile=scored, brief=NO_BRIEF)[1]
    assert (criteria.done, criteria.count) == (False, 1)
