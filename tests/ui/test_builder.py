"""The Builder: every edit changes the profile, and the numbers are those of the scoreboard."""

from functools import cache
from typing import Any

import pytest
from app_pages import errors, metrics, opened, texts
from streamlit.testing.v1 import AppTest

from icp_core.analysis.tier_policies import resized, usual
from icp_core.evaluation.market import Market
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import (
    Choice,
    Criterion,
    EmployeeBands,
    Flag,
    PerEmployee,
    Profile,
    Range,
    Role,
    Tier,
    TierPolicy,
)
from icp_core.sources import load
from ui import state
from ui.format import bounds, number
from ui.headline import tam_value

MUST, NICE = Role.MUST_HAVE, Role.NICE_TO_HAVE
PROFILE = Profile(
    name="Norwegian employers",
    currency="NOK",
    potential=PerEmployee(rate=1000),
    criteria=(
        Criterion(column="employees", role=MUST, fit=Range.between(10, 200)),
        Criterion(column="legal_form", role=MUST, fit=Choice.of("AS", "ASA")),
        Criterion(
            column="employees",
            role=NICE,
            fit=Range(a=5, b=50, c=100, d=300, scale="log"),
            weight=6,
        ),
        Criterion(column="founded", role=NICE, fit=Range(a=1980, b=2015), weight=4),
        Criterion(column="vat_registered", role=NICE, fit=Flag(), weight=2),
    ),
)


@cache
def scoreboard(dataset: str) -> Scoreboard:
    return Scoreboard(load(dataset))


def market(profile: Profile, dataset: str = "norway") -> Market:
    return scoreboard(dataset).evaluate(profile).market


def builder(profile: Profile = PROFILE, dataset: str = "norway", **parameters: str) -> AppTest:
    app = opened("pages/1_Builder.py", dataset=dataset, p=state.pack(profile), **parameters)
    assert not app.exception
    return app


def profile_of(app: AppTest) -> Profile:
    now: Profile = app.session_state["view"].profile
    return now


def labelled(widgets: Any, label: str, place: int = 0) -> Any:
    return [widget for widget in widgets if widget.label.replace("\\", "") == label][place]


def edit(app: AppTest, index: int) -> AppTest:
    """Open the editor of a criterion."""
    edits = [button for button in app.main.button if (button.key or "").endswith("_edit")]
    return edits[index].click().run()


def assert_shows(app: AppTest, profile: Profile, dataset: str = "norway") -> None:
    """The page shows that profile's numbers, and they differ from those it began with."""
    assert not app.exception
    assert profile_of(app) == profile
    expected = market(profile, dataset)
    shown = metrics(app)
    assert shown["Matches"] == bounds(expected.tam)
    told = dataset not in ("norway", "listed")
    assert shown["White space"] == (number(expected.white_space) if told else "–")
    assert shown["TAM value a year"] == tam_value(expected)
    tiers = next(value for label, value in shown.items() if label.startswith("Tiers"))
    assert tiers == " · ".join(number(tier.accounts) for tier in expected.ranked)


def test_the_numbers_are_those_of_the_scoreboard() -> None:
    app = builder()
    assert_shows(app, PROFILE)
    expected = market(PROFILE)
    assert expected.possible > 0
    assert f"{number(expected.possible)} accounts may match: Employees" in texts(app)


def test_weights_change_the_tiers_again_and_again() -> None:
    app = builder()
    first = PROFILE.changing(2, weight=1)
    second = first.changing(3, weight=10)
    assert len({tuple(t.accounts for t in market(p).tiers) for p in (PROFILE, first, second)}) == 3
    labelled(app.slider, "Weight of Employees").set_value(1)
    assert_shows(app.run(), first)
    labelled(app.slider, "Weight of Founded").set_value(10)
    assert_shows(app.run(), second)
    app.run()
    assert labelled(app.slider, "Weight of Employees").value == 1
    assert labelled(app.slider, "Weight of Founded").value == 10


def test_a_quick_edit_redraws_the_numbers_and_leaves_the_profile_alone() -> None:
    app = builder()
    labelled(app.slider, "Weight of Employees").set_value(1).run()
    labelled(app.slider, "Weight of Founded").set_value(9).run()
    assert metrics(app)
    assert not app.slider


def test_a_range_changes_the_matches() -> None:
    app = builder()
    app.select_slider[0].set_value((50, 200)).run()
    assert_shows(app, PROFILE.changing(0, fit=Range.between(50, 200)))


def test_an_end_of_a_range_can_be_opened() -> None:
    app = builder()
    app.select_slider[0].set_value((10, float("inf"))).run()
    assert_shows(app, PROFILE.changing(0, fit=Range.between(10)))


@pytest.mark.parametrize(
    ("column", "low", "high", "shown"),
    [
        ("revenue", 1_000_001.0, 1_000_002.0, ["1\u202f000\u202f001", "1\u202f000\u202f002"]),
        ("revenue_growth", 0.0511, 0.0514, ["5.11", "5.14"]),
        ("revenue", 1e6, 2e6, ["€1 M", "€2 M"]),
    ],
)
def test_ends_of_a_range_that_would_read_alike_are_told_apart(
    column: str, low: float, high: float, shown: list[str]
) -> None:
    close = Range(a=low, b=low, c=high, d=high, scale="log")
    profile = Profile(name="Close", criteria=(Criterion(column=column, role=MUST, fit=close),))
    app = builder(profile, "demo")
    ends = app.select_slider[0]
    assert ends.value == (low, high)
    for end, text in zip(ends.proto.default, shown, strict=True):
        assert ends.options[int(end)].startswith(text.replace(" ", "\u00a0"))
    assert len(set(ends.options)) == len(ends.options)
    ends.set_value((low, float("inf"))).run()
    assert_shows(app, profile.changing(0, fit=Range(a=low, b=low, scale="log")), "demo")


def test_values_are_chosen_by_name_and_the_last_one_cannot_go() -> None:
    app = builder()
    chosen = labelled(app.multiselect, "Legal form")
    chosen.set_value(["ASA"]).run()
    one = PROFILE.changing(1, fit=Choice.of("ASA"))
    assert_shows(app, one)
    app.run()
    labelled(app.multiselect, "Legal form").set_value([]).run()
    app.run()
    assert profile_of(app) == one
    assert any("at least one value" in message for message in errors(app))


def test_a_role_is_changed_in_the_editor() -> None:
    app = edit(builder(), 1)
    labelled(app.selectbox, "Role").set_value(Role.KNOCK_OUT).run()
    assert_shows(app, PROFILE.changing(1, role=Role.KNOCK_OUT))


def test_a_slope_is_edited_in_the_editor() -> None:
    app = edit(builder(), 0)
    labelled(app.number_input, "No fit below (people)").set_value(5.0).run()
    sloped = PROFILE.changing(0, fit=Range(a=5, b=10, c=200, d=200))
    assert_shows(app, sloped)


def test_edges_that_do_not_rise_are_refused_at_the_place_and_the_last_valid_profile_stays() -> None:
    app = edit(builder(), 0)
    labelled(app.number_input, "No fit below (people)").set_value(300.0).run()
    assert not app.exception
    assert profile_of(app) == PROFILE
    assert metrics(app)["Matches"] == bounds(market(PROFILE).tam)
    assert len(errors(app)) == 1
    assert "a (300) is above b (10)" in errors(app)[0]
    assert labelled(app.number_input, "No fit below (people)").value == 300
    labelled(app.number_input, "No fit below (people)").set_value(8.0).run()
    app.run()
    assert not errors(app)
    assert profile_of(app).criteria[0].fit == Range(a=8, b=10, c=200, d=200)


def test_a_value_can_count_in_part() -> None:
    app = edit(builder(), 1)
    labelled(app.slider, "ASA").set_value(0).run()
    graded = PROFILE.changing(1, fit=Choice(values={"AS": 1.0, "ASA": 0.0}))
    assert_shows(app, graded)


def test_an_unknown_value_can_count_against_an_account() -> None:
    app = edit(builder(), 0)
    labelled(app.segmented_control, "Where the value is unknown").set_value("fail").run()
    assert_shows(app, PROFILE.changing(0, missing="fail"))
    assert market(profile_of(app)).possible < market(PROFILE).possible


def test_a_criterion_is_added_on_a_column_of_the_users_own() -> None:
    app = builder()
    app.menu_button[0].click("institutional_sector").run()
    added = profile_of(app)
    assert added.criteria[:-1] == PROFILE.criteria
    assert added.criteria[-1].column == "institutional_sector"
    assert added.criteria[-1].role is MUST
    assert_shows(app, added)
    chosen = labelled(app.multiselect, "Institutional sector").value
    assert chosen
    labelled(app.multiselect, "Institutional sector").set_value(chosen[1:]).run()
    narrowed = added.changing(2 + 3, fit=Choice.of(*chosen[1:]))
    assert_shows(app, narrowed)
    assert market(narrowed).matching < market(PROFILE).matching


def test_a_criterion_is_removed_and_its_neighbour_keeps_its_weight() -> None:
    twice = PROFILE.adding(PROFILE.criteria[3].replace(weight=9))
    app = builder(twice)
    remove = [button for button in app.main.button if "_remove" in (button.key or "")]
    remove[3].click().run()
    assert_shows(app, twice.without(3))
    assert labelled(app.slider, "Weight of Founded").value == 9


def test_tiers_are_filled_to_capacity_or_cut_where_the_user_says() -> None:
    app = builder()
    labelled(app.segmented_control, "Change").set_value("tiers").run()
    labelled(app.slider, "Least score").set_value(95.0).run()
    cut = PROFILE.tiers.replace(
        tiers=(PROFILE.tiers.tiers[0].replace(threshold=95), *PROFILE.tiers.tiers[1:])
    )
    assert_shows(app, PROFILE.replace(tiers=cut))
    app.run()
    labelled(app.segmented_control, "Rank into tiers by").set_value("capacity").run()
    assert profile_of(app).tiers.kind == "capacity"
    assert [tier.threshold for tier in profile_of(app).tiers.tiers] == [10, 50, 500]
    assert_shows(app, profile_of(app))
    assert metrics(app)["Tiers A · B · C"].startswith("10 · 50 · ")


def test_tiers_that_do_not_fall_are_refused() -> None:
    app = builder()
    labelled(app.segmented_control, "Change").set_value("tiers").run()
    labelled(app.slider, "Least score", 1).set_value(90.0).run()
    app.run()
    assert profile_of(app) == PROFILE
    assert any("tier B (90) must start below tier A (80)" in message for message in errors(app))


def test_the_number_of_tiers_changes() -> None:
    app = builder()
    labelled(app.segmented_control, "Change").set_value("tiers").run()
    labelled(app.number_input, "Number of tiers").set_value(4).run()
    assert profile_of(app).tiers.names == ("A", "B", "C", "D")
    assert_shows(app, profile_of(app))


def test_potential_changes_the_value_and_not_the_matches() -> None:
    app = builder()
    labelled(app.segmented_control, "Change").set_value("potential").run()
    labelled(app.number_input, "NOK per employee a year").set_value(2000.0).run()
    doubled = PROFILE.replace(potential=PerEmployee(rate=2000))
    assert_shows(app, doubled)
    app.run()
    labelled(app.selectbox, "Potential of an account").set_value("employee_bands").run()
    assert isinstance(profile_of(app).potential, EmployeeBands)
    assert_shows(app, profile_of(app))
    app.run()
    labelled(app.number_input, "Employees from").set_value(60).run()
    app.run()
    assert any("band 50 must start above band 60" in message for message in errors(app))
    assert profile_of(app).potential.bands[0].at_least == 10  # type: ignore[union-attr]


def test_a_floor_above_the_cap_is_refused() -> None:
    app = builder()
    labelled(app.segmented_control, "Change").set_value("potential").run()
    labelled(app.number_input, "At most").set_value(1000.0).run()
    app.run()
    labelled(app.number_input, "At least").set_value(2000.0).run()
    app.run()
    assert profile_of(app).potential == PerEmployee(rate=1000, cap=1000)
    assert any("floor (2000) is above cap (1000)" in message for message in errors(app))


def test_the_profile_is_named_and_time_boxed() -> None:
    app = builder()
    labelled(app.segmented_control, "Change").set_value("about").run()
    labelled(app.text_input, "Name").set_value("Renamed").run()
    assert profile_of(app) == PROFILE.replace(name="Renamed")
    labelled(app.text_input, "Name").set_value("").run()
    assert profile_of(app).name == "Renamed"
    assert len(errors(app)) == 1


def test_a_profile_that_nothing_matches_says_what_to_loosen() -> None:
    strict = PROFILE.changing(0, fit=Range.between(13, 13)).changing(1, fit=Choice.of("ASA"))
    expected = market(strict)
    assert not expected.matching
    by_name = {gate.criterion.column: gate.gained_if_dropped for gate in expected.gates}
    assert by_name["legal_form"] > 0
    app = builder(strict)
    (message,) = errors(app)
    assert f"without Legal form {number(by_name['legal_form'])} would" in message


def test_a_profile_without_criteria_matches_everybody_and_says_so() -> None:
    app = builder(Profile(name="Empty"))
    assert metrics(app)["Matches"] == number(len(scoreboard("norway").universe))
    assert "No criteria yet" in texts(app)


def test_what_each_must_have_costs_stands_in_a_list_of_its_own() -> None:
    app = builder()
    labelled(app.segmented_control, "Show").set_value("gates").run()
    table = app.table[0].value
    gates = {gate.criterion.column: gate for gate in market(PROFILE).gates}
    row = table[table["Criterion"].str.startswith("Employees")].iloc[0]
    assert row["Passes"] == number(gates["employees"].passes)
    assert row["Unknown"] == number(gates["employees"].unknown)
    assert row["If dropped"] == "+" + number(gates["employees"].gained_if_dropped)


def test_accounts_to_verify_say_what_to_find_out() -> None:
    app = builder()
    labelled(app.segmented_control, "Show").set_value("verify").run()
    best = scoreboard("norway").evaluate(PROFILE).to_verify(1)
    assert best["name"][0] in texts(app)
    assert "Find out: Employees" in texts(app)


def test_points_of_the_best_account_add_up_to_its_score() -> None:
    app = builder()
    best = scoreboard("norway").evaluate(PROFILE)
    row = best.rows(best.best(1))
    assert f"**{number(row['score'][0])}**\u2003{row['name'][0]}" in texts(app)


@pytest.mark.parametrize("kind", ["cut_off", "capacity", "value"])
@pytest.mark.parametrize("count", [1, 3, 9])
@pytest.mark.parametrize("dataset", ["norway", "listed"])
def test_a_policy_of_another_kind_is_valid_for_any_number_of_tiers(
    kind: str, count: int, dataset: str
) -> None:
    names = tuple("ABCDEFGHI"[:count])
    tiers = tuple(Tier(name=name, threshold=90 - i) for i, name in enumerate(names))
    profile = Profile(name="Empty", tiers=TierPolicy(tiers=tiers))
    policy = usual(scoreboard(dataset).evaluate(profile), kind)
    assert policy.kind == kind
    assert policy.names == names
    assert TierPolicy.model_validate(policy.model_dump()) == policy


@pytest.mark.parametrize("kind", ["cut_off", "capacity", "value"])
def test_tiers_can_be_added_up_to_the_most_there_may_be(kind: str) -> None:
    policy = usual(scoreboard("norway").evaluate(PROFILE), kind)
    assert len(resized(policy, 9).tiers) == 9
    assert resized(resized(policy, 9), 2).tiers == policy.tiers[:2]


def test_a_tier_that_has_no_room_is_refused_with_a_reason() -> None:
    low = PROFILE.replace(
        tiers=TierPolicy.model_validate({"tiers": [{"name": "A", "threshold": 0}]})
    )
    app = builder(low, builder_part="Tiers")
    labelled(app.number_input, "Number of tiers").set_value(2).run()
    assert profile_of(app) == low
    assert any("must start below tier A" in message for message in errors(app))


def test_what_was_edited_quickly_outlives_the_next_edit() -> None:
    app = builder(builder_part="Tiers")
    labelled(app.slider, "Least score").set_value(95.0).run()
    app.run()
    labelled(app.slider, "Least score").set_value(90.0)
    labelled(app.number_input, "Number of tiers").set_value(4).run()
    assert [tier.threshold for tier in profile_of(app).tiers.tiers] == [90, 60, 40, 20]


def test_values_chosen_while_the_editor_is_open_can_be_graded_at_once() -> None:
    app = edit(builder(), 1)
    labelled(app.multiselect, "Legal form").set_value(["AS", "ASA", "NUF"]).run()
    labelled(app.slider, "NUF").set_value(50).run()
    assert profile_of(app).criteria[1].fit == Choice(values={"AS": 1.0, "ASA": 1.0, "NUF": 0.5})


def test_an_open_editor_of_a_range_is_the_only_place_to_change_it() -> None:
    app = builder()
    before = len(app.select_slider)
    assert len(edit(app, 0).select_slider) == before - 1


def test_a_potential_that_nobody_knows_is_not_shown_as_zero() -> None:
    app = opened("pages/1_Builder.py", dataset="listed")
    assert metrics(app)["TAM value a year"] == "–"


def test_a_grade_rounds_no_other() -> None:
    fit = Choice(values={"AS": 0.333, "ASA": 0.5}, default=0.123456)
    profile = Profile(
        name="Graded", criteria=(Criterion(column="legal_form", role=NICE, fit=fit, weight=3),)
    )
    app = edit(builder(profile), 0)
    second = next(one for one in app.slider if (one.key or "").endswith("_fit_1"))
    second.set_value(75).run()
    assert not app.exception
    now = profile_of(app).criteria[0].fit
    assert now == fit.replace(values={"AS": 0.333, "ASA": 0.75})
