"""The market page, driven as a user does, its numbers held against the library."""

import numpy as np
import pytest
from accounts import scoreboard
from app_pages import Open, errors, metrics, printed, texts
from streamlit.testing.v1 import AppTest

from icp_core.analysis.concentration import concentration
from icp_core.analysis.costs import costs, cut_offs
from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.robustness import robustness
from icp_core.analysis.sizing import sizing
from icp_core.analysis.tier_policies import equivalent
from icp_core.analysis.verdict import Action, Breadth, Verdict, breadth, verdict
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import Bounds
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Criterion, Profile, Range, Role, Tier, TierPolicy
from icp_core.profiles.starters import starters_for
from icp_core.sources import load
from icp_core.views import view_of
from icp_core.workspace import URL_VARIABLE, Workspace, default_url
from ui import links
from ui.format import bounds, number, percent, signed
from ui.headline import value_bounds
from ui.market import sizes

MARKET = "pages/2_Market.py"


@pytest.fixture(scope="module")
def demo() -> Evaluation:
    universe = load("demo")
    return Scoreboard(universe).evaluate(starters_for(universe)[0].profile)


def section(app: AppTest, name: str) -> AppTest:
    app.segmented_control(key="market_section").set_value(name).run()
    assert not app.exception
    return app


def plan(app: AppTest, field: str):
    widgets = [*app.number_input, *app.multiselect]
    return next(widget for widget in widgets if widget.key == f"shown_plan_{field}")


def profile_of(app: AppTest) -> Profile:
    now: Profile = app.session_state["view"].profile
    return now


def saved_team() -> TeamPlan:
    workspace = Workspace.open(default_url())
    try:
        return workspace.team()
    finally:
        workspace.close()


def test_the_sizes_are_those_of_the_library_with_the_cause_of_the_range(
    open_page: Open, demo: Evaluation
) -> None:
    app = open_page(MARKET)
    assert not app.exception
    expected = sizing(demo, TeamPlan())
    shown = metrics(app)
    assert shown["TAM, companies that match"] == bounds(expected.tam)
    assert shown["SAM, everywhere served"] == bounds(expected.sam)
    assert shown["SOM, what the team can work"] == bounds(expected.som)
    assert shown["Not yet customers"] == number(demo.market.white_space)
    beneath = {metric.label: metric.delta for metric in app.metric}
    assert value_bounds(demo.market, expected.tam_value) in beneath["TAM, companies that match"]
    growth, employees = expected.lacks
    assert (growth.column, employees.column) == ("revenue_growth", "employees")
    assert (
        f"{number(len(demo.possible))} with missing data: "
        f"{number(growth.accounts)} lack revenue growth and "
        f"{number(employees.accounts)} lack employees." in texts(app)
    )


def test_a_what_if_changes_the_numbers_and_is_saved_on_purpose(
    open_page: Open, demo: Evaluation
) -> None:
    app = open_page(MARKET)
    assert "Assumed: hours per A, B, C" in texts(app)
    plan(app, "regions").set_value(["SE-01", "NO-03"]).run()
    plan(app, "people").set_value(1).run()
    plan(app, "hours_each").set_value(50).run()
    plan(app, "months").set_value(6).run()
    plan(app, "hours_A").set_value(5.0).run()
    assert not app.exception
    team = TeamPlan(
        served_regions=("SE-01", "NO-03"),
        people=1,
        hours_each=50,
        months=6,
        hours_per_tier={"A": 5},
    )
    expected = sizing(demo, team)
    assert metrics(app)["SAM, in 2 regions served"] == bounds(expected.sam)
    # 25 hours work five companies of tier A.
    assert metrics(app)["SOM, what the team can work"] == "5"
    assert "The team plans 3 people" in texts(app)
    assert saved_team() == TeamPlan(), "nobody else sees it"
    assert plan(open_page(MARKET), "people").value == 3
    app.button(key="plan_save").click().run()
    assert saved_team() == team
    assert "The team plans" not in texts(app)
    assert metrics(open_page(MARKET))["SAM, in 2 regions served"] == bounds(expected.sam)


def test_a_what_if_is_given_up_by_its_button_or_by_going_back_to_what_was(open_page: Open) -> None:
    app = open_page(MARKET)
    plan(app, "people").set_value(1).run()
    app.button(key="plan_reset").click().run()
    assert plan(app, "people").value == 3
    plan(app, "people").set_value(4).run()
    plan(app, "people").set_value(3).run()
    assert "plan_reset" not in [button.key for button in app.button]


def test_the_plan_works_without_a_database_for_this_session(
    open_page: Open, demo: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, "postgresql://nobody@127.0.0.1:1/none")
    app = open_page(MARKET)
    plan(app, "people").set_value(1).run()
    plan(app, "months").set_value(6).run()
    assert not app.exception
    expected = sizing(demo, TeamPlan(people=1, months=6))
    assert metrics(app)["SOM, what the team can work"] == bounds(expected.som)
    app.button(key="plan_save").click().run()
    assert not app.exception
    assert plan(app, "people").value == 1, "it was not saved, and is not lost"


def test_market_and_tiers_say_the_same_of_the_same_plan(open_page: Open) -> None:
    app = open_page(MARKET)
    plan(app, "people").set_value(4).run()
    plan(app, "hours_A").set_value(40.0).run()
    plan(app, "hours_B").set_value(8.0).run()
    assert "About right" in texts(app)
    assert "which take 7\u202f145" in texts(app)
    app.switch_page("pages/4_Tiers.py").run()
    # 138 × 40 + 194 × 8 + 50 hours, and 23 in no tier.
    assert "7\u202f122 of 4\u202f000 are needed, 178" in texts(app)


def test_the_verdict_names_what_to_loosen_and_applies_it(open_page: Open, demo: Evaluation) -> None:
    app = open_page(MARKET)
    expected = verdict(demo, TeamPlan())
    assert expected.breadth is Breadth.TOO_NARROW
    text = texts(app)
    assert "Too narrow" in text
    assert f"SAM holds {bounds(expected.sam)} companies" in text
    assert "3 people × 1\u202f000 hours a year × 12 months have 3\u202f000" in text
    first = expected.changes[0]
    assert first.action is Action.DROP
    assert f"{bounds(first.sam)} companies" in text
    app.button(key="market_change_0").click().run()
    assert not app.exception
    assert profile_of(app) == first.profile
    assert metrics(app)["TAM, companies that match"] == bounds(first.sam)


def test_a_smaller_team_makes_the_same_market_right_or_too_broad(
    open_page: Open, demo: Evaluation
) -> None:
    app = open_page(MARKET)
    plan(app, "people").set_value(1).run()
    # 138 × 4 + 194 × 2 + 73 hours for 1 000: between 1 and 5 times.
    assert "1.0–2.3 times as many" in texts(app)
    assert "About right" in texts(app)
    plan(app, "hours_each").set_value(100).run()
    assert "Too broad" in texts(app)
    assert "10–23 times" in texts(app)
    plan(app, "people").set_value(0).run()
    assert "No plan" in texts(app)


@pytest.mark.parametrize(
    ("low", "high", "hours", "said"),
    [(405, 1052, 1200, "34–88\xa0%"), (7, 7, 10, "70\xa0%"), (60, 60, 10, "6.0 times")],
)
def test_the_sentence_says_how_many_times_the_hours(low, high, hours, said) -> None:
    ends = breadth(low, hours), breadth(high, hours)
    found = Verdict(hours, Bounds(low, high), hours, Bounds(low, high), *ends)
    assert said in sizes.sentence(found, TeamPlan(people=1, hours_each=hours))


def test_the_breakdown_opens_an_industry_down_to_four_digits(
    open_page: Open, demo: Evaluation
) -> None:
    app = open_page(MARKET)
    app.segmented_control(key="market_by").set_value("industry").run()
    for inside, dimension, within in (
        (None, "section", None),
        ("J", "industry", "section"),
        ("62", "group", "industry"),
        ("62.0", "class", "group"),
    ):
        app.selectbox(key="market_industry").set_value(inside).run()
        assert not app.exception
        found = demo.breakdown(dimension, within=(within, inside) if within else None)
        table = app.dataframe[0].value
        counts = dict(zip(found.keys, found.accounts.sum(axis=1).tolist(), strict=True))
        shown = {
            name.split()[0]: count
            for name, count in zip(table["name"], table["accounts"], strict=True)
        }
        assert shown == counts
        assert table["potential"].sum() == pytest.approx(found.potential.sum())
    assert set(counts) <= {"62.01", "62.02", "62.03", "62.09"}


def test_the_municipalities_of_a_region_are_shown(open_page: Open, demo: Evaluation) -> None:
    app = open_page(MARKET)
    app.selectbox(key="market_region").set_value("SE-01").run()
    assert not app.exception
    found = demo.breakdown("municipality", within=("region", "SE-01"))
    table = app.dataframe[0].value
    assert sorted(table["accounts"]) == sorted(found.accounts.sum(axis=1).tolist())
    app.segmented_control(key="market_by").set_value("age").run()
    assert app.dataframe[0].value["accounts"].sum() == len(demo.matches)


def test_customers_are_held_against_white_space(open_page: Open, demo: Evaluation) -> None:
    app = section(open_page(MARKET), "customers")
    table = app.dataframe[0].value
    assert table["customers"].sum() == demo.market.customers
    assert table["white_space"].sum() == demo.market.white_space
    assert table["penetration"].to_list() == pytest.approx(
        (100 * table["customers"] / table["accounts"]).to_list()
    )
    outside = int(demo.customers().sum()) - demo.market.customers
    assert f"{number(outside)} customers do not match" in texts(app)


def test_accounts_that_tell_of_no_customer_say_so(open_page: Open) -> None:
    app = section(open_page(MARKET, dataset="norway"), "customers")
    assert metrics(app)["Not yet customers"] == "–"
    assert "nobody knows whether they are customers" in texts(app)
    assert "market_by" not in [control.key for control in app.segmented_control], "nothing to split"


def test_a_market_is_split_only_by_what_its_accounts_tell(open_page: Open) -> None:
    app = open_page(MARKET, dataset="listed", market_by="size")
    assert not app.exception
    control = app.segmented_control(key="market_by")
    assert control.options == ["Region", "Municipality"], "neither industry, headcount nor age"
    assert control.value == "region"


def test_a_knock_out_is_dropped_by_its_own_name(open_page: Open) -> None:
    app = open_page(MARKET, dataset="norway")
    assert "Drop Industry: not 64" in texts(app).replace("\\", "")


def test_loosening_that_gains_nobody_is_not_offered(open_page: Open) -> None:
    app = section(open_page(MARKET, dataset="norway"), "choices")
    gains = [gain for gain in printed(app)["If loosened"] if gain.startswith("+")]
    offered = [one.key for one in app.button if (one.key or "").startswith("market_loosen")]
    assert len(offered) == len([gain for gain in gains if gain != "+0"])
    assert ("Loosen one step" in texts(app)) == bool(offered)


def test_the_value_of_possible_companies_is_missed_too(open_page: Open) -> None:
    said = texts(open_page(MARKET, dataset="norway"))
    assert "The potential of 339 is unknown, but has a limit" in said


def test_the_concentration_is_computed(open_page: Open, demo: Evaluation) -> None:
    app = section(open_page(MARKET), "concentration")
    curve = concentration(demo)
    assert f"hold {percent(curve.largest_share)} of it" in texts(app)
    table = app.dataframe[0].value
    assert table["largest_share"][0] == pytest.approx(100 * curve.largest_share)
    assert table["accounts"].to_list() == [
        len(demo.matches),
        *(total.accounts for total in demo.tiers),
    ]


def test_a_gate_is_loosened_by_its_button(open_page: Open, demo: Evaluation) -> None:
    app = section(open_page(MARKET), "choices")
    expected = costs(demo)
    table = printed(app)
    assert table["Passes"].to_list() == [number(cost.gate.passes) for cost in expected]
    assert table["If dropped"].to_list() == [
        signed(cost.gate.gained_if_dropped) for cost in expected
    ]
    employees = expected[1]
    assert table["If loosened"][1] == signed(employees.gained_if_loosened)
    app.button(key="market_loosen_1").click().run()
    assert not app.exception
    assert profile_of(app).criteria[1].fit == employees.loosened.fit
    more = len(demo.matches) + employees.gained_if_loosened
    assert metrics(app)["TAM, companies that match"].startswith(number(more))


def test_a_cut_off_is_edited_by_number(open_page: Open, demo: Evaluation) -> None:
    app = section(open_page(MARKET), "cut_offs")
    curve = cut_offs(demo)
    table = printed(app)
    assert table["Companies"].to_list() == [number(n) for n in curve.accounts[::-5]]
    app.number_input(key="shown_market_cut_0").set_value(90.0).run()
    assert not app.exception
    assert profile_of(app).tiers.tiers[0].threshold == 90
    assert f"Tier A {number(curve.accounts[90])}" in texts(app)
    app.number_input(key="shown_market_cut_1").set_value(95.0).run()
    assert [tier.threshold for tier in profile_of(app).tiers.tiers[:2]] == [95.5, 95]
    assert not errors(app)


def test_tiers_by_capacity_can_be_ranked_by_score(open_page: Open, demo: Evaluation) -> None:
    policy = TierPolicy(
        kind="capacity", tiers=(Tier(name="A", threshold=10), Tier(name="B", threshold=50))
    )
    profile = demo.profile.replace(tiers=policy)
    app = section(open_page(MARKET, p=links.pack(profile)), "cut_offs")
    app.button(key="market_by_score").click().run()
    assert not app.exception
    assert profile_of(app).tiers == equivalent(demo.under(profile), "cut_off")


def test_robustness_is_shown_per_account_and_in_one_sentence(
    open_page: Open, demo: Evaluation
) -> None:
    app = section(open_page(MARKET), "robustness")
    expected = robustness(demo)
    firm = expected.tiers[0].steady_share
    assert f"{percent(firm)} of tier A" in texts(app)
    table = app.dataframe[0].value
    own = np.flatnonzero(demo.tier == 0)
    assert table["stays"].to_list() == pytest.approx(sorted(100 * expected.stays[own])[:200])
    app.segmented_control(key="market_tier").set_value(1).run()
    assert not app.exception
    own = np.flatnonzero(demo.tier == 1)
    assert app.dataframe[0].value["stays"][0] == pytest.approx(100 * expected.stays[own].min())


def test_tiers_by_value_depend_on_no_weight(open_page: Open, demo: Evaluation) -> None:
    policy = TierPolicy(kind="value", tiers=(Tier(name="A", threshold=50_000),))
    app = section(open_page(MARKET, p=links.pack(demo.profile.replace(tiers=policy))), "robustness")
    assert "weights move nobody" in texts(app)


def test_a_market_that_nothing_matches_still_says_what_each_choice_costs(open_page: Open) -> None:
    impossible = Profile(
        name="Impossible",
        criteria=(Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(10**9)),),
    )
    app = open_page(MARKET, p=links.pack(impossible))
    assert "nothing to break down" in app.info[0].value
    section(app, "choices")
    assert printed(app)["Passes"].to_list() == ["0"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([True, False, False, False], "25\N{NO-BREAK SPACE}% are customers"),
        ([True, True, None, None], "2 customers · unknown for 2"),
        ([None, None, None, True], "1 customer · unknown for 3"),
    ],
)
def test_a_share_of_customers_stands_only_where_all_are_told_apart(
    told: list[bool | None], said: str
) -> None:
    evaluation = scoreboard(*({"is_customer": one} for one in told)).evaluate(Profile(name="P"))
    figures = sizes.figures(view_of(evaluation), sizing(evaluation, TeamPlan()))
    assert figures[-1].beneath == said
