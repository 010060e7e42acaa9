"""Who covers what: numbers worked out by hand, and bad input that still gives a sensible answer."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest
from accounts import must, nice, rising, scoreboard

from icp_core.__main__ import main
from icp_core.accounts import demo
from icp_core.analysis.listing import Wanted
from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Rep, Team, km_between
from icp_core.evaluation.market import Bounds
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import PerEmployee, Profile
from icp_core.profiles.starters import starter
from icp_core.sources import load
from icp_core.territories.coverage import coverage
from icp_core.territories.gaps import Gap
from icp_core.territories.plan import today
from icp_core.territories.team import demo_team, team_for
from icp_core.territories.wishes import Policy, Wishes
from icp_core.views import view_of

PROFILE = Profile(
    name="P",
    criteria=(must("country", {"kind": "choice", "values": {"SE": 1, "NO": 1}}),
              nice("revenue_growth", rising(0, 1))),
    potential=PerEmployee(rate=10),
)  # fmt: skip
TODAY = date(2026, 9, 1)
STOCKHOLM = {"municipality": "SE-0180", "latitude": 59.33, "longitude": 18.07}
GOTHENBURG = {"municipality": "SE-1480", "latitude": 57.71, "longitude": 11.97}
OSLO = {"country": "NO", "municipality": "NO-0301", "latitude": 59.91, "longitude": 10.75}
ANNA = Rep(name="Anna", email="anna@example.com", home="SE-0180", hours=10)
NILS = Rep(name="Nils", home="NO-0301", hours=4, countries=("NO",))
PLAN = TeamPlan(team=Team(reps=(ANNA, NILS)), hours_per_tier={"A": 4, "B": 2, "C": 1}, months=12)
OF_THE_TEAM = {
    "country": pl.String,
    "owner": pl.String,
    "last_touch": pl.Date,
    "latitude": pl.Float64,
    "longitude": pl.Float64,
}


def account(**facts):
    return {"country": "SE", "revenue_growth": 0.9, "employees": 10} | STOCKHOLM | facts


def market(*rows, profile=PROFILE):
    found = [{name: row.get(name) for name in OF_THE_TEAM} | row for row in rows]
    return scoreboard(*found, **OF_THE_TEAM).evaluate(profile)


ACCOUNTS = (
    # Three of Anna's in A, however she is spelt; one is a customer.
    account(owner="Anna", is_customer=True, last_touch=date(2026, 8, 1)),
    account(owner="anna@example.com", is_customer=False, last_touch=date(2026, 5, 1)),
    account(owner=" ANNA ", employees=None),
    # One of hers in B, and one in no tier.
    account(owner="Anna", revenue_growth=0.7, last_touch=date(2026, 8, 15)),
    account(owner="Anna", revenue_growth=0.1),
    # Nils has one in A at home, and one in Sweden, where he does not work.
    account(owner="Nils", employees=30, **OSLO),
    account(owner="Nils", revenue_growth=0.7, **GOTHENBURG),
    # Per left; two have nobody, one of them with a blank for an owner.
    account(owner="Per", employees=20),
    account(employees=50, **OSLO),
    account(owner="  ", revenue_growth=0.5, **GOTHENBURG),
    # No match.
    account(country="DK", owner="Anna"),
)


def test_tiers_are_covered_as_far_as_their_owners_are_in_the_team():
    found = coverage(market(*ACCOUNTS), PLAN, on=TODAY)
    best, middle, low = found.tiers
    assert (best.accounts, best.covered, best.outside, best.nobody) == (6, 4, 1, 1)
    # 10 + 10 + unknown of Anna's and 30 of Nils', 20 of Per's, 50 of nobody's; 10 a head.
    assert best.potential == Bounds(1_200, 1_200)
    assert best.covered_potential == Bounds(500, 500)
    assert best.nobody_potential == Bounds(500, 500)
    assert best.share == 4 / 6
    assert best.potential_share == Bounds(500 / 1_200, 500 / 1_200)
    assert (middle.accounts, middle.covered, middle.nobody) == (2, 2, 0)
    assert (low.accounts, low.covered, low.nobody) == (1, 0, 1)
    # 90 days before 1 September is 3 June: one in August counts, May and never do not.
    assert best.untouched == 5
    assert found.matches == 10
    assert [(one.name, one.accounts, one.best) for one in found.others] == [("Per", 1, 1)]


def test_a_rep_has_the_hours_of_its_tiers_and_what_they_may_be_worth():
    anna, nils = coverage(market(*ACCOUNTS), PLAN, on=TODAY).reps
    assert anna.accounts == (3, 1, 0, 1)
    # 3 × 4 h + 2 h; the one in no tier takes none. Ten hours are there.
    assert (anna.work, anna.available) == (14, 10)
    # Four visits a year to each in A and two to the one in B, there and back at 60 km/h.
    way = km_between(*ANNA.place, STOCKHOLM["latitude"], STOCKHOLM["longitude"])
    assert anna.journeys == pytest.approx((3 * 4 + 2) * 2 * max(5, 1.25 * way) / 60)
    assert anna.needed == anna.work + anna.journeys
    assert anna.load == anna.needed / 10
    assert anna.is_over and not anna.has_room
    assert (anna.potential, anna.potential_unknown) == (Bounds(400, 400), 1)
    assert (anna.customers, anna.white_space, anna.customers_unknown) == (1, 1, 3)
    assert anna.owners == ("Anna", " ANNA ", "anna@example.com")
    assert (anna.last_touch, anna.untouched, anna.too_far) == (date(2026, 8, 15), 2, 0)
    # All at home, but for the middle of the town.
    assert anna.km < 10
    assert (nils.work, nils.available, nils.too_far) == (6, 4, 1)
    far = km_between(*NILS.place, GOTHENBURG["latitude"], GOTHENBURG["longitude"])
    near = km_between(*NILS.place, OSLO["latitude"], OSLO["longitude"])
    assert nils.km == pytest.approx((far + near) / 2)
    # Factors are those of the account's country.
    assert nils.journeys == pytest.approx((4 * max(5, 1.5 * near) + 2 * 1.25 * far) * 2 / 60)


@pytest.mark.parametrize("policy", Policy)
def test_a_load_is_the_same_number_on_coverage_and_in_a_plan(policy):
    homeless = PLAN.replace(
        months=9, team=Team(reps=(ANNA, NILS, Rep(name="Per", hours=5), Rep(name="Eva", hours=0)))
    )
    rows = (
        *ACCOUNTS,
        account(owner="Per", **GOTHENBURG),
        account(owner="Per", latitude=None, longitude=None),
        account(owner="Anna", municipality=None, latitude=None, longitude=None),
        account(owner="Eva", **OSLO),
    )
    view = view_of(market(*rows))
    covered = view.coverage(homeless, on=TODAY).reps
    plan = today(view.planning(homeless, wishes=Wishes(policy=policy)))
    assert plan.loads == pytest.approx([one.needed for one in covered])
    assert plan.reps()["travel_hours"].to_list() == pytest.approx([one.journeys for one in covered])


def test_half_a_year_has_half_the_hours():
    anna = coverage(market(*ACCOUNTS), PLAN.replace(months=6), on=TODAY).reps[0]
    whole = coverage(market(*ACCOUNTS), PLAN, on=TODAY).reps[0]
    assert (anna.available, anna.work) == (5, 14)
    assert anna.journeys == pytest.approx(whole.journeys / 2)


def test_the_best_that_nobody_owns_come_with_the_nearest_rep_who_may_go_there():
    view = view_of(market(*ACCOUNTS))
    found = view.gap(PLAN, Gap.NOBODY)
    assert (found.total, found.potential) == (2, Bounds(600, 600))
    rows = found.rows.select("account_id", "tier", "nearest", "nearest_reaches").rows()
    # Göteborg is nearer to Oslo than to Stockholm, but Nils works in Norway only.
    assert rows == [("X-8", "A", "Nils", True), ("X-9", "C", "Anna", True)]
    anna, nils = view.coverage(PLAN, on=TODAY).reps
    assert found.rows["nearest_load"].to_list() == [nils.load, anna.load]
    assert view.gap_ids(PLAN, Gap.NOBODY, tiers=("A",)).to_list() == ["X-8"]
    assert view.gap(PLAN, Gap.NOBODY, limit=1).rows.height == 1
    assert view.gap_ids(PLAN, Gap.OUTSIDE).to_list() == ["X-7"]
    assert view.gap_ids(PLAN, Gap.OUT_OF_REACH).to_list() == ["X-6"]
    # Never touched, and touched in May; not those of August.
    untouched = view.gap(PLAN, Gap.UNTOUCHED, tiers=("A",), on=TODAY)
    assert untouched.total == 5


def test_a_rep_whose_way_is_too_short_is_the_nearest_only_where_no_other_is():
    short = PLAN.replace(team=Team(reps=(ANNA.replace(max_km=100), NILS)))
    rows = view_of(market(*ACCOUNTS)).gap(short, Gap.NOBODY).rows
    assert rows["nearest"].to_list() == ["Nils", "Anna"]
    assert rows["nearest_reaches"].to_list() == [True, False]
    both = short.replace(team=Team(reps=(*short.team.reps, Rep(name="Kari", home="NO-1103"))))
    rows = view_of(market(*ACCOUNTS)).gap(both, Gap.NOBODY).rows
    # Kari lives further away, and goes there.
    assert rows["nearest"].to_list() == ["Nils", "Kari"]


def test_an_account_is_found_by_its_owner_in_searches_and_filters():
    view = view_of(market(*ACCOUNTS))
    assert view.account_ids(Wanted(text="per")).to_list() == ["X-7"]
    assert view.account_ids(Wanted(owners=("ANNA",), tiers=("A",))).to_list() == ["X-0", "X-2"]
    assert view.account_ids(Wanted(owners=(None,))).to_list() == ["X-8", "X-9"]
    assert view.account_ids(Wanted(owners=(None, "Per"))).to_list() == ["X-7", "X-8", "X-9"]
    assert view.page(Wanted(owners=("nils",)), sort="owner").total == 2


def test_an_area_is_the_reps_who_has_most_there_and_nobodys_where_no_rep_has_any():
    found = view_of(market(*ACCOUNTS)).owners_by_area(PLAN, "municipality")
    rows = {row["code"]: row for row in found.iter_rows(named=True)}
    assert rows["SE-0180"]["owner"] == "Anna"
    assert (rows["SE-0180"]["matches"], rows["SE-0180"]["covered"]) == (6, 5)
    assert rows["SE-0180"]["share"] == 5 / 6
    oslo = rows["NO-0301"]
    assert (oslo["owner"], oslo["nobody"], oslo["best_nobody"]) == ("Nils", 1, 1)
    assert oslo["nobody_potential"] == 500
    alone = view_of(market(account(**GOTHENBURG))).owners_by_area(PLAN, "municipality")
    assert alone["owner"].to_list() == [None]
    assert view_of(market(*ACCOUNTS)).owners_by_area(PLAN, "municipality", ["NO"])[
        "code"
    ].to_list() == ["NO-0301"]


def test_owners_of_the_accounts_are_offered_as_reps_with_the_place_of_most_of_theirs():
    view = view_of(market(*ACCOUNTS, account(owner="per ", **GOTHENBURG), account(owner="Per")))
    assert [(one.name, one.home) for one in view.owners_offered(PLAN)] == [("Per", "SE-0180")]
    assert view.owners_offered(TeamPlan())[0].name == "Anna"


def test_potential_that_is_unknown_makes_a_range_where_a_limit_is_known_and_else_is_counted():
    capped = PROFILE.replace(potential=PerEmployee(rate=10, cap=1_000))
    rows = (account(owner="Anna", employees=None), account(employees=10))
    best = coverage(market(*rows, profile=capped), PLAN, on=TODAY).best
    assert best.covered_potential == Bounds(0, 1_000)
    # The one that is covered is worth nothing at the least, and 1,000 beside 100 at the most.
    assert best.potential_share == Bounds(0, 1_000 / 1_100)


def said(found):
    return " ".join(found.remarks)


BAD = {
    "nobody in the team": (TeamPlan(), ACCOUNTS, "Nobody is in the team yet"),
    "no home": (
        PLAN.replace(team=Team(reps=(Rep(name="Anna"),))), ACCOUNTS, "No home: Anna",
    ),
    "a home elsewhere": (
        PLAN.replace(team=Team(reps=(Rep(name="Anna", home="DE-11000"),))),
        ACCOUNTS,
        "home outside our municipalities",
    ),
    "no hours": (
        PLAN.replace(team=Team(reps=(ANNA.replace(hours=0),))), ACCOUNTS, "No hours: Anna",
    ),
    "no matches": (PLAN, (account(country="DK"),), "nothing to cover: loosen"),
    "more reps than accounts": (PLAN, (account(owner="Anna"),), "2 reps for 1 matching account, so"),
    "no owners": (PLAN, (account(),), "No account of this list has an owner"),
    "no touches": (PLAN, (account(owner="Anna"),), "when it was last dealt with"),
    "no place": (
        PLAN,
        (
            account(owner="Anna", municipality=None, latitude=None, longitude=None),
            account(municipality=None, latitude=None),
            account(latitude=None),  # is in the middle of its municipality
        ),
        "2 matching accounts have no place: no rep is nearest to them",
    ),
    "one without a place": (
        PLAN,
        (account(owner="Anna"), account(municipality=None, latitude=None)),
        "1 matching account has no place: no rep is nearest to it",
    ),
    "no potential": (PLAN, (account(employees=None),), "Nothing is known of the potential"),
}  # fmt: skip


@pytest.mark.parametrize(("plan", "rows", "sentence"), BAD.values(), ids=BAD)
def test_bad_input_is_said_in_a_sentence_and_nothing_is_lost(plan, rows, sentence):
    view = view_of(market(*rows))
    found = view.coverage(plan, on=TODAY)
    assert any(part in said(found) for part in sentence.split("|"))
    matches = view.totals.matching
    mine = sum(one.total for one in found.reps) + sum(one.accounts for one in found.others)
    nobody = view.gap(plan, Gap.NOBODY).total
    assert found.matches == matches == mine + nobody
    assert found.table().height == len(plan.team)
    for level in ("region", "municipality"):
        assert view.owners_by_area(plan, level)["matches"].sum() == matches
    for gap in Gap:
        listed = view.gap(plan, gap)
        assert listed.total == len(view.gap_ids(plan, gap))
    json.dumps(found.to_dict())


def test_a_rep_without_hours_is_over_and_nobody_is_sent_to_them():
    plan = PLAN.replace(team=Team(reps=(ANNA.replace(hours=0),)))
    view = view_of(market(*ACCOUNTS))
    (anna,) = view.coverage(plan, on=TODAY).reps
    assert anna.is_over and anna.load is None
    assert view.gap(plan, Gap.NOBODY).rows["nearest"].to_list() == [None, None]


def test_given_owners_are_the_owners_everywhere():
    given = market(*ACCOUNTS).universe.assigned({"X-8": "Nils", "X-0": None})
    moved = Scoreboard(given).evaluate(PROFILE)
    view = view_of(moved)
    assert view.coverage(PLAN, on=TODAY).best.nobody == 1
    assert view.account_ids(Wanted(text="nils")).to_list() == ["X-5", "X-6", "X-8"]
    assert view.gap_ids(PLAN, Gap.NOBODY).to_list() == ["X-0", "X-9"]


@pytest.fixture(scope="module")
def demo_view():
    universe = load("demo")
    return view_of(Scoreboard(universe).evaluate(starter("nordic-software").profile))


def test_the_demo_has_an_invented_team_and_something_of_everything_to_show(demo_view):
    plan = TeamPlan()
    assert team_for(plan, demo_view.population) == demo_team()
    found = demo_view.coverage(plan)
    assert found.on == demo.AS_OF
    assert found.team.remarks == ()
    assert len(found.reps) == 8
    assert 0.3 < found.best.share < 0.8
    assert found.best.nobody > 20
    assert len(found.over) == 2
    assert found.with_room
    assert found.others[0].name == demo.FORMER_REP
    assert demo_view.owners_by_area(plan, "region")["owner"].null_count() > 0
    # Somebody named a team of their own.
    assert demo_view.coverage(PLAN).team == PLAN.team


def test_it_adds_up_as_a_slow_count_does(demo_view):
    plan = TeamPlan()
    found = demo_view.coverage(plan)
    rows = demo_view.page(limit=demo_view.totals.matching).rows
    team = demo_team()
    hours = dict(zip("ABC", plan.hours_of("ABC"), strict=True))
    for one in found.reps:
        mine = rows.filter(pl.col("owner") == one.rep.name)
        assert one.total == mine.height
        assert one.work == sum(hours.get(tier, 0) for tier in mine["tier"])
        assert one.potential.low == pytest.approx(mine["potential"].sum())
        assert one.customers == mine["is_customer"].sum()
        ways = [
            one.rep.km_to(row["latitude"], row["longitude"])
            for row in mine.filter(pl.col("tier").is_in(list("ABC"))).iter_rows(named=True)
        ]
        assert one.km == pytest.approx(np.mean(ways))
    gap = demo_view.gap(plan, Gap.NOBODY, limit=20).rows
    for row in gap.iter_rows(named=True):
        here = [rep for rep in team.reps if rep.serves(row["country"])]
        ways = {rep.name: rep.km_to(row["latitude"], row["longitude"]) for rep in here}
        within = {rep.name for rep in here if ways[rep.name] <= rep.max_km}
        name = min(within or ways, key=ways.__getitem__)
        assert (row["nearest"], row["nearest_reaches"]) == (name, bool(within))


def test_the_command_line_tells_who_covers_what(capsys, tmp_path):
    assert main(["coverage", "--accounts", "demo", "--ignore-decisions", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["fictional"]
    assert len(answer["reps"]) == 8
    assert answer["tiers"][0]["accounts"] == sum(
        answer["tiers"][0][part] for part in ("covered", "outside", "nobody")
    )
    team = tmp_path / "team.csv"
    team.write_text("Name,Home,Hours\nAlma Demoberg,Oslo,10\nKari,,0\n", encoding="utf-8")
    options = ["coverage", "--accounts", "demo", "--team", str(team), "--ignore-decisions"]
    assert main(options) == 0
    out = capsys.readouterr().out
    assert "Alma Demoberg" in out
    assert "No home: Kari" in out
    team.write_text("Colour\nred\n", encoding="utf-8")
    assert main(options) == 2
    assert "no column is understood" in capsys.readouterr().err
