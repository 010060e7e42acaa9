"""A match of which too little is known is in no tier, and whatever shows tiers or scores says so."""

import csv
import io
import json
from datetime import date

import polars as pl
import pytest
import python_calamine
from accounts import drawback, must, nice, scoreboard

from icp_core.accounts.universe import Universe
from icp_core.analysis.account import detail
from icp_core.analysis.costs import cut_offs
from icp_core.analysis.listing import Wanted, page
from icp_core.analysis.next_steps import NextStep, next_steps
from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.sizing import least_effort
from icp_core.analysis.tier_policies import side_by_side, usual
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, UNRANKED, least_known
from icp_core.exporting import prepare_matches
from icp_core.profiles import first_draft
from icp_core.profiles.model import (
    Choice,
    Flag,
    Missing,
    PerEmployee,
    Profile,
    Range,
    Tier,
    TierPolicy,
)
from icp_core.profiles.starters import starters
from icp_core.sources import load
from icp_core.views import view_of

ON = date(2026, 11, 1)
HALF = TierPolicy(least_coverage=0.5)

THREE = Profile(
    name="Three",
    criteria=(
        nice("country", Choice.of("SE"), weight=6),
        nice("employees", Range(a=0, b=100), weight=10),
        nice("industry", Choice.of("62"), weight=9),
    ),
    tiers=HALF,
    potential=PerEmployee(rate=100),
)
LISTED = [
    # 24 of 25 points, all known; a list of which only the country is filled in.
    {"name": "Full Match AB", "country": "SE", "employees": 120, "industry": "62.01"},
    {"name": "Almost Match AB", "country": "SE", "employees": 60, "industry": "62.01"},
    {"name": "Only Country AB", "country": "SE", "employees": None, "industry": None},
]


def named(*rows: dict) -> Scoreboard:
    frame = pl.DataFrame(
        [{"account_id": f"X-{i}"} | row for i, row in enumerate(rows)], infer_schema_length=None
    )
    return Scoreboard(Universe.of(frame, name="list", label="A list"))


@pytest.fixture
def evaluation():
    return named(*LISTED).evaluate(THREE)


def standing(evaluation) -> list[tuple]:
    rows = page(evaluation, Wanted(), limit=20).rows
    return rows.select("name", "score", "tier", "coverage").rows()


def test_a_score_over_a_quarter_of_the_weight_is_no_tier_and_ranks_last(evaluation):
    assert standing(evaluation) == [
        ("Full Match AB", 100, "A", 1.0),
        ("Almost Match AB", 84, "A", 1.0),
        ("Only Country AB", 100, TOO_LITTLE_KNOWN, pytest.approx(0.24)),
    ]
    market = evaluation.market
    assert [(tier.name, tier.accounts) for tier in market.tiers] == [
        ("A", 2), ("B", 0), ("C", 0), (UNRANKED, 0), (TOO_LITTLE_KNOWN, 1),
    ]  # fmt: skip
    assert (market.in_a_tier, market.unranked, market.too_little_known) == (2, 0, 1)
    assert json.loads(json.dumps(market.to_dict()))["too_little_known"] == 1


def test_a_policy_that_asks_for_nothing_ranks_by_the_score_alone():
    rows = standing(named(*LISTED).evaluate(THREE.replace(tiers=TierPolicy())))
    assert [(name, tier) for name, _, tier, _ in rows] == [
        ("Full Match AB", "A"), ("Only Country AB", "A"), ("Almost Match AB", "A"),
    ]  # fmt: skip


SHARED = {"country": "SE", "employees": 200, "industry": "62.01"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # A register that leaves headcounts of 1 to 4 blank: country and industry are 15 of 25.
        ([SHARED | {"employees": None}], ["A"]),
        # A CRM where somebody filled in the headcount only: 10 of 25.
        ([{"employees": 300, "country": None, "industry": None}], [TOO_LITTLE_KNOWN]),
        # A company register without headcounts and countries: the activity code is 9 of 25.
        ([{"industry": "62.02", "country": None, "employees": None}], [TOO_LITTLE_KNOWN]),
        # A newsletter's list: nothing but names.
        ([{"industry": None, "country": None, "employees": None}], [TOO_LITTLE_KNOWN]),
        # Known in full and unfit: unranked, which is another thing.
        ([{"industry": "01.11", "country": "DE", "employees": 0}], [None]),
        # Well known and little known, both without a fault.
        ([SHARED, {"country": "SE", "employees": None, "industry": None}], ["A", TOO_LITTLE_KNOWN]),
    ],
)
def test_lists_with_the_gaps_that_systems_leave(rows, expected):
    typed = {"country": pl.String, "employees": pl.Int64, "industry": pl.String}
    frame = pl.DataFrame(
        [{"account_id": f"X-{i}", "name": f"Firma {i}"} | row for i, row in enumerate(rows)],
        schema_overrides=typed,
    )
    universe = Universe.of(frame, name="list", label="A list")
    found = Scoreboard(universe).evaluate(THREE)
    assert page(found, Wanted()).rows["tier"].to_list() == expected


def coverage_of(least: float, *weights: int, known: int) -> bool:
    """Whether an account with the first so many of the criteria known is in a tier."""
    columns = ("recruits_abroad", "is_customer", "employees", "revenue_growth")
    values = (True, True, 50, 0.5)
    tests = (Flag(), Flag(), Range.between(1, None), Range.between(0, None))
    profile = Profile(
        name="P",
        criteria=tuple(
            nice(column, test, weight=weight)
            for column, test, weight in zip(columns, tests, weights, strict=False)
        ),
        tiers=TierPolicy(least_coverage=least),
    )
    row = dict(list(zip(columns, values, strict=True))[:known])
    return scoreboard(row).evaluate(profile).market.in_a_tier == 1


@pytest.mark.parametrize(
    ("least", "weights", "known", "ranked"),
    [
        (0.5, (5, 5), 1, True),
        (0.51, (5, 5), 1, False),
        (0.7, (7, 3), 1, True),
        (0.3, (3, 7), 1, True),
        (0.1, (1, 9), 1, True),
        (1 / 3, (1, 1, 1), 1, True),
        (0.34, (1, 1, 1), 1, False),
        (1, (1, 1, 1), 3, True),
        (1, (10, 10, 10, 1), 3, False),
    ],
)
def test_exactly_as_much_as_is_asked_for_is_enough(least, weights, known, ranked):
    assert coverage_of(least, *weights, known=known) is ranked


def test_no_account_lies_on_the_boundary_that_engines_compare_with():
    for weights in ((7, 3), (3, 4), (10, 10, 10, 3), (1, 2, 4, 8)):
        total = sum(weights)
        for hundredth in range(1, 101):
            profile = Profile(
                name="P",
                criteria=tuple(nice("is_listed", Flag(), weight=weight) for weight in weights),
                tiers=TierPolicy(least_coverage=hundredth / 100),
            )
            least = least_known(profile)
            assert min(abs(least - known / total) for known in range(total + 1)) > 0.4 / total


def test_drawbacks_count_in_what_is_known_as_they_do_in_coverage():
    profile = Profile(
        name="P",
        criteria=(nice("employees", Range.between(1, None), weight=4),
                  drawback("is_customer", Flag(), weight=6)),
        tiers=HALF,
    )  # fmt: skip
    found = scoreboard({"employees": 5}, {"employees": 5, "is_customer": False}).evaluate(profile)
    assert found.tier.tolist() == [4, 0]


def test_without_criteria_that_score_nothing_is_unknown():
    profile = Profile(
        name="P",
        criteria=(must("employees", Range.between(1, None)),),
        tiers=TierPolicy(least_coverage=1),
    )
    found = scoreboard({"employees": 5})
    assert found.evaluate(profile).market.in_a_tier == 1
    assert found.evaluate(Profile(name="P", tiers=TierPolicy(least_coverage=1))).tier.tolist() == [
        0
    ]


def test_an_unknown_value_that_counts_against_an_account_is_known_to_do_so():
    profile = THREE.changing(1, missing=Missing.FAIL).changing(2, missing=Missing.FAIL)
    assert standing(named(*LISTED).evaluate(profile))[2] == ("Only Country AB", 24, None, 1.0)


def tiers(kind: str, **thresholds: float) -> TierPolicy:
    made = tuple(Tier(name=name, threshold=value) for name, value in thresholds.items())
    return TierPolicy(kind=kind, tiers=made, least_coverage=0.5)


def test_capacities_are_filled_by_those_that_are_known():
    found = named(*LISTED, LISTED[2]).evaluate(THREE.replace(tiers=tiers("capacity", A=1, B=9)))
    assert [tier for _, _, tier, _ in standing(found)] == ["A", "B"] + [TOO_LITTLE_KNOWN] * 2
    assert found.least_scores() == (100, 84)
    assert detail(found, "X-1").now.tier == "B", "those too little known take no place before it"


def test_a_tier_by_value_asks_for_what_is_known_too():
    rich = {"name": "Rich AB", "country": None, "employees": 9_000, "industry": None}
    found = named(*LISTED, rich).evaluate(THREE.replace(tiers=tiers("value", A=10_000)))
    assert [tier for _, _, tier, _ in standing(found)] == ["A", None, *[TOO_LITTLE_KNOWN] * 2]


def test_the_other_policies_ask_for_as_much(evaluation):
    assert {one.profile.tiers.least_coverage for one in side_by_side(evaluation).values()} == {0.5}
    assert {one.market.too_little_known for one in side_by_side(evaluation).values()} == {1}
    assert usual(evaluation, "capacity").least_coverage == 0.5
    by_value = usual(evaluation, "value")
    assert (by_value.kind, by_value.least_coverage) == ("value", 0.5)


def test_knowing_more_brings_an_account_into_a_tier(evaluation):
    found = detail(evaluation, "X-2")
    assert found.now.tier == TOO_LITTLE_KNOWN
    employees, industry = found.unknown
    # With the headcount 16 of 25 are known, with the industry 15.
    assert (employees.worst.tier, employees.best.tier) == (UNRANKED, "A")
    assert (industry.worst.tier, industry.best.tier) == ("C", "A")
    assert (found.worst.tier, found.best.tier) == (UNRANKED, "A")


def test_no_cut_off_lets_them_in_and_their_hours_come_last(evaluation):
    curve = cut_offs(evaluation)
    assert (curve.accounts[0], curve.unscored, curve.too_little_known) == (2, 0, 1)
    found = least_effort(evaluation, TeamPlan(people=1, hours_each=100))
    assert [tier.tier for tier in found.tiers] == ["A", "B", "C"]
    assert found.rest.accounts == evaluation.market.unranked + 1


def test_they_are_first_in_line_to_look_up_and_stay_in_the_random_sample(evaluation):
    view = view_of(evaluation)
    assert view.to_verify(5)["name"].to_list() == ["Only Country AB"]
    assert view.page(Wanted(tiers=(TOO_LITTLE_KNOWN,))).rows["name"].to_list() == [
        "Only Country AB"
    ]
    assert view.sample(match=3, possible=0, seed=1).match_size == 3
    due = next_steps(evaluation.market, reachable=2, audience=1, today=ON)
    assert NextStep.LOOK_UP in due
    known = named(*LISTED[:2]).evaluate(THREE)
    assert NextStep.LOOK_UP not in next_steps(known.market, reachable=2, audience=1, today=ON)


def test_possible_accounts_come_behind_them_in_that_line():
    rows = [
        row | {"revenue": revenue} for row, revenue in zip(LISTED, (1e6, None, 1e6), strict=True)
    ]
    profile = THREE.adding(must("revenue", Range.between(1, None)))
    view = view_of(named(*rows).evaluate(profile))
    assert view.to_verify(5)["name"].to_list() == ["Only Country AB", "Almost Match AB"]
    assert view.to_verify(1)["name"].to_list() == ["Only Country AB"]


def test_coverage_can_be_sorted_by(evaluation):
    rows = page(evaluation, Wanted(), sort="coverage").rows
    assert rows["name"].to_list()[0] == "Only Country AB"


# Files -------------------------------------------------------------------------------------------


def written(evaluation, format: str, **options) -> list[dict[str, str]]:
    prepared = prepare_matches(evaluation, format=format, on=ON, **options)
    return list(csv.DictReader(io.StringIO(prepared.to_bytes().decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("format", ["hubspot", "salesforce", "csv"])
def test_a_file_of_tiers_leaves_them_out_and_says_how_many(evaluation, format):
    names = THREE.tiers.names
    report = prepare_matches(evaluation, format=format, on=ON, tiers=names).report
    assert report.dropped["too_little_known"] == 1
    assert ("Too little known for a tier", 1) in report.facts()
    assert len(written(evaluation, format, tiers=names)) == 2
    assert len(written(evaluation, format, tiers=(*names, TOO_LITTLE_KNOWN))) == 3


def test_every_file_that_tells_a_score_or_tier_tells_how_much_is_known(evaluation):
    *_, people = written(evaluation, "csv")
    assert (people["Tier"], float(people["Coverage"])) == (TOO_LITTLE_KNOWN, pytest.approx(0.24))
    assert list(people).index("Coverage") == list(people).index("Score") + 1
    *_, hubspot = written(evaluation, "hubspot")
    assert hubspot["Score coverage (%)"] == "24"
    assert (hubspot["Ideal Customer Profile Tier"], hubspot["Target Account"]) == ("", "false")
    *_, salesforce = written(evaluation, "salesforce")
    assert salesforce["Rating"] == ""
    assert "Fit 100 of 100. 24 % of what it weighs is known." in salesforce["Description"]
    book = prepare_matches(evaluation, format="xlsx", on=ON).to_bytes()
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    headings, *_, last = sheet.to_python()
    assert last[headings.index("Coverage")] == pytest.approx(0.24)


# Profiles ----------------------------------------------------------------------------------------


def test_an_old_file_asks_for_nothing_and_stays_so():
    old = json.loads(THREE.to_json())
    del old["tiers"]["least_coverage"]
    opened = Profile.from_json(json.dumps(old))
    assert opened.tiers.least_coverage == 0
    assert json.loads(opened.to_json()) == old, "or samples and versions saved would be of another"
    assert Profile.from_json(opened.to_json()) == opened
    assert Profile.from_json(THREE.to_json()) == THREE
    assert opened != THREE


def test_new_profiles_and_starters_ask_for_half():
    assert {one.profile.tiers.least_coverage for one in starters()} == {0.5}
    assert first_draft.profile(load("demo:300")).tiers.least_coverage == 0.5


@pytest.mark.parametrize("least", [-0.1, 1.1, "most"])
def test_what_is_asked_for_is_a_fraction(least):
    with pytest.raises(ValueError, match="least_coverage"):
        Profile.from_json(
            json.dumps({"schema_version": 1, "name": "P", "tiers": {"least_coverage": least}})
        )
