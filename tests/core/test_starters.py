"""The profiles that ship: valid, described, and of use on the source they are for."""

from functools import cache

import polars as pl
import pytest

from icp_core import sources
from icp_core.accounts.universe import Universe
from icp_core.errors import ProfileError
from icp_core.evaluation.on_engines import evaluate
from icp_core.paths import DATA
from icp_core.profiles.model import Profile, Role
from icp_core.profiles.starters import starter, starters, starters_for

SLUGS = [entry.slug for entry in starters()]
USES = [(entry.slug, source) for entry in starters() for source in entry.suits]

universe = cache(sources.load)


@cache
def market(slug, source):
    accounts = universe(source)
    return evaluate(accounts.frame.lazy(), starter(slug).profile, columns=accounts.columns)


def test_every_profile_file_is_a_starter():
    assert {path.stem for path in (DATA / "profiles").glob("*.json")} == set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_starter_file_is_what_the_program_would_save(slug):
    text = (DATA / "profiles" / f"{slug}.json").read_text(encoding="utf-8")
    assert Profile.from_json(text).to_json() == text


@pytest.mark.parametrize("slug", SLUGS)
def test_a_starter_has_a_short_description_an_offer_and_no_day_on_which_it_runs_out(slug):
    profile = starter(slug).profile
    assert 10 <= len(profile.description.split()) <= 30
    assert profile.offer
    assert (profile.valid_from, profile.valid_until) == (None, None)
    assert profile.having(Role.MUST_HAVE)
    assert profile.having(Role.NICE_TO_HAVE)


@pytest.mark.parametrize(("slug", "source"), USES)
def test_a_starter_applies_to_the_sources_it_suits(slug, source):
    starter(slug).profile.check(universe(source).columns)


@pytest.mark.parametrize("slug", [slug for slug, source in USES if source == "demo"])
def test_a_starter_finds_a_market_of_some_hundreds_to_two_thousand_in_the_demo(slug):
    result = market(slug, "demo")
    assert 300 <= result.matching <= 2_000
    assert result.possible > 0
    assert result.potential > 0


@pytest.mark.parametrize(("slug", "source"), USES)
def test_tiers_spread_and_the_best_is_not_the_largest(slug, source):
    counts = [tier.accounts for tier in market(slug, source).tiers if tier.name in "ABC"]
    assert len(counts) == 3
    assert all(counts)
    assert counts[0] < sum(counts) / 2


def test_the_listed_starter_reaches_more_than_the_minimum_of_an_ad_audience_by_domain():
    slug = "listed-by-domain"
    accounts = universe("listed")
    ids = market(slug, "listed")
    profile = starter(slug).profile
    wanted = set(profile.criteria[0].fit.values)
    reachable = accounts.frame.filter(
        pl.col("sector").is_in(wanted) & pl.col("country").is_in(["DK", "FI", "NO", "SE"])
    )
    assert ids.matching == len(reachable)
    assert reachable["domain"].drop_nulls().n_unique() >= 300
    in_tiers = sum(tier.accounts for tier in ids.tiers if tier.name in "ABC")
    assert in_tiers - reachable["domain"].null_count() >= 300


def test_small_norwegian_companies_with_a_blank_headcount_are_possible():
    result = market("norwegian-limited", "norway")
    assert result.matching > 0
    assert result.possible > result.matching


def test_the_starters_show_every_role_tier_policy_and_most_potential_models():
    profiles = [entry.profile for entry in starters()]
    assert {criterion.role for p in profiles for criterion in p.criteria} == set(Role)
    assert {p.tiers.kind for p in profiles} == {"cut_off", "capacity", "value"}
    assert {p.potential.model for p in profiles} == {
        "per_employee",
        "employee_bands",
        "revenue_share",
    }


def test_a_universe_gets_the_starters_meant_for_it():
    assert [entry.slug for entry in starters_for(universe("listed"))] == ["listed-by-domain"]
    assert starters_for(universe("demo"))[0].slug == "nordic-software"
    assert starters_for(universe("demo:500"))[0].slug == "nordic-software"


def test_a_list_of_ones_own_gets_the_starters_it_has_the_columns_for():
    plain = pl.DataFrame({"account_id": ["1"], "name": ["A"], "country": ["SE"], "sector": ["X"]})
    assert starters_for(Universe.of(plain, name="mine.csv", label="Mine")) == ()
    rich = plain.with_columns(market_cap=pl.lit("Mid Cap"), gics_group=pl.lit("X"))
    found = starters_for(Universe.of(rich, name="mine.csv", label="Mine"))
    assert [entry.slug for entry in found] == ["listed-by-domain"]


def test_an_unknown_starter_is_refused_with_the_choices():
    with pytest.raises(ProfileError, match="nordic-software"):
        starter("nope")
