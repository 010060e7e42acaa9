"""What would let more accounts match: every way is worth what it says, and names what the list tells."""

import polars as pl
import pytest
from accounts import knock_out, must, scoreboard

from icp_core.profiles.model import Choice, Flag, Profile, Range
from icp_core.views import Means, strictest, untold, view_of, ways

STOCKHOLM = must("region", Choice.of("SE-01"))
LARGE = must("employees", Range.between(50))
OLD = must("founded", Range.between(None, 1900))  # of which no account tells anything


def view(*criteria, rows):
    return view_of(
        scoreboard(*rows, founded=pl.Int64).evaluate(Profile(name="P", criteria=criteria))
    )


def company(employees, region="SE-01"):
    return {"employees": employees, "region": region}


SOME = [company(10), company(49), company(60, "NO-03"), company(None), company(70, None)]


@pytest.mark.parametrize(
    "criteria",
    [
        (LARGE, STOCKHOLM),
        (LARGE.replace(missing="fail"), STOCKHOLM, OLD),
        (LARGE, knock_out("region", Choice.of("NO-03"))),
        (STOCKHOLM,),
    ],
    ids=["two", "one that nobody tells", "a knock-out", "one"],
)
def test_each_way_brings_what_it_says_the_most_first(criteria):
    now = view(*criteria, rows=SOME)
    found = ways(now)
    assert found
    for way in found:
        then = now.under(way.profile).totals.matching
        assert then - now.totals.matching == way.gained > 0
    assert [way.gained for way in found] == sorted((way.gained for way in found), reverse=True)


def test_a_range_is_loosened_a_choice_dropped_and_what_is_unknown_let_pass():
    # A step down is 48, which 49 people are; one company may be large, and one may be in Stockholm.
    found = {way.means: way for way in ways(view(LARGE, STOCKHOLM, rows=SOME))}
    assert found[Means.LOOSEN].criteria == (LARGE,)
    assert found[Means.DROP].criteria == (STOCKHOLM,)
    assert found[Means.ALLOW_UNKNOWN].criteria == (LARGE, STOCKHOLM)
    assert {one.missing.value for one in found[Means.ALLOW_UNKNOWN].profile.criteria} == {"pass"}


@pytest.mark.parametrize("missing", ["unknown", "fail"])
def test_what_the_list_does_not_tell_is_never_what_narrows_it(missing):
    nobody_tells = OLD.replace(missing=missing)
    rows = [company(60, "NO-03"), company(60, "NO-03"), company(10)]
    asked = view(nobody_tells, LARGE, STOCKHOLM, rows=rows)
    assert not asked.totals.matching
    assert untold(asked) == (nobody_tells,)
    # Two have fifty people, one lies in Stockholm.
    assert strictest(asked).criterion == STOCKHOLM


def test_what_is_told_and_passed_by_nobody_is_what_narrows():
    never = must("is_customer", Flag(), missing="fail")
    rows = [company(60) | {"is_customer": False}, company(60)]
    asked = view(LARGE, never, rows=rows)
    assert not untold(asked)
    assert strictest(asked).criterion == never


def test_without_must_haves_nothing_narrows():
    assert strictest(view(rows=SOME)) is None
    assert not ways(view(rows=SOME))
