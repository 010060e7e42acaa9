"""The Builder: every edit changes the profile, and the numbers are those of the scoreboard."""

from dataclasses import replace
from functools import cache
from typing import Any

import polars as pl
import pytest
from app_pages import Open, errors, metrics, opened, printed, texts
from streamlit.testing.v1 import AppTest

from icp_core.accounts.columns import BY_NAME, CANONICAL, Column, Subject, describe
from icp_core.analysis.tier_policies import resized, usual
from icp_core.evaluation.market import Market
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.brief import Aspect
from icp_core.profiles.model import (
    Choice,
    Criterion,
    EmployeeBands,
    Flag,
    PerEmployee,
    Profile,
    Range,
    Role,
    Tags,
    Tier,
    TierPolicy,
)
from icp_core.sources import load
from icp_core.workspace import Workspace
from ui import links, shell, state
from ui.builder import words
from ui.builder.editing import Row, rearranged
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
    app = opened("pages/1_Builder.py", dataset=dataset, p=links.pack(profile), **parameters)
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


def advanced(app: AppTest, index: int) -> AppTest:
    """Open the editor of a criterion, and in it what few need to change."""
    return labelled(edit(app, index).toggle, "Advanced").set_value(True).run()


def add(app: AppTest, column: str) -> AppTest:
    """Add a criterion that asks for nothing yet."""
    picker = labelled(app.selectbox, "Add a criterion")
    picker.set_value(next(one for one in picker.options if one.endswith(f" · {column}")))
    return app.run()


def changed(app: AppTest) -> str:
    """What the strip says of the last edit."""
    said: str = app.metric[0].delta
    return said.replace("\\", "")


def assert_shows(app: AppTest, profile: Profile, dataset: str = "norway") -> None:
    """The page shows that profile's numbers, and they differ from those it began with."""
    assert not app.exception
    assert profile_of(app) == profile
    expected = market(profile, dataset)
    shown = metrics(app)
    assert shown["Matches"] == bounds(expected.tam)
    told = dataset not in ("norway", "listed")
    assert shown["Not yet customers"] == (number(expected.white_space) if told else "–")
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
    app = edit(builder(), 0)
    app.select_slider[0].set_value((50, 200)).run()
    assert_shows(app, PROFILE.changing(0, fit=Range.between(50, 200)))


def test_an_end_of_a_range_can_be_opened() -> None:
    app = edit(builder(), 0)
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
    app = edit(builder(profile, "demo"), 0)
    ends = app.select_slider[0]
    assert ends.value == (low, high)
    for end, text in zip(ends.proto.default, shown, strict=True):
        assert ends.options[int(end)].startswith(text.replace(" ", "\u00a0"))
    assert len(set(ends.options)) == len(ends.options)
    ends.set_value((low, float("inf"))).run()
    assert_shows(app, profile.changing(0, fit=Range(a=low, b=low, scale="log")), "demo")


def test_values_are_chosen_by_name_and_a_criterion_without_any_counts_nothing() -> None:
    app = edit(builder(), 1)
    labelled(app.multiselect, "Legal form").set_value(["ASA"]).run()
    one = PROFILE.changing(1, fit=Choice.of("ASA"))
    assert_shows(app, one)
    app.run()
    labelled(app.multiselect, "Legal form").set_value([]).run()
    app.run()
    assert_shows(app, PROFILE.without(1))
    assert not errors(app)
    assert "Choose a value; until then it counts nothing." in texts(app)
    app.button(key="builder_undo").click().run()
    assert_shows(app, one)
    assert "Choose a value" not in texts(app)


def test_a_role_is_changed_in_the_editor() -> None:
    app = edit(builder(), 1)
    labelled(app.segmented_control, "What it decides").set_value(Role.KNOCK_OUT).run()
    assert_shows(app, PROFILE.changing(1, role=Role.KNOCK_OUT))


@pytest.mark.parametrize(
    ("label", "typed", "expected"),
    [
        ("Minimum (people)", 50.0, Range.between(50, 200)),
        ("Maximum (people)", 100.0, Range.between(10, 100)),
        ("Maximum (people)", 8.0, Range.between(8, 8)),
        ("Minimum (people)", 300.0, Range.between(300, 300)),
        ("Minimum (people)", None, Range.between(None, 200)),
        ("Minimum (people)", -3.0, Range.between(-3, 200)),
    ],
)
def test_the_ends_of_a_range_are_typed_and_none_is_refused(
    label: str, typed: float | None, expected: Range
) -> None:
    app = edit(builder(), 0)
    labelled(app.number_input, label).set_value(typed).run()
    assert_shows(app, PROFILE.changing(0, fit=expected))
    app.run()
    assert not app.error
    ends = [labelled(app.number_input, f"{end}imum (people)").value for end in ("Min", "Max")]
    assert ends == [expected.a, expected.d]


@pytest.mark.parametrize(
    ("label", "typed", "expected"),
    [
        ("Minimum (people)", 60.0, Range(a=60, b=60, c=100, d=300, scale="log")),
        ("Maximum (people)", 10.0, Range(a=5, b=10, c=10, d=10, scale="log")),
        ("Best to (people)", 400.0, Range(a=5, b=50, c=400, d=400, scale="log")),
        ("Best from (people)", 2.0, Range(a=2, b=2, c=100, d=300, scale="log")),
        ("Best from (people)", None, Range(a=5, b=5, c=100, d=300, scale="log")),
    ],
)
def test_an_edge_that_is_passed_moves_along(
    label: str, typed: float | None, expected: Range
) -> None:
    app = advanced(builder(), 2)
    labelled(app.number_input, label).set_value(typed).run()
    assert profile_of(app) == PROFILE.changing(2, fit=expected)
    assert not errors(app)


def test_a_hard_end_is_made_soft_under_advanced() -> None:
    app = advanced(builder(), 0)
    labelled(app.number_input, "Best from (people)").set_value(50.0).run()
    assert_shows(app, PROFILE.changing(0, fit=Range(a=10, b=50, c=200, d=200)))
    assert "10–200, best 50–200" in texts(app)


def test_a_value_can_count_in_part() -> None:
    app = advanced(builder(), 1)
    labelled(app.slider, "ASA").set_value(0).run()
    graded = PROFILE.changing(1, fit=Choice(values={"AS": 1.0, "ASA": 0.0}))
    assert_shows(app, graded)


def test_an_unknown_value_can_count_against_an_account() -> None:
    app = advanced(builder(), 0)
    labelled(app.segmented_control, "Where the value is unknown").set_value("fail").run()
    assert_shows(app, PROFILE.changing(0, missing="fail"))
    assert market(profile_of(app)).possible < market(PROFILE).possible


@pytest.mark.parametrize(
    "column",
    ["Institutional sector", "Employees", "VAT registered", "Industry", "Region", "Status"],
)
def test_a_new_criterion_changes_no_number_until_a_value_is_chosen(column: str) -> None:
    app = add(builder(), column)
    assert profile_of(app) == PROFILE
    assert "Choose a value; until then it counts nothing." in texts(app)
    app.run()
    assert_shows(app, PROFILE)
    for widgets in (app.multiselect, app.segmented_control, app.select_slider):
        for widget in widgets:
            if widget.label == column:
                assert widget.value in ([], None, (float("-inf"), float("inf")))
    app.switch_page("pages/2_Market.py").run()
    app.switch_page("pages/1_Builder.py").run()
    assert "Choose a value" in texts(app)
    assert profile_of(app) == PROFILE


def test_a_criterion_is_added_on_a_column_of_the_users_own() -> None:
    app = add(builder(), "Institutional sector")
    values = labelled(app.multiselect, "Institutional sector")
    first, second = values.options[:2]
    values.set_value([first]).run()
    added = PROFILE.adding(
        Criterion(column="institutional_sector", role=MUST, fit=Choice.of(first))
    )
    assert_shows(app, added)
    values = labelled(app.multiselect, "Institutional sector")
    assert values.value == [first]
    values.set_value([first, second]).run()
    assert profile_of(app) == added.changing(5, fit=Choice.of(first, second))


@pytest.mark.parametrize(
    ("column", "label", "typed", "fit"),
    [
        ("Employees", "Maximum (people)", 10.0, Range.between(None, 10)),
        ("Founded", "Minimum (year)", 2000.0, Range.between(2000, None)),
    ],
)
def test_a_new_range_begins_with_the_end_that_is_typed(
    column: str, label: str, typed: float, fit: Range
) -> None:
    app = add(builder(), column)
    labelled(app.number_input, label).set_value(typed).run()
    added = profile_of(app).criteria[-1].fit
    assert isinstance(added, Range)
    assert added.replace(scale="linear") == fit


def test_a_new_flag_is_chosen_in_the_role_that_is_chosen() -> None:
    app = add(builder(), "VAT registered")
    labelled(app.segmented_control, "What it decides").set_value(Role.KNOCK_OUT).run()
    assert profile_of(app) == PROFILE
    labelled(app.segmented_control, "VAT registered").set_value(True).run()
    assert_shows(
        app,
        PROFILE.adding(Criterion(column="vat_registered", role=Role.KNOCK_OUT, fit=Flag())),
    )


def test_an_area_that_people_speak_of_is_one_choice_of_its_regions() -> None:
    app = add(builder(dataset="demo", profile=Profile(name="Empty")), "Region")
    regions = labelled(app.multiselect, "Region")
    area = next(one for one in regions.options if one.startswith("Øresund"))
    regions.set_value([area]).run()
    (criterion,) = profile_of(app).criteria
    assert criterion.fit == Choice.of("SE-12", "DK-1084", "DK-1085")
    assert labelled(app.multiselect, "Region").value == ["SE-12", "DK-1084", "DK-1085"]


def test_the_strip_says_what_the_last_edit_did_to_the_matches() -> None:
    app = builder()
    assert changed(app) == "no change yet"
    edit(app, 0)
    app.select_slider[0].set_value((50, 200)).run()
    narrowed = PROFILE.changing(0, fit=Range.between(50, 200))
    lost = market(PROFILE).matching - market(narrowed).matching
    assert lost > 0
    assert changed(app) == f"−{number(lost)} by Employees"
    app.run()
    next(one for one in app.button if "Remove Employees, must-have" in one.label).click().run()
    gained = market(narrowed.without(0)).matching - market(narrowed).matching
    assert changed(app) == f"+{number(gained)} without Employees"
    assert "Employees is removed. Undo brings it back." in app.toast[0].value.replace("\\", "")
    app.button(key="builder_undo").click().run()
    assert_shows(app, narrowed)
    assert changed(app) == f"−{number(gained)} by Employees"


def test_a_criterion_that_the_list_lacks_is_grey_says_so_and_can_be_removed() -> None:
    lacking = PROFILE.adding(Criterion(column="technologies", role=NICE, fit=Tags(tags=("SAP",))))
    lacking = lacking.adding(
        Criterion(column="ad_spend", role=Role.KNOCK_OUT, fit=Range.between(5, 9))
    )
    app = builder(lacking)
    # A knock-out of which nothing is known leaves every match open.
    assert metrics(app)["Matches"].startswith("0–")
    for label, asked in (("Technologies", "SAP"), ("Ad spend", "5–9")):
        said = f"{label}  \n:small[{asked}]"
        assert said in texts(app)
        assert f"This list has no {label}: it counts as unknown." in texts(app)
        assert not any(f"Edit {label}" in one.label for one in app.button)
        next(one for one in app.button if f"Remove {label}" in one.label).click().run()
        assert label not in texts(app)
    assert profile_of(app) == PROFILE


def test_industries_in_words_are_one_press_from_where_their_codes_are_missed(monkeypatch) -> None:
    monkeypatch.setattr(shell, "_INDUSTRY_WORDS", "gics_industry")
    coded = Profile(
        name="Coded", criteria=(Criterion(column="industry", role=MUST, fit=Choice.of("62")),)
    )
    app = builder(coded, "listed")
    for _press in range(2):
        app.button(key="test_words").click().run()
        assert not app.exception
        begun = [one.label for one in app.button if "GICS" in one.label]
        assert len(begun) == 2, "its row, and what removes it; pressed again it is opened"
        assert labelled(app.multiselect, "Industry GICS").value == []


@pytest.mark.parametrize(
    ("column", "fit", "said"),
    [
        ("employees", Range(a=20, b=50, c=120, d=250), "20–250, best 50–120"),
        ("employees", Range.between(20, 200), "20–200"),
        ("employees", Range(a=10, b=50), "from 10, best from 50"),
        ("employees", Range.between(None, 9), "up to 9"),
        ("founded", Range.between(2000, 2000), "exactly 2000"),
        ("margin", Range(a=-0.45, b=-0.1, c=0.05, d=0.2), "−45 to 20 %, best −10 to 5 %"),
        ("revenue", Range.between(1e6, 2e6), "€1–2 M"),
        ("revenue", Range.between(2e6), "from €2 M"),
        ("employees", Range(), "any known value"),
    ],
)
def test_a_range_is_said_as_people_say_it(column: str, fit: Range, said: str) -> None:
    shown = words.fit_summary(fit, BY_NAME[column])
    assert shown.replace("\u00a0", " ").replace("\u202f", " ") == said


@pytest.mark.parametrize("column", [one for one in CANONICAL if one.is_criterion])
def test_every_column_has_its_place_in_the_picker(column: Column) -> None:
    assert words.subject(column.subject)
    assert column.subject is not Subject.OWN
    assert describe("erp_system", pl.String()).subject is Subject.OWN


def test_rows_keep_their_ids_through_what_is_changed_elsewhere() -> None:
    must, form, nice, *_rest = PROFILE.criteria
    ids = iter(range(1, 99))
    begun = rearranged([], (must, form, nice), lambda: next(ids))
    assert [row.uid for row in begun] == [1, 2, 3]
    empty = Row(9, "region", MUST)
    held = [begun[0], empty, *begun[1:]]
    narrowed = must.replace(fit=Range.between(50, 60))
    after = rearranged(held, (narrowed, nice), lambda: next(ids))
    assert [row.uid for row in after] == [1, 9, 3]
    back = rearranged(after, (must, form, nice), lambda: next(ids))
    assert [row.uid for row in back] == [1, 9, 4, 3]
    emptied = replace(back[0], fit=None, before=back[0].fit)
    assert rearranged([emptied, *back[1:]], (must, form, nice), lambda: 0) == back


def test_a_criterion_is_removed_and_its_neighbour_keeps_its_weight() -> None:
    twice = PROFILE.adding(PROFILE.criteria[3].replace(weight=9))
    app = builder(twice)
    remove = [button for button in app.main.button if (button.key or "").endswith("_remove")]
    remove[3].click().run()
    assert_shows(app, twice.without(3))
    assert labelled(app.slider, "Weight of Founded").value == 9


def test_tiers_are_filled_to_capacity_or_cut_where_the_user_says() -> None:
    app = builder()
    labelled(app.segmented_control, "Change").set_value("tiers").run()
    labelled(app.slider, "Least score of A").set_value(95.0).run()
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


def test_a_tier_that_is_passed_moves_along() -> None:
    app = builder()
    labelled(app.segmented_control, "Change").set_value("tiers").run()
    labelled(app.slider, "Least score of B").set_value(90.0).run()
    app.run()
    assert [tier.threshold for tier in profile_of(app).tiers.tiers] == [90.5, 90, 40]
    assert labelled(app.slider, "Least score of A").value == 90.5
    assert not errors(app)
    labelled(app.text_input, "Tier 2").set_value("A").run()
    app.run()
    assert profile_of(app).tiers.names == ("A", "B", "C")


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
    bands = profile_of(app).potential.bands  # type: ignore[union-attr]
    assert [band.at_least for band in bands] == [60, 61, 250]


def test_a_floor_above_the_cap_takes_it_along() -> None:
    app = builder()
    labelled(app.segmented_control, "Change").set_value("potential").run()
    labelled(app.number_input, "At most").set_value(1000.0).run()
    app.run()
    labelled(app.number_input, "At least").set_value(2000.0).run()
    app.run()
    assert profile_of(app).potential == PerEmployee(rate=1000, floor=2000, cap=2000)
    assert not errors(app)


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
    assert errors(app) == ["No account matches."]
    (press,) = (one for one in app.button if "Drop Legal form" in one.label)
    assert press.label.startswith(f"+{number(by_name['legal_form'])}: ")
    press.click().run()
    assert profile_of(app) == strict.without(1)
    assert not errors(app)
    app.button(key="builder_undo").click().run()
    assert profile_of(app) == strict


def test_a_profile_without_criteria_matches_everybody_and_says_so() -> None:
    app = builder(Profile(name="Empty"))
    assert metrics(app)["Matches"] == number(len(scoreboard("norway").universe))
    assert "No criteria yet" in texts(app)


def test_what_each_must_have_costs_stands_in_a_list_of_its_own() -> None:
    app = builder()
    labelled(app.segmented_control, "Show").set_value("gates").run()
    table = printed(app)
    gates = {gate.criterion.column: gate for gate in market(PROFILE).gates}
    row = table[table["Criterion"].str.startswith("Employees")].iloc[0]
    assert row["Passes"] == number(gates["employees"].passes)
    assert row["Unknown"] == number(gates["employees"].unknown)
    assert row["If dropped"] == "+" + number(gates["employees"].gained_if_dropped)


def test_accounts_to_verify_say_what_to_find_out() -> None:
    app = builder()
    labelled(app.segmented_control, "Show").set_value("verify").run()
    best = scoreboard("norway").evaluate(PROFILE).to_verify(1)
    button = app.button(key=f"opens_builder_{best['account_id'][0]}")
    assert best["name"][0] in button.label.replace("\\", "")
    assert "Find out: Employees" in texts(app)
    button.click().run()
    assert not app.exception
    # It opens here, so that closing it leads back here.
    assert best["account_id"][0] in app.query_params["account"]
    assert "Points per criterion" in texts(app)


def test_points_of_the_best_account_add_up_to_its_score() -> None:
    app = builder()
    best = scoreboard("norway").evaluate(PROFILE)
    row = best.rows(best.best(1))
    link = f"**{number(row['score'][0])}**\u2003{row['name'][0]}"
    assert any(one.label.replace("\\", "").startswith(link) for one in app.button)


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
    labelled(app.slider, "Least score of A").set_value(95.0).run()
    app.run()
    labelled(app.slider, "Least score of A").set_value(90.0)
    labelled(app.number_input, "Number of tiers").set_value(4).run()
    assert [tier.threshold for tier in profile_of(app).tiers.tiers] == [90, 60, 40, 20]


def test_values_chosen_while_the_editor_is_open_can_be_graded_at_once() -> None:
    app = advanced(builder(), 1)
    labelled(app.multiselect, "Legal form").set_value(["AS", "ASA", "NUF"]).run()
    labelled(app.slider, "NUF").set_value(50).run()
    assert profile_of(app).criteria[1].fit == Choice(values={"AS": 1.0, "ASA": 1.0, "NUF": 0.5})


def test_a_potential_that_nobody_knows_is_not_shown_as_zero() -> None:
    app = opened("pages/1_Builder.py", dataset="listed")
    assert metrics(app)["TAM value a year"] == "–"


def test_a_grade_rounds_no_other() -> None:
    fit = Choice(values={"AS": 0.333, "ASA": 0.5}, default=0.123456)
    profile = Profile(
        name="Graded", criteria=(Criterion(column="legal_form", role=NICE, fit=fit, weight=3),)
    )
    app = advanced(builder(profile), 0)
    second = next(one for one in app.slider if (one.key or "").endswith("_fit_1"))
    second.set_value(75).run()
    assert not app.exception
    now = profile_of(app).criteria[0].fit
    assert now == fit.replace(values={"AS": 0.333, "ASA": 0.75})


def test_who_is_ready_is_said_in_words_with_what_is_known_of_it(open_page: Open) -> None:
    app = open_page(
        "pages/1_Builder.py",
        dataset="norway",
        p=links.pack(PROFILE),
        builder_part="About",
        builder_about="Who is ready",
    )
    labelled(app.text_input, "Able").set_value("Pays its bills").run()
    said = state_of(app).brief.about(Aspect.ABLE)
    assert said.statement == "Pays its bills"
    column = next(one for one in app.selectbox if (one.key or "").endswith("brief_able_column"))
    column.select("employees").run()
    assert state_of(app).brief.about(Aspect.ABLE).column == "employees"
    assert [one.value for one in app.caption if "of the matches" in one.value]
    assert state_of(app).edited
    app.button(key="undo").click().run()
    assert state_of(app).brief.about(Aspect.ABLE).column is None


def test_the_five_ones_are_counted_where_they_can_be(open_page: Open) -> None:
    Workspace.open().save_profile(
        Profile(name="Other [one](x)", offer="Another"), author="Eva", why="", based_on=0
    )
    app = open_page(
        "pages/1_Builder.py",
        dataset="norway",
        p=links.pack(PROFILE.replace(offer="ERP")),
        builder_part="About",
        builder_about="One at a time",
    )
    shown = texts(app)
    assert "2 ideal customers in force" in shown
    assert "2 products" in shown
    assert "no time box yet" in shown
    labelled(app.text_input, "One lead channel").set_value("Webinars").run()
    assert state_of(app).brief.focus.lead_channel == "Webinars"


def state_of(app: AppTest) -> state.View:
    now: state.View = app.session_state["view"]
    return now
