"""Excluded accounts are in no number, on every engine, and keep their company out of ad audiences."""

from datetime import date

import polars as pl
import pytest
import slow_reference as slow
import strategies
from accounts import examples
from hypothesis import given
from hypothesis import strategies as st
from test_engines import written
from test_lifting import IBIS, assert_same_answers
from test_market_against_reference import assert_same

from icp_core.accounts.universe import EXCLUSION, IN_MEMORY, Universe
from icp_core.evaluation import engines
from icp_core.evaluation.engines import EngineAccounts
from icp_core.evaluation.engines.lifted import LiftedEvaluation
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.exporting import FORMATS
from icp_core.exporting.preflight import SIBLING
from icp_core.profiles.model import Criterion, Profile, Range, Role
from icp_core.profiles.starters import starter
from icp_core.sources import load
from icp_core.views import ExportSpec, view_of

ON = date(2026, 3, 1)
IDS = st.sets(st.integers(0, 45).map(lambda n: f"X-{n:03}"))
"""Ids that a random list may hold or not."""

ENGINES = [
    "duckdb://{folder}/u.duckdb?table=accounts&memory=500MB",
    IBIS,
]


def engine(folder, address, **options):
    return EngineAccounts(engines.connect(address.format(folder=folder)), **options)


def reasons(ids):
    return {key: "partner" if int(key[2:]) % 2 else "rival" for key in ids}


@examples(60)
@given(rows=strategies.accounts(), profile=strategies.profiles(), ids=IDS)
def test_the_market_in_memory_is_that_of_a_list_without_those_rows(rows, profile, ids):
    left = [row for row in rows if row["account_id"] not in ids]
    universe = strategies.universe(rows).without(reasons(ids))
    evaluation = Scoreboard(universe).evaluate(profile)
    expected = slow.market(profile, left)
    assert_same(evaluation.market, evaluation.page(limit=100), expected)
    gone = ids & {row["account_id"] for row in rows}
    assert len(universe) + len(gone) == len(rows)
    assert set(view_of(evaluation).left_out.get_column("account_id") if gone else ()) == gone


@pytest.mark.parametrize("address", ENGINES)
@examples(3)
@given(rows=strategies.accounts(), profile=strategies.profiles(), ids=IDS, more=IDS)
def test_the_market_in_an_engine_is_that_of_a_list_without_those_rows(
    address, tmp_path_factory, rows, profile, ids, more
):
    if address.startswith("ibis"):
        pytest.importorskip("ibis", reason="needs requirements-scale.txt")
    folder = tmp_path_factory.mktemp("example")
    written(strategies.frame(rows), folder)
    everybody = engine(folder, address)
    # Editions of the decisions stand beside each other, and one can follow from another.
    for ids_now in (ids, ids | more, set()):
        left = [row for row in rows if row["account_id"] not in ids_now]
        accounts = everybody.without(reasons(ids_now))
        evaluation = accounts.evaluate(profile)
        expected = slow.market(profile, left)
        assert_same(evaluation.market, evaluation.page(limit=100), expected)
        streamed = [key for batch in evaluation.stream(rows=3) for key in batch["account_id"]]
        assert streamed == [match["account_id"] for match in expected["matches"]]
        told = {key: reason for key, reason in reasons(ids_now).items() if int(key[2:]) < len(rows)}
        found = view_of(evaluation).left_out
        assert dict(found.select("account_id", EXCLUSION).rows() if told else ()) == told


@pytest.mark.parametrize("address", [ENGINES[0], IBIS])
@examples(6)
@given(rows=strategies.accounts(), profile=strategies.profiles(), ids=IDS)
def test_lifted_accounts_answer_as_the_list_without_those_rows(
    address, tmp_path_factory, rows, profile, ids
):
    if address.startswith("ibis"):
        pytest.importorskip("ibis", reason="needs requirements-scale.txt")
    folder = tmp_path_factory.mktemp("example")
    written(strategies.frame(rows), folder)
    everybody = engine(folder, address, lift_up_to=1_000)
    # Whether all of them were lifted before or not.
    if len(ids) % 2:
        everybody.evaluate(profile)
    lifted = everybody.without(reasons(ids)).evaluate(profile)
    assert isinstance(lifted, LiftedEvaluation)
    whole = Scoreboard(strategies.universe(rows).without(reasons(ids))).evaluate(profile)
    assert_same_answers(view_of(lifted), view_of(whole), profile)
    assert view_of(lifted).left_out.height == view_of(whole).left_out.height


def test_thousands_of_ids_are_left_out_in_an_engine_at_once(tmp_path):
    universe = load("demo:8000")
    written(universe.frame, tmp_path)
    ids = universe.frame["account_id"].gather_every(2)
    excluded = dict.fromkeys(ids, "partner") | {f"gone-{n}": "rival" for n in range(20_000)}
    accounts = engine(tmp_path, "parquet://{folder}/parts").without(excluded)
    found = accounts.evaluate(starter("nordic-software").profile)
    assert found.market.universe == len(universe) - len(ids)
    assert found.left_out.height == len(ids)
    assert accounts.sampled().frame.height == len(universe)


def test_a_new_exclusion_lifts_nothing_again(tmp_path, monkeypatch):
    universe = load("demo:2000")
    written(universe.frame, tmp_path)
    everybody = engine(tmp_path, "parquet://{folder}/parts", lift_up_to=10_000)
    profile = starter("nordic-software").profile
    first, second = view_of(everybody.without({"x": "y"}).evaluate(profile)).best(2)["account_id"]
    monkeypatch.setattr(
        EngineAccounts, "_fetched", lambda *_: pytest.fail("lifted again"), raising=True
    )
    one = everybody.without({first: "partner"}).evaluate(profile)
    assert one.page(limit=1)["account_id"].to_list() == [second]
    back = everybody.without({second: "partner"}).evaluate(profile)
    assert back.page(limit=1)["account_id"].to_list() == [first]


def test_a_list_on_disk_stays_there_without_a_few():
    ids = pl.int_range(IN_MEMORY + 1_000, eager=True).cast(pl.String)
    frame = pl.DataFrame({"account_id": ids, "name": ids})
    universe = Universe.of(frame, name="large", label="Large")
    left = universe.without({"7": "partner", "no such": "rival"})
    assert len(left) == len(universe) - 1 and len(universe) == len(frame)
    assert left.frame["account_id"].is_sorted() and "7" not in left.frame["account_id"]
    assert universe.without({"no such": "rival"}) is universe


NAMES = ["Alfa AB", "ALFA", "Beta", "Beta Oy", "Gamma"]
SITES = ["a.no", "shop.a.no", "b.no", "facebook.com", None]
COUNTRIES = ["NO", "SE", None]
COMPANY = {
    "name": st.sampled_from(NAMES),
    "domain": st.sampled_from(SITES),
    "country": st.sampled_from(COUNTRIES),
    "employees": st.sampled_from([5, 50, None]),
    "marketing_opt_out": st.sampled_from([True, False, None]),
    "is_customer": st.sampled_from([True, False, None]),
    "status": st.sampled_from(["active", None, "bankrupt"]),
}
TYPES = {
    "account_id": pl.String, "name": pl.String, "domain": pl.String, "country": pl.String,
    "employees": pl.Int64, "marketing_opt_out": pl.Boolean, "is_customer": pl.Boolean,
    "status": pl.String,
}  # fmt: skip
EVERYBODY = Profile(name="Everybody")
LARGE = Profile(
    name="P",
    criteria=(Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(9, 99)),),
)


def is_same(one, other):
    """Whether a receiver may take one account for the other, worked out by hand for these names."""
    plain = {"Alfa AB": "alfa", "ALFA": "alfa", "Beta": "beta", "Beta Oy": "beta", "Gamma": "gamma"}
    registered = {"a.no": "a.no", "shop.a.no": "a.no", "b.no": "b.no"}
    site = registered.get(one["domain"])
    if site and site == registered.get(other["domain"]):
        return True
    if plain[one["name"]] != plain[other["name"]]:
        return False
    # Where nobody knows the country, it may be any.
    return one["country"] == other["country"] or None in (one["country"], other["country"])


@pytest.mark.parametrize("place", ["memory", "lifted", *ENGINES[:1], IBIS])
@pytest.mark.parametrize("format", ["linkedin", "csv"])
@examples(10)
@given(
    rows=st.lists(st.fixed_dictionaries(COMPANY), min_size=1, max_size=14),
    ids=st.sets(st.integers(0, 13).map(str), max_size=3),
    customers=st.sampled_from(["with", "without"]),
)
def test_a_company_that_opted_out_or_was_excluded_stays_out_whether_it_matches_or_not(
    place, format, tmp_path_factory, rows, ids, customers
):
    # Somebody is active, else there is no list.
    rows = [
        row | {"account_id": str(number)} | ({} if number else {"status": None})
        for number, row in enumerate(rows)
    ]
    frame = pl.DataFrame(rows, schema=TYPES)
    excluded = dict.fromkeys(ids, "partner")
    if place == "memory":
        listed = Universe.of(frame, name="own", label="Own", include_inactive=False)
        evaluation = Scoreboard(listed.without(excluded)).evaluate(LARGE)
    else:
        if place.startswith("ibis"):
            pytest.importorskip("ibis", reason="needs requirements-scale.txt")
        folder = tmp_path_factory.mktemp("example")
        written(frame, folder)
        address = ENGINES[0] if place == "lifted" else place
        options = {"lift_up_to": 1_000} if place == "lifted" else {}
        evaluation = engine(folder, address, **options).without(excluded).evaluate(LARGE)
    spec = ExportSpec(format=format, on=ON, customers=customers, tiers=("A", "B", "C", None))
    report = view_of(evaluation).export(spec).report

    is_audience = FORMATS[format].is_ad_audience
    tests = {
        "customer": lambda one: customers == "without" and bool(one["is_customer"]),
        "excluded": lambda one: one["account_id"] in excluded,
        "opted_out": lambda one: is_audience and bool(one["marketing_opt_out"]),
    }
    fell, siblings = dict.fromkeys(tests, 0), dict.fromkeys(tests, 0)
    matches = [
        row
        for row in rows
        if row["employees"] == 50
        and row["account_id"] not in excluded
        and row["status"] != "bankrupt"
    ]
    for row in matches:
        company = [one for one in rows if is_same(one, row)] if is_audience else [row]
        # What is told of itself goes before what is told of its company.
        reason = next((name for name, test in tests.items() if test(row)), None) or next(
            (name for name, test in tests.items() if any(map(test, company))), None
        )
        if reason:
            fell[reason] += 1
            siblings[reason] += not tests[reason](row)
    assert report.rows_in == len(matches)
    assert report.customers_suppressed == fell["customer"]
    assert report.dropped["excluded"] == fell["excluded"]
    assert report.dropped["opted_out"] == fell["opted_out"]
    assert report.for_company == siblings
    gone = sum(int(key) < len(rows) for key in ids)
    assert report.left_out == ({"partner": gone} if gone else {})
    # Line by line the report tells of every account that came in, and of each once.
    lines = dict(report.facts())
    assert report.rows_in == sum(lines.get(name, 0) for name in LINES)


LINES = (
    "Companies written", "Duplicates by domain", "Duplicates by name and country",
    "Customers suppressed", "Same company as a suppressed customer", "Opted out of advertising",
    "Same company as one that opted out", f"Excluded: {SIBLING}",
)  # fmt: skip


def test_a_shared_host_is_nobodys_domain():
    rows = [
        {"account_id": "1", "name": "Alfa", "domain": "facebook.com", "employees": 5},
        {"account_id": "2", "name": "Beta", "domain": "facebook.com", "employees": 50},
        {"account_id": "3", "name": "Gamma", "domain": "c.no", "employees": 5},
        {"account_id": "4", "name": "Delta", "domain": "www.c.no", "employees": 50},
    ]
    frame = pl.DataFrame(rows).with_columns(marketing_opt_out=pl.col("employees") == 5)
    market = view_of(Scoreboard(Universe.of(frame, name="own", label="Own")).evaluate(LARGE))
    found = market.export(ExportSpec(format="linkedin", on=ON, tiers=("A",)))
    assert found.frame["companyname"].to_list() == ["Beta"]
    assert found.report.for_company["opted_out"] == 1


def test_a_file_that_is_written_part_by_part_says_who_was_left_out(tmp_path):
    universe = load("demo:2000")
    written(universe.frame, tmp_path)
    accounts = engine(tmp_path, "duckdb://{folder}/u.duckdb?table=accounts")
    profile = starter("nordic-software").profile
    ids = view_of(accounts.evaluate(profile)).best(3)["account_id"].to_list()
    market = view_of(accounts.without(dict.fromkeys(ids, "partner")).evaluate(profile))
    spec = ExportSpec(format="csv", on=ON, tiers=("A", "B", "C", None))
    file = market.write(spec, tmp_path)
    assert file.report.left_out == {"partner": 3}
    assert file.report.rows_written == market.totals.matching
    text = file.path.read_text(encoding="utf-8-sig")
    assert not any(key in text for key in ids)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"domain": "a.se", "website": "http://b.se"}, {"domain": "b.se"}),
        ({"domain": "a.se"}, {"domain": "b.se", "website": "https://www.a.se/om"}),
        ({"website": "b.se"}, {"domain": "c.se", "website": "b.se"}),
        ({"website": "https://shop.beta.se/"}, {"domain": "beta.se"}),
        ({"domain": "beta.se"}, {"website": "www.om.beta.se"}),
        ({"domain": "karriar.beta.co.uk"}, {"domain": "beta.co.uk"}),
    ],
)
def test_an_opt_out_covers_a_web_site_on_another_domain_too(ours, theirs):
    rows = [
        {"account_id": "1", "name": "Delta", **ours},
        {"account_id": "2", "name": "Beta", "marketing_opt_out": True, **theirs},
        {"account_id": "3", "name": "Other", "domain": "d.se"},
    ]
    texts = dict.fromkeys(("account_id", "name", "domain", "website"), pl.String)
    frame = pl.DataFrame(rows, schema=texts | {"marketing_opt_out": pl.Boolean})
    view = view_of(Scoreboard(Universe.of(frame, name="x", label="X")).evaluate(Profile(name="P")))
    file = view.export(ExportSpec(format="linkedin", on=ON, tiers=("A", "B", "C", None)))
    assert file.frame["companyname"].to_list() == ["Other"]


def test_a_row_that_is_out_by_itself_is_not_counted_as_out_for_its_company():
    rows = [
        {"account_id": "1", "name": "Alfa", "domain": "a.se", "marketing_opt_out": True},
        {"account_id": "2", "name": "Alfa Syd", "domain": "a.se", "status": "bankrupt"},
        {"account_id": "3", "name": "", "domain": "a.se"},
        {"account_id": "4", "name": "Alfa Nord", "domain": "a.se"},
    ]
    schema = {"account_id": pl.String, "name": pl.String, "domain": pl.String, "status": pl.String}
    frame = pl.DataFrame(rows, schema=schema | {"marketing_opt_out": pl.Boolean})
    market = view_of(Scoreboard(Universe.of(frame, name="own", label="Own")).evaluate(EVERYBODY))
    report = market.export(ExportSpec(format="linkedin", on=ON, tiers=("A", "B", "C", None))).report
    assert report.for_company == {"customer": 0, "excluded": 0, "opted_out": 1}
    assert (report.dropped["opted_out"], report.dropped["not_active"]) == (2, 1)
    assert report.dropped["no_name"] == 1


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        # Written in two ways: the page, the share, the number.
        (
            {"linkedin_url": "https://linkedin.com/company/acme"},
            {"linkedin_url": "https://www.linkedin.com/company/Acme/about?x=1"},
        ),
        ({"stock_symbol": "ACME"}, {"stock_symbol": " acme "}),
        ({"org_number": "556000-1111"}, {"org_number": "5560001111"}),
        # Letters of its own, characters that nobody sees, several addresses in a cell.
        ({"website": "åkeri.se"}, {"domain": "xn--keri-poa.se"}),
        ({"website": "https://shop.åkeri.se"}, {"domain": "åkeri.se"}),
        ({"domain": "acme.se\u200b"}, {"domain": "acme.se"}),
        ({"domain": "\ufeffacme.se"}, {"domain": "ac\u00adme.se"}),
        ({"domain": "acme.se"}, {"domain": "acme.se, acme.no"}),
        # One name, and a country that is written in another way, or not known.
        ({"name": "Acme AB"}, {"name": "Acme", "country": "se "}),
        ({"name": "Acme AB"}, {"name": "ACME AB", "country": "Sweden"}),
        ({"name": "Acme AB"}, {"name": "Acme", "country": None}),
        ({"name": "Acme AB", "country": None}, {"name": "Acme", "country": "NO"}),
    ],
)
def test_an_opt_out_covers_a_company_however_it_is_written(ours, theirs):
    blank = dict.fromkeys(("domain", "website", "linkedin_url", "stock_symbol", "org_number"))
    rows = [
        blank | {"account_id": "1", "name": "Delta", "country": "SE"} | ours,
        blank | {"account_id": "2", "name": "Beta", "country": "SE"} | theirs,
        blank | {"account_id": "3", "name": "Other", "country": "SE", "domain": "d.se"},
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)).with_columns(
        marketing_opt_out=pl.col("account_id") == "2"
    )
    view = view_of(Scoreboard(Universe.of(frame, name="x", label="X")).evaluate(EVERYBODY))
    file = view.export(ExportSpec(format="linkedin", on=ON, tiers=("A", "B", "C", None)))
    assert file.frame["companyname"].to_list() == ["Other"]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("more", [{}, {"score (list)": ["y"]}])
@pytest.mark.parametrize("name", ["score", "tier", "potential", "coverage", "score_low"])
def test_a_lists_own_column_of_a_results_name_is_exported_too(name, more, format):
    frame = pl.DataFrame({"account_id": ["a"], "name": ["A"], name: ["x"], **more})
    view = view_of(Scoreboard(Universe.of(frame, name="x", label="X")).evaluate(EVERYBODY))
    file = view.export(ExportSpec(format=format, on=ON, tiers=("A", "B", "C", None)))
    assert "x" in file.frame.row(0)
    assert file.to_bytes()
