"""The start page: headline numbers of the view, and what to do next."""

from datetime import date

import numpy as np
import pytest
from app_pages import Open, metrics, texts

from icp_core import sources
from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Rep, Team
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Choice, Criterion, Profile, Range, Role, Tier, TierPolicy
from icp_core.profiles.starters import starter
from icp_core.reference.numbers import unbroken
from icp_core.territories.gaps import Gap
from icp_core.views import view_of
from icp_core.workspace import Workspace
from ui import headline, links
from ui.coverage import gaps

TODAY = date(2026, 11, 1)


@pytest.fixture(scope="module")
def demo() -> Scoreboard:
    return Scoreboard(sources.load("demo:4000"))


@pytest.fixture(scope="module")
def listed() -> Scoreboard:
    return Scoreboard(sources.load("listed"))


def profile(*criteria: Criterion, **fields) -> Profile:
    return Profile(name="Test", criteria=criteria, **fields)


def swedish(missing: str = "unknown") -> Criterion:
    return Criterion(column="country", role=Role.MUST_HAVE, fit=Choice.of("SE"), missing=missing)


def steps(scoreboard: Scoreboard, one: Profile) -> str:
    found = headline.next_steps(view_of(scoreboard.evaluate(one)), today=TODAY)
    return "\n".join(step.text for step in found)


def test_numbers_on_the_cards_are_those_of_the_market(demo: Scoreboard) -> None:
    evaluation = demo.evaluate(starter("nordic-software").profile)
    market = evaluation.market
    matching, value, tiers, white_space = headline.headline_data(view_of(evaluation))
    assert matching.value == f"{market.tam.low}–{market.tam.high}"
    assert value.value.startswith("€")
    assert tiers.value == " · ".join(str(tier.accounts) for tier in market.ranked)
    assert white_space.value == str(market.white_space)


def test_a_potential_that_nobody_knows_is_not_shown_as_zero(listed: Scoreboard) -> None:
    evaluation = listed.evaluate(starter("listed-by-domain").profile)
    value, white_space = headline.headline_data(view_of(evaluation))[1::2]
    assert value.value == "–"
    assert (white_space.value, white_space.beneath) == ("–", "customers unknown")
    assert str(len(evaluation.matches)) in value.beneath
    assert evaluation.market.tier_table()["potential"].null_count() == 4


def test_tier_data_adds_up_to_the_matches(demo: Scoreboard) -> None:
    evaluation = demo.evaluate(starter("outgrown-accounting").profile)
    table = evaluation.market.tier_table()
    assert table["accounts"].sum() == len(evaluation.matches)
    assert table["potential"].sum() == pytest.approx(evaluation.potential.total)
    assert (table["customers"] + table["white_space"]).to_list() == table["accounts"].to_list()


def test_without_a_match_the_costliest_test_is_named(demo: Scoreboard) -> None:
    nowhere = Criterion(column="country", role=Role.MUST_HAVE, fit=Choice.of("XX"))
    large = Criterion(
        column="employees", role=Role.MUST_HAVE, fit=Range.between(10), missing="fail"
    )
    text = steps(demo, profile(nowhere, large))
    employees = demo.universe.frame["employees"]
    assert "No company matches. Without the test on country" in text
    assert str((employees >= 10).sum()) in text.replace("\u202f", "")
    assert "LinkedIn" not in text


def test_two_impossible_tests_are_both_to_blame(demo: Scoreboard) -> None:
    nowhere = Criterion(column="country", role=Role.MUST_HAVE, fit=Choice.of("XX"))
    never = Criterion(
        column="employees", role=Role.MUST_HAVE, fit=Range.between(10**9), missing="fail"
    )
    assert "no single test is to blame" in steps(demo, profile(nowhere, never))


def test_where_only_unknowns_remain_it_says_so(demo: Scoreboard) -> None:
    never = Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(10**9))
    unknown = demo.universe.frame["employees"].null_count()
    text = steps(demo, profile(never)).replace("\u202f", "")
    assert f"{unknown} fail nothing" in text


def test_more_possible_than_known_matches_is_pointed_out(demo: Scoreboard) -> None:
    grown = Criterion(column="revenue_growth", role=Role.MUST_HAVE, fit=Range.between(0.5))
    evaluation = demo.evaluate(profile(swedish(), grown))
    assert len(evaluation.possible) > len(evaluation.matches) > 0
    assert "most often revenue growth" in steps(demo, profile(swedish(), grown))


def test_too_few_for_linkedin_counts_those_in_a_tier_who_did_not_opt_out(demo: Scoreboard) -> None:
    some = profile(
        swedish(), Criterion(column="founded", role=Role.MUST_HAVE, fit=Range.between(2015))
    )
    evaluation = demo.evaluate(some)
    rows = demo.universe.frame[evaluation.matches.rows]
    reachable = rows["marketing_opt_out"].fill_null(False).not_().sum()
    text = steps(demo, some)
    wording = "needs at least 300" if reachable < 300 else "can go into an audience"
    assert wording in text
    assert f"{reachable} " in text.replace("\u202f", "")
    nobody = some.replace(tiers={"kind": "value", "tiers": [{"name": "A", "threshold": 1e12}]})
    assert "; 0 are in a tier" in steps(demo, nobody)


def test_a_time_box_that_is_over_asks_for_a_review(demo: Scoreboard) -> None:
    assert "ended on 2026-10-31" in steps(demo, profile(swedish(), valid_until=date(2026, 10, 31)))
    assert "ended" not in steps(demo, profile(swedish(), valid_until=TODAY))


def test_scores_on_little_knowledge_are_pointed_out(demo: Scoreboard) -> None:
    seldom = Criterion(
        column="technologies", role=Role.NICE_TO_HAVE, fit={"kind": "tags", "tags": ["SAP"]}
    )
    unknown = demo.universe.frame["technologies"].null_count() / len(demo.universe)
    assert np.isclose(demo.evaluate(profile(seldom)).coverage, 1 - unknown)
    assert ("of the weight" in steps(demo, profile(seldom))) == (1 - unknown < 0.6)


def test_another_profile_changes_the_numbers(open_page: Open) -> None:
    app = open_page()
    before = metrics(app)
    app.selectbox(key="shown_profile").select("manufacturers-erp").run()
    after = metrics(app)
    assert after.keys() == before.keys()
    assert after["Matching companies (TAM)"] == "353–1\u202f164"
    assert before["Matching companies (TAM)"] == "405–1\u202f052"
    assert app.query_params["profile"] == "manufacturers-erp"


def test_another_dataset_brings_a_profile_that_suits_it(open_page: Open) -> None:
    app = open_page()
    app.selectbox(key="shown_dataset").select("listed").run()
    assert not app.error
    assert app.query_params["profile"] == "listed-by-domain"
    assert metrics(app)["Matching companies (TAM)"] == "673"


def test_the_page_shows_description_offer_and_time_box(open_page: Open) -> None:
    one = starter("nordic-software").profile
    boxed = one.replace(valid_from=date(2026, 10, 1), valid_until=date(2999, 3, 31))
    shown = texts(open_page(p=links.pack(boxed)))
    assert unbroken(one.description) in shown
    assert one.offer in shown
    assert "2999-03-31" in shown


def test_the_steps_of_the_method_are_counted_and_lead_on(open_page: Open) -> None:
    app = open_page(dataset="demo", profile="nordic-software")
    labels = [one.label for one in app.get("page_link")]
    assert "Verified 0 of 30" in labels
    assert "Buying group 4 of 2–5" in labels
    assert "One page 9 of 9" in labels


def test_the_best_accounts_that_nobody_owns_lead_to_coverage_where_there_is_a_team(
    open_page: Open,
) -> None:
    app = open_page("app.py", dataset="demo")
    assert not app.exception
    evaluation = Scoreboard(sources.load("demo")).evaluate(starter("nordic-software").profile)
    found = view_of(evaluation).gap(TeamPlan(), Gap.NOBODY, tiers=("A",))
    assert f"{found.total} accounts in tier A are nobody's" in texts(app)
    # Where the link leads, the list has as many.
    there = open_page("pages/11_Coverage.py", dataset="demo", **gaps.leading_here("A"))
    assert f"**{found.total} accounts**" in texts(there)
    there = open_page("pages/11_Coverage.py", dataset="demo", **gaps.leading_here("B"))
    assert there.pills(key=gaps.TIERS).value == ["B"]
    # A list of one's own: only once somebody named the team.
    assert "nobody's" not in texts(open_page("app.py", dataset="norway"))
    team = TeamPlan(team=Team(reps=(Rep(name="Kari", home="NO-0301"),)))
    Workspace.open().save_team(team, author="Eva")
    assert "in tier A are nobody's" in texts(open_page("app.py", dataset="norway"))


@pytest.mark.parametrize("kind", ["cut_off", "capacity"])
def test_scores_that_are_all_100_are_explained(demo: Scoreboard, kind: str) -> None:
    best = Tier(name="A", threshold=80 if kind == "cut_off" else 10)
    must_haves = profile(swedish(), tiers=TierPolicy(kind=kind, tiers=(best,)))
    (said,) = headline.nothing_weighed(demo.evaluate(must_haves).market)
    assert "every match scores 100" in said
    assert ("is in tier A" in said) == (kind == "cut_off")
    weighed = must_haves.adding(swedish().replace(role=Role.NICE_TO_HAVE))
    assert not headline.nothing_weighed(demo.evaluate(weighed).market)
