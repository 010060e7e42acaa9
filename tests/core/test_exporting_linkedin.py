import csv
import io
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icp_core.errors import ExportError
from icp_core.exporting import prepare
from icp_core.profiles.model import Profile

HEADER = (
    b"companyname,companywebsite,companyemaildomain,linkedincompanypageurl,stocksymbol,"
    b"industry,city,state,companycountry,zipcode\r\n"
)
PROFILE = Profile(name="Växande mjukvara")
ON = date(2026, 3, 1)
LEADS = tuple("=+-@\t\r＝＋－＠")


def companies(rows: int, **columns) -> pl.DataFrame:
    numbers = pl.int_range(rows, eager=True)
    frame = pl.DataFrame(
        {
            "account_id": "SE-" + numbers.cast(pl.String),
            "name": "Exempel " + numbers.cast(pl.String) + " AB",
            "country": pl.repeat("SE", rows, eager=True),
        }
    )
    return frame.with_columns(**{name: pl.lit(value) for name, value in columns.items()})


def with_rows(*rows: dict, filler: int = 300) -> pl.DataFrame:
    """The given rows first, then enough plain companies to pass LinkedIn's minimum."""
    given = pl.DataFrame(
        [{"account_id": f"X-{number}", **row} for number, row in enumerate(rows)],
        infer_schema_length=None,
    )
    return pl.concat([given, companies(filler)], how="diagonal_relaxed")


def linkedin(accounts: pl.DataFrame, **options):
    return prepare(
        accounts,
        **{"format": "linkedin", "profile": PROFILE, "fictional": False, "on": ON} | options,
    )


def test_the_file_is_linkedins_byte_for_byte():
    accounts = with_rows(
        {
            "name": 'Sø "Nord", & Å AB',
            "website": "https://www.sonord.se/om",
            "domain": "Sonord.se",
            "linkedin_url": "https://www.linkedin.com/company/sonord",
            "stock_symbol": "SON.ST",
            "industry": "62.01",
            "city": "Åre",
            "region": "SE-23",
            "country": "SE",
            "postcode": "83013",
        },
        {"name": "Bare Navn AS", "country": "no", "city": "To\r\nLinjer"},
        {"name": "=cmd|' /C calc'!A0", "country": "Norge"},
        {"name": "Uten sted", "domain": "uten.no"},
        filler=296,
    )
    content = linkedin(accounts).to_bytes()
    assert content.startswith(HEADER)
    lines = content.removeprefix(HEADER).split(b"\r\n")
    assert lines[:4] == [
        '"Sø ""Nord"", & Å AB",https://www.sonord.se/om,sonord.se,'
        "https://www.linkedin.com/company/sonord,SON.ST,,Åre,Jämtlands län,SE,83013".encode(),
        b"Bare Navn AS,,,,,,To Linjer,,NO,",
        b"cmd|' /C calc'!A0,,,,,,,,,",
        b"Uten sted,uten.no,uten.no,,,,,,,",
    ]
    assert lines[-1] == b""
    assert len(lines) == 301
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_missing_columns_are_blank_cells():
    content = linkedin(companies(300).drop("country")).to_bytes()
    assert content.splitlines()[1] == b"Exempel 0 AB,,,,,,,,,"


def test_a_page_on_a_shared_host_is_no_identifier():
    prepared = linkedin(
        with_rows(
            {"name": "Kafé", "website": "https://www.facebook.com/kafe", "domain": None},
            {"name": "Bistro", "website": None, "domain": "facebook.com"},
        )
    )
    assert prepared.frame["companywebsite"].null_count() == 302
    report = prepared.report
    assert report.duplicates_by_domain == report.duplicates_by_name == 0
    assert prepared.report.identifiers["name_only"] == 302


CELLS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.text(alphabet="=+-@\t\r\n ＝＋－＠,\"'\0\ufeff\u200b\u2028aå", max_size=10),
)


TEXTS = (
    "name", "website", "domain", "linkedin_url", "stock_symbol", "city", "postcode", "region",
    "country",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(
        st.fixed_dictionaries(dict.fromkeys(TEXTS, CELLS)),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_a_cell_holds_ten_columns_come_back_and_none_is_a_formula(rows):
    schema = dict.fromkeys(rows[0], pl.String)
    given = pl.DataFrame(rows, schema=schema).with_columns(
        account_id=pl.format("X-{}", pl.int_range(pl.len()))
    )
    accounts = pl.concat([given, companies(300)], how="diagonal")
    prepared = linkedin(accounts)
    back = list(csv.reader(io.StringIO(prepared.to_bytes().decode(), newline=""), strict=True))
    assert len(back) == 1 + prepared.report.rows_written
    for row in back:
        assert len(row) == 10
        assert row[0]
        assert not any(cell.startswith(LEADS) for cell in row)
        assert not any(ord(letter) < 32 for cell in row for letter in cell)


def test_leads_are_cleaned_repeatedly_and_counted_per_cell():
    prepared = linkedin(
        with_rows(
            {"name": " =+-@ Exempel", "city": "＝Oslo"},
            {"name": "Bindestrek-Navn + Sønn", "city": " Oslo  S "},
        )
    )
    assert prepared.frame["companyname"][:2].to_list() == ["Exempel", "Bindestrek-Navn + Sønn"]
    assert prepared.frame["city"][:2].to_list() == ["Oslo", "Oslo S"]
    assert prepared.report.cells_cleaned == 2


@pytest.mark.parametrize(
    ("rows", "blocked", "warned"),
    [(299, True, False), (300, False, True), (999, False, True), (1_000, False, False)],
)
def test_small_lists_are_refused_or_warned_of(rows, blocked, warned):
    prepared = linkedin(companies(rows, domain=None, marketing_opt_out=False))
    assert bool(prepared.report.blockers) == blocked
    assert (
        any("1\u202f000 companies or more" in text for text in prepared.report.warnings) == warned
    )
    if blocked:
        with pytest.raises(ExportError, match="at least 300 companies and this one has 299"):
            prepared.to_bytes()
    else:
        assert prepared.to_bytes().count(b"\r\n") == rows + 1


def test_a_refused_list_names_what_would_raise_it():
    accounts = companies(500).with_columns(
        tier=pl.when(pl.col("account_id").str.ends_with("7")).then(pl.lit("A")).otherwise(None)
    )
    (blocker,) = linkedin(accounts, tiers={"A"}).report.blockers
    assert "this one has 50." in blocker
    assert "add tiers (the others hold 450)" in blocker
    assert "include those with missing data" in blocker


def test_an_empty_list_is_refused_not_an_error():
    prepared = linkedin(companies(3), countries={"DK"})
    assert prepared.report.rows_written == 0
    assert "no company to export" in prepared.report.blockers[0]
    assert prepared.report.shares["domain"] == 0


def test_the_maximum_is_300000_and_the_refusal_says_how_to_split():
    # Short names keep the file under 20 MB, so that the number of rows alone decides.
    numbers = pl.int_range(300_001, eager=True)
    accounts = pl.DataFrame(
        {
            "account_id": numbers.cast(pl.String),
            "name": numbers.cast(pl.String),
            "country": pl.select(
                pl.when(pl.lit(numbers) < 200_000).then(pl.lit("SE")).otherwise(pl.lit("NO"))
            ).to_series(),
            "tier": pl.repeat("A", len(numbers), eager=True),
        }
    )
    assert linkedin(accounts.head(300_000)).report.blockers == ()
    (blocker,) = linkedin(accounts).report.blockers
    assert "at most 300\u202f000 companies and this one has 300\u202f001" in blocker
    assert "Split it by country: Sweden 200\u202f000, Norway 100\u202f001." in blocker


def test_a_file_over_20_megabytes_is_refused_with_a_split():
    accounts = companies(90_000, city="x" * 230).with_columns(
        tier=pl.when(pl.int_range(pl.len()) < 40_000).then(pl.lit("A")).otherwise(pl.lit("B"))
    )
    report = linkedin(accounts).report
    assert report.size_bytes > 20_000_000
    (blocker,) = report.blockers
    assert "at most 20 MB" in blocker
    assert "Split it by tier: B 50\u202f000, A 40\u202f000." in blocker


def test_opted_out_and_inactive_companies_never_enter_an_ad_audience():
    accounts = with_rows(
        {"name": "Nej Tak ApS", "marketing_opt_out": True, "status": "active"},
        {"name": "Konkurs AS", "marketing_opt_out": False, "status": "bankrupt"},
        {"name": "Ukendt ApS", "marketing_opt_out": None, "status": None},
    )
    prepared = linkedin(accounts)
    assert prepared.frame["companyname"][0] == "Ukendt ApS"
    assert prepared.report.dropped["opted_out"] == 1
    assert prepared.report.dropped["not_active"] == 1


def test_a_second_row_of_an_opted_out_company_stays_out_too():
    accounts = with_rows(
        {"name": "Filial", "domain": "nejtak.dk", "country": "DK"},
        {"name": "Nej Tak ApS", "domain": "nejtak.dk", "country": "DK", "marketing_opt_out": True},
        {"name": "NEJ TAK A/S", "domain": None, "country": "DK"},
        {"name": "Nej Tak AB", "domain": None, "country": "SE"},
    )
    prepared = linkedin(accounts)
    assert prepared.report.dropped["opted_out"] == 3
    assert prepared.frame["companyname"][0] == "Nej Tak AB"


def test_a_fictional_list_says_so_in_name_and_report(tmp_path):
    prepared = linkedin(companies(300), fictional=True)
    assert prepared.file_name == "FICTIONAL-linkedin-vaxande-mjukvara-2026-03-01.csv"
    assert any("invented" in text for text in prepared.report.warnings)
    written = prepared.write(tmp_path / "l.csv")
    assert written == tmp_path / "FICTIONAL-l.csv"
    assert written.read_bytes() == prepared.to_bytes()
    assert prepared.write(tmp_path).name == prepared.file_name


def test_a_real_list_keeps_the_name_asked_for(tmp_path):
    prepared = linkedin(companies(300))
    assert prepared.file_name == "linkedin-vaxande-mjukvara-2026-03-01.csv"
    assert prepared.write(tmp_path / "l.csv") == tmp_path / "l.csv"


def test_a_path_that_cannot_be_written_is_a_message(tmp_path):
    with pytest.raises(ExportError, match="cannot be written"):
        linkedin(companies(300)).write(tmp_path / "nowhere" / "l.csv")


def test_a_refused_file_is_not_written(tmp_path):
    with pytest.raises(ExportError):
        linkedin(companies(10)).write(tmp_path / "l.csv")
    assert list(tmp_path.iterdir()) == []
