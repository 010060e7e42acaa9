"""The Tiers page, driven as a user does, its numbers held against the library."""

import json

import pytest
from app_pages import Open, texts
from streamlit.testing.v1 import AppTest

from icp_core.analysis.bubbles import bubbles
from icp_core.analysis.concentration import concentration
from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.sizing import least_effort
from icp_core.analysis.tier_policies import equivalent, side_by_side
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import PerEmployee, Profile
from icp_core.profiles.starters import starters_for
from icp_core.sources import load
from icp_core.views import view_of
from icp_core.workspace import Workspace, default_url
from ui import links, tiers
from ui.format import number

TIERS = "pages/4_Tiers.py"


@pytest.fixture(scope="module")
def demo() -> Evaluation:
    universe = load("demo")
    return Scoreboard(universe).evaluate(starters_for(universe)[0].profile)


def profile_of(app: AppTest) -> Profile:
    now: Profile = app.session_state["view"].profile
    return now


def figure(app: AppTest, place: int) -> dict:
    return json.loads(app.get("plotly_chart")[place].proto.spec)


def test_the_policies_stand_side_by_side_with_their_numbers(
    open_page: Open, demo: Evaluation
) -> None:
    app = open_page(TIERS)
    assert not app.exception
    table = app.dataframe[1].value
    expected = [(other, total) for other in side_by_side(demo).values() for total in other.tiers]
    assert table["accounts"].to_list() == [total.accounts for _, total in expected]
    assert table["potential"].to_list() == pytest.approx([total.potential for _, total in expected])
    curve = concentration(expected[0][0], tier="A")
    assert table["largest_share"][0] == pytest.approx(100 * curve.largest_share)
    assert (table["same"][:4] == 100).all()


def test_the_share_that_is_in_the_tier_now_is_counted(demo: Evaluation) -> None:
    found = side_by_side(demo)
    table = tiers.comparison_data(view_of(demo), view_of(demo).tier_policies(), TeamPlan())
    value = found["value"]
    now = set(demo.matches.rows[demo.tier == 0].tolist())
    then = set(value.matches.rows[value.tier == 0].tolist())
    row = table.filter(policy="By potential", tier="A").row(0, named=True)
    assert row["same"] == len(now & then) / len(then)
    assert 0 < row["same"] < 1


def test_a_policy_is_adopted_by_one_click(open_page: Open, demo: Evaluation) -> None:
    app = open_page(TIERS)
    app.button(key="tiers_adopt_capacity").click().run()
    assert not app.exception
    assert profile_of(app).tiers == equivalent(demo, "capacity")
    assert "tiers_adopt_capacity" not in {button.key for button in app.button}
    app.button(key="tiers_adopt_cut_off").click().run()
    assert profile_of(app).tiers.kind == "cut_off"


def test_hours_per_account_change_the_effort(open_page: Open, demo: Evaluation) -> None:
    app = open_page(TIERS)
    assert "What is left works 23 of the 23 companies in no tier" in texts(app)
    app.number_input(key="shown_plan_hours_B").set_value(8.0).run()
    app.number_input(key="shown_plan_hours_A").set_value(2.0).run()
    app.number_input(key="shown_plan_people").set_value(1).run()
    assert not app.exception
    team = TeamPlan(people=1, hours_per_tier={"A": 2.0, "B": 8.0})
    found = least_effort(demo, team)
    # 138 × 2 + 194 × 8 + 50 × 1 hours for one person with 1 000.
    assert found.needed == 1878
    assert "1\u202f878 of 1\u202f000 are needed" in texts(app)
    assert f"They run out in Tier B, after {found.tiers[1].workable} of 194" in texts(app)
    assert app.dataframe[0].value["workable"].to_list() == [138, 90, 0, 0]
    app.button(key="plan_save").click().run()
    workspace = Workspace.open(default_url())
    assert workspace.team() == team
    workspace.close()


def test_every_bubble_is_a_match_and_customers_are_ringed(
    open_page: Open, demo: Evaluation
) -> None:
    app = open_page(TIERS, tiers_section="Fit against potential")
    traces = figure(app, -1)["data"]
    assert [trace["name"] for trace in traces][-2:] == ["Tier A", "Tier A, customer"]
    chosen = bubbles(demo).rows
    drawn = [point for trace in traces for point in trace["text"]]
    assert len(drawn) == chosen.height == len(demo.matches)
    ringed = sum(len(one["x"]) for one in traces if one["marker"]["line"]["width"])
    assert ringed == demo.market.customers
    assert "Every match that can be drawn is drawn" in texts(app)


def test_a_large_market_says_how_its_bubbles_were_chosen(demo: Evaluation) -> None:
    wide = demo.under(Profile(name="Wide", potential=PerEmployee(rate=10)))
    chosen = bubbles(wide)
    assert chosen.rows.height == 3_000
    how, without = tiers.bubble_notes(chosen)
    assert f"At most {number(3_000)} bubbles" in how
    assert "Tier A: the best 100 and " in how.replace("\\", "")
    assert without.startswith(number(wide.potential.unknown))


def test_a_market_of_unknown_potential_can_still_be_ranked_by_score(open_page: Open) -> None:
    app = open_page(TIERS, dataset="listed")
    assert not app.exception
    assert "No match has a known potential to rank by" in texts(app)
    assert app.dataframe[1].value["customers"].isna().all(), "unknown is not zero"
    app.segmented_control(key="tiers_section").set_value("fit").run()
    assert "nothing to draw" in texts(app)


def test_a_plan_for_tiers_of_other_names_keeps_both(open_page: Open, demo: Evaluation) -> None:
    renamed = demo.profile.tiers.replace(
        tiers=tuple(one.replace(name=f"{i}") for i, one in enumerate(demo.profile.tiers.tiers, 1))
    )
    app = open_page(TIERS, p=links.pack(demo.profile.replace(tiers=renamed)))
    assert "Assumed: hours per 1, 2, 3" in texts(app)
    app.number_input(key="shown_plan_hours_1").set_value(5.0).run()
    assert "Assumed: hours per 2, 3" in texts(app)
    app.button(key="plan_save").click().run()
    workspace = Workspace.open(default_url())
    assert workspace.team().hours_per_tier == {"1": 5}
    workspace.close()
