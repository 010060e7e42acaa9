"""The small lists of `fixtures/import_cases`, each as somebody brought it: the right value of each."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from accounts import nice

from icp_core import sources
from icp_core.analysis.listing import Wanted, page
from icp_core.errors import ImportRefused
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN
from icp_core.importing.customers import match, read_deals, with_customers
from icp_core.importing.load import ImportResult, run_import
from icp_core.profiles.model import Choice, Profile, Range, TierPolicy

CASES = Path(__file__).parent.parent / "fixtures" / "import_cases"
NUMBERS = ["923609016", "974760673", "937884117", "971032081"]
TESTFIRMA = [f"Testfirma {letter} AS" for letter in ("Alfa", "Beta", "Gamma", "Delta")]


def file(name: str) -> Path:
    (path,) = CASES.glob(f"{name}_*")
    return path


def case(name: str, **answers: str) -> ImportResult:
    """A case loaded, with the answers to what it asks by heading."""

    def settle(mapping: Any) -> Any:
        for heading, answer in answers.items():
            mapping = mapping.setting(heading.replace("_", " "), answer)
        return mapping

    return run_import([file(name)], settle=settle)


def remarks(loaded: ImportResult) -> str:
    said = [sentence for column in loaded.report.columns for sentence in column.sentences()]
    return "\n".join([*said, *(r for f in loaded.report.files for r in (*f.remarks, *f.notes))])


def questions(loaded: ImportResult) -> dict[str, tuple[str, ...]]:
    (mapping,) = loaded.mappings.values()
    return {q.heading: q.doubts for q in mapping.questions()}


# What each column has to be, in the file's order.
EXPECTED: dict[str, dict[str, list[Any]]] = {
    "m01": {"name": TESTFIRMA, "org_number": NUMBERS},
    "m02": {"org_number": [None, None, None, "923609016"]},
    "m04": {"name": ["Alfa Måleri AB", "Gamma Måleri HB"], "legal_form": ["AB", "HB"]},
    "m06": {"country": ["DE", "GB", "US", "NL", "SE", "EE", "SE", "GB"]},
    "m08": {"revenue_growth": [1.19, 0.73, -0.12, 0.04], "margin": [0.125, 0.08, -0.034, 0.221]},
    "m09": {"revenue_original": [523.9e6, 28.5e6, 7.1e6], "currency": ["USD"] * 3},
    "m10": {"revenue_original": [12.5e6, 8.4e6], "currency": ["NOK"] * 2},
    "m13": {
        "municipality": ["NO-1818", "NO-1515", "NO-3419", "NO-3114"],
        "region": ["NO-18", "NO-15", "NO-34", "NO-31"],
    },
    "m14": {"municipality": ["NO-3201", "NO-3201", "NO-1508", "NO-3301", "NO-5501"]},
    "m15": {"municipality": ["NO-3201", "NO-3201", "NO-1508", "NO-3301", "NO-5501"]},
    "m17": {
        "industry": ["62.01", "62.02", "62.10", "62.20", "58.29"],
        "industry_revision": ["2", "2", "2.1", "2.1", "2"],
    },
    "m18": {"name": ["Måleservice Bodø AS", "Ålesund Rør AS"], "city": ["Bodø", "Ålesund"]},
    "m20": {
        "owner": ["Säljare Ett", "Säljare Två"], "postcode": ["21122", "0155"],
        "city": ["Malmö", "Oslo"], "country": ["SE", "NO"],
    },
    "m21": {
        "city": ["Malmö", "Oslo"], "postcode": ["21122", "0155"], "country": ["SE", "NO"],
        "currency": ["SEK", "NOK"],
    },
    "m24": {"country": ["NL", "SE"], "city": ["Amsterdam", "Malmö"], "revenue": [None, None]},
    "m25": {"name": ["Alfa AS", "Beta AS"], "employees": [12, 9]},
    "m27": {"name": ["Alfa AB", "Beta AB"], "revenue_original": [52e6, 31e6]},
    "m28": {"employees_low": [11, None, None, 51, None, 10_001], "employees": [None] * 6},
    "m29": {"org_number": [None, None, "5560160680"]},
    "m30": {"domain": [None] * 5},
    "m32": {"name": ["Alfa AB", "Beta AB"]},
    "m36": {"name": ["BETA ELEKTRO AS"]},
    "m39": {"employees": [250, 90], "country": ["SE", "DE"]},
    "m42": {
        "employees": [240, None, 85, 1200, 50, 50, 0],
        "employees_low": [None, 11, None, None, None, None, None],
    },
    "m44": {"postcode": ["0155", "5003"], "city": ["Oslo", "Bergen"]},
    "m46": {"org_number": NUMBERS},
    "m50": {"status": ["active"]},
    "m51": {"revenue_original": [523.9e6, 28.5e6], "currency": ["USD"] * 2},
    "m53": {"city": ["Oslo", "Bergen", "Tromsø"]},
    "m54": {"name": ["Alfa Bygg AB"], "city": ["Malmö"], "employees": [120]},
    "m67": {"industry": ["62.10", "62.20", "62.90", "58.29", "47.11"], "industry_revision": ["2.1"] * 5},
    "m68": {"name": ["Alfa AB", "Beta AB", "Gamma AB"]},
    "m70": {"revenue": [None] * 3},
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_a_list_as_somebody_brought_it(name: str) -> None:
    accounts = case(name).accounts
    for column, values in EXPECTED[name].items():
        found = accounts[column].to_list()
        assert found == [pytest.approx(v) if isinstance(v, float) else v for v in values], column


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("m01", {"OrgNr": ("meaning",), "FirmaNavn": ("meaning",)}),
        ("m06", {"Annual Revenue": ("no currency",)}),
        ("m08", {"Growth": ("per cent",), "Rörelsemarginal": ("per cent",)}),
        ("m21", {"Annual Revenue": ("currency",)}),
        ("m24", {"Annual Revenue": ("no currency",)}),
        ("m70", {"Revenue": ("no currency",)}),
        ("m09", {}), ("m51", {}), ("m10", {"Omsetning (i hele 1000)": ("currency",)}),
        ("m27", {"Omsättning (tkr)": ("currency",)}),
    ],
)  # fmt: skip
def test_what_a_list_leaves_open_is_asked_and_nothing_else(
    name: str, asked: dict[str, tuple[str, ...]]
) -> None:
    assert questions(case(name)) == asked


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("m02", "placeholders (000000000, 123456789 and the like) are no numbers: unknown (3 ×)"),
        ("m06", "amounts without a currency are unknown in euros"),
        ("m07", "9 cells that say “unknown”"),
        ("m15", "“0219”, an old code or name, is Bærum (NO-3201) today (1 ×)"),
        ("m18", "4 cells with letters read in a wrong encoding were repaired"),
        ("m24", "US SIC is no NACE, so it is kept as a column of its own"),
        ("m28", "Excel made dates of bands"),
        ("m29", "cells are no valid national numbers: unknown (2 ×)"),
        ("m32", "It is a list of deals"),
        ("m34", "7 columns are about persons and left out"),
        ("m60", "Excel made dates of bands"),
    ],
)
def test_what_was_decided_is_said_with_a_count(name: str, said: str) -> None:
    assert said in remarks(case(name))


def test_words_for_unknown_are_unknown_and_a_name_that_is_one_is_rejected() -> None:
    loaded = case("m07")
    assert loaded.accounts["name"].to_list() == ["Alfa AS", "Beta AS", "Gamma AS", "Delta AS"]
    assert loaded.rejected["reason"].to_list() == ["no company name"]
    for column in ("website", "city", "industry_text"):
        assert not loaded.accounts[column].str.contains("#|^-$|null|N/A").any()


def test_a_workbooks_types_are_kept() -> None:
    loaded = case("m60")
    first = loaded.accounts.row(0, named=True)
    assert (first["postcode"], first["margin"]) == ("0155", 0.125)
    assert loaded.accounts["founded"].null_count() < 3


def test_an_opendocument_sheet_says_what_to_do() -> None:
    with pytest.raises(ImportRefused, match=r"OpenDocument sheet; save it as \.xlsx or CSV"):
        case("m62")


def test_american_dates_have_one_order_a_column() -> None:
    deals = read_deals(file("m12"))
    assert deals.rows["closed_on"].to_list()[1:] == [
        date(2025, 12, 1), date(2025, 2, 19), date(2025, 3, 4),
    ]  # fmt: skip
    assert read_deals(file("m33")).rows["outcome"].to_list() == ["won", "lost"]


def test_open_stages_make_no_customers() -> None:
    accounts = run_import([CASES / "m48_accounts.csv"]).accounts
    matches = match(read_deals(CASES / "m48_open_stages.csv"), accounts)
    flagged = with_customers(accounts, matches.outcomes).filter("is_customer")
    assert flagged["name"].to_list() == ["Epsilon AB", "Eta AB"]


def test_the_account_of_which_a_quarter_is_known_is_in_no_tier() -> None:
    profile = Profile(
        name="Three",
        criteria=(
            nice("country", Choice.of("SE"), weight=6),
            nice("employees", Range(a=0, b=100), weight=10),
            nice("industry", Choice.of("62"), weight=9),
        ),
        tiers=TierPolicy(least_coverage=0.5),
    )
    evaluation = Scoreboard(sources.load(str(file("m65")))).evaluate(profile)
    rows = page(evaluation, Wanted(), limit=5).rows.select("name", "tier").rows()
    assert rows[-1] == ("Only Country AB", TOO_LITTLE_KNOWN)


def test_codes_of_the_older_revision_find_their_successors() -> None:
    profile = Profile(name="IT", criteria=(nice("industry", Choice.of("62.01")),))
    evaluation = Scoreboard(sources.load(str(file("m66")))).evaluate(profile)
    scores = dict(page(evaluation, Wanted(), limit=5).rows.select("name", "score").iter_rows())
    assert scores["Gammel Programvare AS"] == scores["Ny Programvare AS"] == 100
    assert scores["Ny Utgiver AS"] == 0


def test_every_case_is_looked_at() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    elsewhere = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")
    )
    for path in CASES.iterdir():
        name = path.name.partition("_")[0]
        assert f'"{name}"' in here + elsewhere or path.name in here, name
