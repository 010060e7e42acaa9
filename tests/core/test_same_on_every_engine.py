"""What a list may hold and what it may not is the same in memory and in every engine."""

from datetime import date, datetime
from math import inf, nan

import duckdb
import polars as pl
import pytest
import strategies
from test_engines import written

from icp_core.accounts.universe import Universe
from icp_core.analysis.listing import Wanted
from icp_core.errors import IcpError
from icp_core.evaluation import engines
from icp_core.evaluation.engines import EngineAccounts
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import (
    Band,
    Choice,
    Criterion,
    EmployeeBands,
    Flag,
    PerEmployee,
    Profile,
    Range,
    Tags,
    Tier,
    TierPolicy,
)
from icp_core.views import view_of

EVERYBODY = Profile(name="Everybody")
PLACES = [
    "memory",
    "duckdb://{folder}/u.duckdb?table=accounts",
    "parquet://{folder}/parts",
    pytest.param("ibis+duckdb://{folder}/u.duckdb?table=accounts", id="ibis"),
    pytest.param("lifted", id="lifted"),
]


@pytest.fixture(params=PLACES)
def evaluate(request, tmp_path):
    """Evaluates a profile on accounts that lie in memory or in an engine."""
    if request.param.startswith("ibis"):
        pytest.importorskip("ibis", reason="needs requirements-scale.txt")

    def evaluated(accounts, profile):
        if request.param == "memory":
            of = Universe.of(accounts, name="own", label="Own", include_inactive=False)
            return Scoreboard(of).evaluate(profile)
        written(accounts, tmp_path)
        is_lifted = request.param == "lifted"
        address = "parquet://{folder}/parts" if is_lifted else request.param
        engine = engines.connect(address.format(folder=tmp_path))
        return EngineAccounts(engine, lift_up_to=1_000 if is_lifted else 0).evaluate(profile)

    return evaluated


def accounts(**columns):
    count = len(next(iter(columns.values())))
    ids = [f"X-{i}" for i in range(count)]
    return pl.DataFrame({"account_id": ids, "name": ids} | columns)


def must(column, test, **more):
    return Profile(
        name="P", criteria=(Criterion(column=column, role="must_have", fit=test, **more),)
    )


def tam(found):
    market = found.market
    return market.matching, market.possible, market.failing


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (accounts(account_id=["a", "b", "a", "a"]), "2 of 4 accounts"),
        (accounts(account_id=["a", None, None]), "2 accounts have no account_id"),
        (accounts(account_id=["a", "", " ", None]), "3 accounts have no account_id"),
        (accounts(status=["bankrupt", "deregistered"]), "none .*active"),
        (accounts(is_customer=["yes", "no"]), "is_customer holds texts"),
        (accounts(marketing_opt_out=["true", None]), "marketing_opt_out holds texts"),
        (accounts(ICP__score=[1.0, 2.0]), "begins with icp__"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(evaluate, frame, says):
    with pytest.raises(IcpError, match=says):
        evaluate(frame, EVERYBODY)


@pytest.mark.parametrize(
    "told", [[1, 0, None, 0], [1.0, 0.0, None, 0.0], [1.0, 0.0, nan, 0.0], [2.0, 0.0, -inf, 0.0]]
)
def test_numbers_in_a_flag_are_yes_and_no(evaluate, told):
    market = evaluate(accounts(is_customer=told), EVERYBODY).market
    assert (market.customers, market.customers_unknown, market.white_space) == (1, 1, 2)
    assert market.penetration == 1 / 3


@pytest.mark.parametrize("told", [[1, 0, None, 0], [True, False, None, False]])
def test_a_flag_of_numbers_is_tested_as_one_of_yes_and_no(evaluate, told):
    assert tam(evaluate(accounts(is_customer=told), must("is_customer", Flag()))) == (1, 1, 2)


@pytest.mark.parametrize("people", [[4.9, 5.0, 5.9, nan], ["4", "5", "5", None], [4, 5, 5, None]])
def test_people_are_whole(evaluate, people):
    found = evaluate(accounts(employees=people), must("employees", Range.between(5, 5)))
    assert tam(found) == (2, 1, 1)
    assert sorted(found.page()["employees"]) == [5, 5]


FALLING = EmployeeBands(
    bands=(
        Band(at_least=5, amount=4_000),
        Band(at_least=20, amount=500),
        Band(at_least=100, amount=9_000),
        Band(at_least=300, amount=200),
    )
)
"""More people may mean less: the ends of a band tell neither the least nor the most."""


@pytest.mark.parametrize(
    ("ends", "least", "most"),
    [
        ((1, 4), 0, 0),
        ((6, 19), 4_000, 4_000),
        ((1, 30), 0, 4_000),
        ((6, 30), 500, 4_000),
        ((10, 150), 500, 9_000),
        ((200, None), 200, 9_000),
        ((None, 50), 0, 4_000),
        ((400, None), 200, 200),
        ((1, 1000), 0, 9_000),
    ],
)
def test_potential_within_a_band_is_that_of_all_headcounts_in_it(evaluate, ends, least, most):
    frame = accounts(employees_low=[ends[0]] * 2, employees_high=[ends[1]] * 2).cast(
        {"employees_low": pl.Int64, "employees_high": pl.Int64}
    )
    market = evaluate(frame, EVERYBODY.replace(potential=FALLING)).market
    assert (market.potential_least, market.potential_high) == (2 * least, 2 * most)
    assert market.potential_unknown == (0 if least == most else 2)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        # Without a column of headcounts, and with one end alone.
        (accounts(employees_low=[1, 10, 30], employees_high=[4, 29, 60]), (1, 1, 1)),
        (accounts(employees_low=[1, 10, 30]), (1, 2, 0)),
        (accounts(employees_high=[4, 19, 60]), (0, 1, 2)),
        (accounts(employees=[None, 7, 40], employees_high=[4, 19, 60]), (1, 0, 2)),
    ],
)
def test_bands_count_whichever_columns_tell_them(evaluate, frame, expected):
    assert tam(evaluate(frame, must("employees", Range.between(20, None)))) == expected


@pytest.mark.parametrize(
    ("code", "revision", "expected"),
    [
        # What Rev. 2.1 alone has, with national digits or as a section, is of it whatever is said.
        ("62.100", None, (1, 0, 0)),
        ("62.1001", "2", (1, 0, 0)),
        ("62.10", "2", (1, 0, 0)),
        ("62.010", "2.1", (1, 0, 0)),
        ("62.200", "2", (0, 0, 1)),
    ],
)
def test_national_digits_do_not_hide_the_revision(evaluate, code, revision, expected):
    profile = must("industry", Choice(values={"62.01": 1.0}))
    frame = accounts(industry=[code], industry_revision=[revision]).cast(
        {"industry_revision": pl.String}
    )
    assert tam(evaluate(frame, profile)) == expected


@pytest.mark.parametrize("revision", [None, "2", "2.1"])
def test_a_section_that_only_the_new_revision_has_is_of_it(evaluate, revision):
    frame = accounts(industry=["V"], industry_revision=[revision]).cast(
        {"industry_revision": pl.String}
    )
    profile = must("industry", Choice(values={"U": 1.0}))
    assert tam(evaluate(frame, profile)) == (1, 0, 0)
    assert evaluated_in_memory(frame, profile).breakdown("section").keys == ("U",)


NO_NUMBERS = [3.0, nan, inf, -inf, None]


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (Range.between(0, None), (1, 4, 0)),
        (Range.between(None, 10), (1, 4, 0)),
        (Range(), (1, 4, 0)),
        (Range(a=5, b=10, c=20, d=30, scale="log"), (0, 4, 1)),
    ],
)
def test_nan_and_infinities_are_unknown(evaluate, test, expected):
    assert (
        tam(evaluate(accounts(growth_of_web=NO_NUMBERS), must("growth_of_web", test))) == expected
    )


def test_what_is_no_number_has_no_potential_and_no_size(evaluate):
    found = evaluate(accounts(employees=NO_NUMBERS, revenue=NO_NUMBERS), EVERYBODY)
    assert (found.market.potential, found.market.potential_unknown) == (300, 4)
    assert found.market.is_value_open
    assert found.breakdown("size").keys == ("0–9", None)
    assert sorted(found.page()["revenue"], key=str) == [3.0, None, None, None, None]


def test_a_day_that_never_comes_is_unknown(tmp_path):
    path = tmp_path / "u.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            "CREATE TABLE accounts AS SELECT 'X-' || i AS account_id, 'n' AS name, 2000 AS founded, "
            "CASE i WHEN 0 THEN 'infinity'::date WHEN 1 THEN '-infinity'::date "
            "ELSE '2024-02-29'::date END AS as_of, "
            "CASE i WHEN 0 THEN 'infinity'::timestamp WHEN 1 THEN '-infinity'::timestamp "
            "ELSE '2024-02-29 12:30:00'::timestamp END AS seen FROM range(3) t(i)"
        )
    engine = engines.connect(f"duckdb://{path}?table=accounts")
    for limit in (0, 100):
        found = EngineAccounts(engine, lift_up_to=limit).evaluate(EVERYBODY)
        page = found.page().sort("account_id")
        assert page["as_of"].to_list() == [None, None, date(2024, 2, 29)]
        assert page["seen"].to_list() == [None, None, datetime(2024, 2, 29, 12, 30)]
    assert found.breakdown("age").accounts.sum() == 3


@pytest.mark.parametrize(
    ("test", "role", "expected"),
    [
        (Choice.of("J"), "must_have", (2, 1, 2)),
        (Choice.of("J"), "knock_out", (2, 1, 2)),
        # Of J all that is known is that 62 lies in it.
        (Choice.of("62"), "must_have", (1, 2, 2)),
        (Choice.of("62"), "knock_out", (2, 2, 1)),
        (Choice.of("J", "62"), "must_have", (2, 1, 2)),
        (Choice(values={"J": 1.0, "62.01": 0.0}), "must_have", (0, 2, 3)),
        (Choice(values={"K": 0.0}, default=1.0), "must_have", (3, 1, 1)),
    ],
)
def test_a_section_is_an_industry(evaluate, test, role, expected):
    criterion = Criterion(column="industry", role=role, fit=test)
    frame = accounts(industry=["J", "62.01", "01.11", "K", None])
    assert tam(evaluate(frame, Profile(name="P", criteria=(criterion,)))) == expected


@pytest.mark.parametrize(
    ("test", "role", "expected"),
    [
        (Choice.of("62.01"), "must_have", (1, 3, 1)),
        (Choice.of("62.01"), "knock_out", (1, 3, 1)),
        (Choice.of("62.01", "62.02", "62.03", "62.09"), "must_have", (3, 1, 1)),
        (Choice.of("62"), "must_have", (3, 1, 1)),
        # What the criterion names has its own fit.
        (Choice(values={"62": 1.0, "62.01": 0.0}), "must_have", (1, 2, 2)),
    ],
)
def test_a_division_or_group_is_not_known_to_be_another_than_its_classes(
    evaluate, test, role, expected
):
    criterion = Criterion(column="industry", role=role, fit=test)
    frame = accounts(industry=["62", "62.0", "62.01", "63", None])
    assert tam(evaluate(frame, Profile(name="P", criteria=(criterion,)))) == expected


@pytest.mark.parametrize(("letter", "matching"), [("J", 3), ("K", 0)])
def test_a_section_means_what_its_own_revision_says(evaluate, letter, matching):
    """A profile's J is that of Rev. 2, which holds what K of Rev. 2.1 holds (62)."""
    frame = accounts(industry=["J", "K", "62.10"], industry_revision=["2", "2.1", "2.1"])
    assert evaluate(frame, must("industry", Choice.of(letter))).market.matching == matching
    finer = evaluated_in_memory(frame, must("industry", Choice.of("62")))
    assert tam(finer) == (1, 2, 0)


def evaluated_in_memory(frame, profile):
    return Scoreboard(Universe.of(frame, name="own", label="Own")).evaluate(profile)


def own_names():
    """A list whose columns are called as ours, in many spellings; no two differ in case alone."""
    values = {
        name: pl.Series([options[0], options[-1], None], dtype=dtype)
        for name, (dtype, options) in strategies.OWN.items()
    }
    return accounts(
        Score=[3.0, 99.0, None],
        employees=[10, 50, 200],
        region=["SE-01", "SE-14", None],
        is_customer=[True, False, None],
        industry=["62.01", "J", None],
        **values,
    )


@pytest.mark.parametrize(
    "column", ["Score", "Fit_0", "Coverage", "_CUSTOMER", "accounts", "_cell_accounts"]
)
def test_a_lists_own_columns_are_never_taken_for_ours(evaluate, column):
    profile = Profile(
        name="P",
        criteria=(
            Criterion(column="employees", role="must_have", fit=Range.between(20, None)),
            Criterion(column="employees", role="nice_to_have", fit=Range(a=0, b=200)),
            Criterion(column=column, role="nice_to_have", fit=Range.between(0, None)),
        ),
        tiers=TierPolicy(kind="capacity", tiers=(Tier(name="A", threshold=1),)),
    )
    found = evaluate(own_names(), profile)
    assert tam(found) == (2, 0, 1)
    page = found.page()
    assert page["account_id"].to_list() == ["X-2", "X-1"]
    assert page["tier"].to_list() == ["A", None]
    assert [round(score, 1) for score in page["score"]] == [100.0, 62.5]
    assert (found.market.customers, found.market.white_space) == (0, 1)


@pytest.mark.parametrize("name", ["score", "tier", "coverage", "potential", "score_low", "state"])
def test_a_lists_own_column_of_a_results_name_steps_aside(evaluate, name):
    found = evaluate(accounts(**{name: ["x", "y"]}), EVERYBODY)
    page = found.page()
    assert page["score"].to_list() == [100.0, 100.0]
    assert page["tier"].to_list() == ["A", "A"]
    own = name if name == "state" else f"{name} (list)"
    assert sorted(page[own]) == ["x", "y"]


def test_every_question_is_answered_on_a_list_with_our_names():
    universe = Universe.of(own_names(), name="own", label="Own")
    view = view_of(Scoreboard(universe).evaluate(EVERYBODY))
    for by in ("section", "industry", "group", "size", "age", "region", "country"):
        assert view.segments(by)["accounts"].sum() == 3
    assert view.segments("size")["key"].to_list() == ["10–49", "50–249"]
    for column in ("potential", "size", "#row", "Score"):
        assert view.page(Wanted(), sort=column).total == 3
    assert view.account("X-1") == view.account("X-1")
    assert view.costs() == ()
    assert view.areas("region").total["accounts"] == 3
    assert view.page(Wanted(customer=False)).total == 1


def test_bands_decide_where_they_can(evaluate):
    """From 5 people: 1–4 fails, 10–19 passes, 4–9 stays open; open bands reach to the end."""
    lows = [1, 10, 4, 5, None, None, None, 9]
    highs = [4, 19, 9, None, 4, 40, None, 3]
    frame = accounts(
        employees=pl.Series([None] * 8, dtype=pl.Int64), employees_low=lows, employees_high=highs
    )
    found = evaluate(frame, must("employees", Range.between(5, None)))
    # The last is no band: its lower end is above its upper one.
    assert tam(found) == (2, 4, 2)
    assert found.page()["account_id"].to_list() == ["X-1", "X-3"]
    assert tam(evaluated_in_memory(frame, must("employees", Range.between(5, 19)))) == (1, 5, 2)


@pytest.mark.parametrize(("role", "expected"), [("must_have", (1, 2, 1)), ("knock_out", (1, 2, 1))])
def test_a_gate_with_soft_edges_is_decided_where_all_of_a_band_fits_a_little(
    evaluate, role, expected
):
    frame = accounts(employees_low=[10, 4, 1, None], employees_high=[19, 9, 5, 60])
    criterion = Criterion(column="employees", role=role, fit=Range(a=5, b=50))
    assert tam(evaluate(frame, Profile(name="P", criteria=(criterion,)))) == expected


def test_a_known_number_counts_more_than_its_band(evaluate):
    frame = accounts(employees=[7], employees_low=[1], employees_high=[4])
    assert tam(evaluate(frame, must("employees", Range.between(5, None)))) == (1, 0, 0)


def test_a_band_gives_a_score_its_low_and_high(evaluate):
    frame = accounts(
        employees=pl.Series([None, None, 60], dtype=pl.Int64),
        employees_low=[40, 20, None],
        employees_high=[90, 40, None],
    )
    profile = Profile(
        name="P",
        criteria=(
            Criterion(
                column="employees", role="nice_to_have", fit=Range(a=0, b=50, c=80, d=100), weight=1
            ),
        ),
    )
    rows = evaluate(frame, profile).page().sort("account_id")
    assert rows["score"].to_list() == [None, None, 100.0]
    # 90 fits half, 40 by four fifths, and 50 to 80 lie between them.
    assert rows["score_low"].to_list() == pytest.approx([50, 40, 100], abs=1e-4)
    assert rows["score_high"].to_list() == pytest.approx([100, 80, 100], abs=1e-4)


def test_potential_by_band_is_a_range(evaluate):
    frame = accounts(
        employees=pl.Series([10, None, None], dtype=pl.Int64),
        employees_low=[None, 10, None],
        employees_high=[None, 19, None],
    )
    profile = Profile(name="P", potential=PerEmployee(rate=100))
    market = evaluate(frame, profile).market
    assert (market.potential, market.potential_unknown) == (1_000, 2)
    # Ten people, a band of 10 to 19, and nothing known.
    assert (market.tam_value.low, market.tam_value.high, market.unlimited) == (2_000, 2_900, 1)
    assert not market.is_value_open


@pytest.mark.parametrize(
    "frame",
    [
        accounts(employees=[10, None, None], employees_low=[None, 10, None]),
        accounts(employees=[10, None, None]),
        accounts(country=["SE"] * 3),
    ],
)
def test_an_amount_of_any_headcount_needs_none(evaluate, frame):
    each = EmployeeBands(bands=tuple(Band(at_least=n, amount=700) for n in (0, 50)), cap=500)
    market = evaluate(frame, Profile(name="P", potential=each)).market
    assert (market.potential, market.potential_unknown) == (1_500, 0)
    assert (market.tam_value.low, market.tam_value.high) == (1_500, 1_500)


def test_a_cap_limits_what_is_unknown(evaluate):
    profile = Profile(name="P", potential=PerEmployee(rate=100, cap=5_000))
    market = evaluate(accounts(employees=[10, None, None]), profile).market
    assert (market.tam_value.low, market.tam_value.high) == (1_000, 11_000)
    assert not market.is_value_open


@pytest.mark.parametrize(
    ("rate", "people", "threshold"),
    [(0.57, 400, 228), (0.07, 100, 7), (1.1, 3, 3.3), (0.29, 100, 29), (19.99, 100, 1_999)],
)
def test_a_product_that_is_the_threshold_reaches_it(evaluate, rate, people, threshold):
    profile = Profile(
        name="P",
        potential=PerEmployee(rate=rate),
        tiers=TierPolicy(kind="value", tiers=(Tier(name="A", threshold=threshold),)),
    )
    market = evaluate(accounts(employees=[people, people - 1]), profile).market
    assert market.tiers[0].accounts == 1


PEOPLE = (
    accounts(
        employees=[700, None, None, None, None, None],
        employees_low=[None, 500, 300, 1_000, None, 0],
        employees_high=[None, 999, 999, None, 250, 9],
    )
    .cast(pl.Int64, strict=False)
    .with_columns(account_id=pl.Series([f"X-{i}" for i in range(6)]), name=pl.lit("n"))
)


@pytest.mark.parametrize(
    ("potential", "thresholds", "tiers"),
    [
        # 500–999 at 1,000 each are worth 400,000 for certain, 300–999 are not; from 1,000 they reach A.
        (PerEmployee(rate=1_000), (1e6, 4e5), "B B - A - -"),
        (PerEmployee(rate=1_000), (700_000, 300_000), "A B B A - -"),
        (PerEmployee(rate=1_000, floor=5_000), (1e6, 5_000), "B B B A B B"),
        (PerEmployee(rate=1_000, cap=450_000), (450_000, 400_000), "A A - A - -"),
        (EmployeeBands(bands=(Band(at_least=250, amount=9_000),)), (9_000, 1), "A A A A - -"),
        (FALLING, (9_000, 200), "B B B B - -"),
    ],
)
def test_tiers_by_value_go_by_the_least_of_a_band(evaluate, potential, thresholds, tiers):
    policy = TierPolicy(
        kind="value",
        tiers=tuple(Tier(name=n, threshold=t) for n, t in zip("AB", thresholds, strict=True)),
    )
    found = evaluate(PEOPLE, EVERYBODY.replace(potential=potential, tiers=policy))
    page = found.page().sort("account_id")
    assert page["tier"].fill_null("-").to_list() == tiers.split()
    counted = {total.name: total.accounts for total in found.market.tiers}
    assert counted == {name: tiers.split().count(name) for name in "AB"} | {
        "unranked": tiers.split().count("-")
    }


def test_a_band_inside_one_class_of_size_counts_there(evaluate):
    found = evaluate(PEOPLE, EVERYBODY).breakdown("size")
    counts = dict(zip(found.keys, found.accounts.sum(axis=1).tolist(), strict=True))
    assert counts == {"0–9": 1, "250–999": 3, "1000+": 1, None: 1}


SPELLINGS = {
    "62.01": [
        "62.01",
        "6201",
        "J62.01",
        "J 62.01",
        "j6201",
        "62 01",
        "62-01",
        "\xa062.01 ",
        "J.62.01",
    ],
    "01.11": ["01.11", "0111", "1.11", "A01.11", "A 1.11"],
    "62": ["62", "J62", "J 62", "j62", " 62"],
    "62.010": ["62.010", "62010", "J62010", "J62.010", "62.0100"],
}


@pytest.mark.parametrize("code", SPELLINGS)
def test_a_code_means_the_same_however_it_is_spelled(evaluate, code):
    spelled = SPELLINGS[code]
    frame = accounts(industry=[*spelled, "Software", "C62.01", "99999"])
    found = evaluate(frame, must("industry", Choice.of(code[:5])))
    assert found.market.matching == len(spelled)
    assert {name[:5] for name in found.page()["industry"]} == {code[:5]}
    # A letter that does not hold its division makes nobody sure of either.
    assert (found.market.possible, found.market.failing) == (1, 2)


@pytest.mark.parametrize("blank", ["\xa0", "\xa0\u2003", "\u202f", "\t\n", "\u3000", "\u200b"])
def test_an_id_that_nobody_can_see_is_none(evaluate, blank):
    with pytest.raises(IcpError, match="An account has no account_id"):
        evaluate(accounts(account_id=["a", blank]), EVERYBODY)


@pytest.mark.parametrize("dtype", [pl.String, pl.List(pl.String), pl.Float64, pl.Int64])
def test_tags_that_nobody_has_may_stand_in_any_type(evaluate, dtype):
    frame = accounts(technologies=pl.Series([None, None], dtype=dtype))
    profile = must("technologies", Tags(tags=("SAP",)))
    assert tam(evaluate(frame, profile)) == (0, 2, 0)


def test_a_text_of_tags_is_one_tag(evaluate):
    frame = accounts(technologies=["SAP", "Azure", None])
    assert tam(evaluate(frame, must("technologies", Tags(tags=("SAP",))))) == (1, 1, 1)


@pytest.mark.parametrize("scheme", ["duckdb", "ibis+duckdb"])
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("MAP {'a': 1}", "{a=1}"),
        ("MAP {1: ['x', 'y']}", "{1=[x, y]}"),
        ("{'m': MAP {'k': true}}", "{'m': {k=true}}"),
        ("[MAP {'a': 1.5}]", "[{a=1.5}]"),
        ("MAP {'day': DATE '2024-02-29'}", "{day=2024-02-29}"),
        ("NULL", None),
    ],
)
def test_maps_are_texts(tmp_path, scheme, value, shown):
    if scheme.startswith("ibis"):
        pytest.importorskip("ibis", reason="needs requirements-scale.txt")
    path = tmp_path / "u.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            f"CREATE TABLE accounts AS SELECT 'X-1' AS account_id, 'n' AS name, {value} AS more, "
            "NULL AS technologies, NULL AS employees, NULL AS as_of, NULL AS industry, "
            "NULL AS is_customer, 2000 AS founded"
        )
    engine = engines.connect(f"{scheme}://{path}?table=accounts")
    for limit in (0, 100):
        found = EngineAccounts(engine, lift_up_to=limit).evaluate(EVERYBODY)
        assert found.page()["more"].to_list() == [shown]
        assert found.market.customers_unknown == 1
    assert found.breakdown("age").accounts.sum() == 1


def test_regions_that_a_list_leaves_out_are_those_of_its_municipalities(evaluate):
    frame = accounts(
        country=["SE", "SE", "NO", "DK"],
        municipality=["SE-1280", "SE-1281", "NO-0301", None],
    )
    by_region = evaluate(frame, EVERYBODY).market.breakdowns["region"]
    counts = by_region.accounts.sum(axis=1).tolist()
    assert dict(zip(by_region.keys, counts, strict=True)) == {"NO-03": 1, "SE-12": 2, None: 1}
