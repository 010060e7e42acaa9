"""The sources that ship, and files."""

from datetime import date

import polars as pl
import pytest

from icp_core import sources
from icp_core.accounts import demo
from icp_core.accounts.columns import BY_NAME
from icp_core.errors import SourceError, UniverseError
from icp_core.paths import DATA


@pytest.fixture(scope="module")
def listed():
    return sources.load("listed")


@pytest.fixture(scope="module")
def norway():
    return sources.load("norway", include_inactive=True)


def row(universe, **where):
    return universe.frame.filter(**where).row(0, named=True)


def test_every_built_in_source_loads_by_its_name():
    for entry in sources.BUILT_IN:
        universe = sources.load(entry.name)
        assert universe.name == entry.name
        assert universe.fictional is entry.fictional
        assert len(universe) > 1000


def test_the_listed_company_with_two_listings_is_kept_once_as_listed_at_home(listed):
    # 1,155 lines in the file; Stockmann stands there for Helsinki and for Stockholm.
    assert len(listed) == 1_154
    assert row(listed, name="Stockmann Oyj Abp")["stock_symbol"] == "STOCKA.HE"


def test_companies_that_share_a_domain_stay_apart(listed):
    # Eight domains are shared: by ten savings banks, twice by three and five times by two, which
    # makes 26 companies; one more has no valid domain at all.
    by_name = listed.frame.filter(pl.col("account_id").str.starts_with("name:"))
    assert len(by_name) == 27
    assert by_name["domain"].null_count() == 1
    assert listed.frame.filter(domain="sparebank1.no").height == 10
    assert listed.frame.filter(pl.col("account_id").str.starts_with("domain:")).height == 1_127


def test_a_listed_company_has_its_place_and_sector(listed):
    company = row(listed, stock_symbol="KAKEL.ST")
    assert company["account_id"] == "domain:kakelmax.se"
    assert company["country"] == "SE"
    assert company["city"] == "Östervåla"
    assert company["postcode"] == "74046"
    assert company["municipality"] == "SE-0331"
    assert company["region"] == "SE-03"
    assert company["sector"] == "Materials"
    assert company["gics_industry"] == "Construction Materials"
    assert company["exchange"] == "Nasdaq Stockholm"
    assert company["market_cap"] == "Nano Cap"
    assert "industry" not in listed.columns


def test_lost_zeros_of_postcodes_come_back(listed):
    assert row(listed, stock_symbol="NOKIA.HE")["postcode"] == "02610"
    assert row(listed, name="Orkla ASA")["municipality"] == "NO-0301"


def test_iceland_and_addresses_abroad_have_no_region(listed):
    without = listed.frame.filter(pl.col("region").is_null())
    assert len(without) == 22
    assert set(without.filter(pl.col("country") != "IS")["city"]) == {"Glyvrar", "San Francisco"}


def test_norway_keeps_every_company_of_the_sample(norway):
    assert len(norway) == 1_151
    assert norway.frame["account_id"].str.contains(r"^NO-\d{9}$").all()


def test_only_active_companies_load_unless_asked(norway):
    # Nine are bankrupt; nine more are being wound up.
    states = dict(norway.frame["status"].value_counts().iter_rows())
    assert states == {"active": 1_133, "bankrupt": 9, "dissolving": 9}
    assert len(sources.load("norway")) == 1_133


def test_a_norwegian_company_is_read_field_by_field(norway):
    company = row(norway, org_number="832175692")
    assert company["account_id"] == "NO-832175692"
    assert company["name"] == "WAYS AS"
    assert company["industry"] == "62.01"
    assert company["employees"] == 5
    assert company["employees_low"] is None
    assert company["legal_form"] == "AS"
    assert company["founded"] == 2023
    assert company["municipality"] == "NO-0301"
    assert company["region"] == "NO-03"
    assert company["city"] == "Oslo"
    assert company["source"] == "Brønnøysundregistrene"
    assert company["as_of"] == date(2024, 1, 1)


def test_a_blank_headcount_is_unknown_and_one_to_four_where_the_register_has_one(norway):
    raw = pl.read_csv(DATA / "companies" / "norway_register_sample.csv", infer_schema=False)
    stated = sum(text != "" for text in raw["antallAnsatte"])
    assert norway.frame["employees"].drop_nulls().len() == stated == 325
    banded = norway.frame.filter(pl.col("employees_low").is_not_null())
    # 614 have a headcount in the register, and 325 of these state it.
    assert len(banded) == 614 - 325
    assert set(banded["employees_low"]) == {1}
    assert set(banded["employees_high"]) == {4}
    assert banded["employees"].null_count() == len(banded)
    assert 0 not in norway.frame["employees"].to_list()


def test_an_unstated_industry_is_unknown(norway):
    assert norway.frame["industry"].null_count() == 85


def test_a_page_on_facebook_is_not_a_domain(norway):
    with_website = norway.frame.filter(pl.col("website").is_not_null())
    assert len(with_website) == 161
    assert with_website.filter(pl.col("domain").is_null())["website"].to_list() == [
        "www.facebook.com/Stoltentann"
    ]


def test_demo_takes_a_number_of_rows():
    universe = sources.load("demo:500", include_inactive=True)
    assert len(universe) == 500
    assert universe.fictional
    assert "500" in universe.label


@pytest.mark.parametrize("source", ["nowhere", "listed:3", "missing.csv", "", "companies.xlsx"])
def test_an_unknown_source_is_refused_with_the_choices(source):
    with pytest.raises(SourceError, match=r"demo, listed, norway, demo:ROWS, .*\.parquet or \.csv"):
        sources.load(source)


def test_accounts_that_stay_in_an_engine_are_not_loaded():
    with pytest.raises(SourceError, match="every account in memory"):
        sources.load("duckdb:///x.db?table=accounts")


@pytest.mark.parametrize("source", ["demo:", "demo:0", "demo:-1", "demo:many", "demo:99999999999"])
def test_a_demo_without_a_sensible_number_is_refused(source):
    with pytest.raises(SourceError, match="demo:25000"):
        sources.load(source)


def test_a_parquet_file_keeps_extra_columns_and_its_fictional_label(tmp_path):
    path = tmp_path / "demo.parquet"
    demo.write(path, 200)
    universe = sources.load(str(path), include_inactive=True)
    assert universe.frame.equals(demo.generate(200).sort("account_id"))
    assert universe.fictional
    assert universe.label == "demo.parquet"


def test_a_csv_file_is_read_in_canonical_types(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        "account_id,name,org_number,employees,revenue,technologies,is_customer,as_of,score,status\n"
        "SE-1,Ett,0012,12,1.5e6,Azure; SAP,yes,2026-03-31,7,active\n"
        "SE-2,Två,,,,,,,,\n"
        "SE-3,Tre,,,,,no,,,bankrupt\n",
        encoding="utf-8",
    )
    universe = sources.load(str(path))
    assert universe.frame.height == 2
    one, two = universe.frame.iter_rows(named=True)
    assert one == {
        "account_id": "SE-1",
        "name": "Ett",
        "org_number": "0012",
        "employees": 12,
        "revenue": 1.5e6,
        "technologies": ["Azure", "SAP"],
        "is_customer": True,
        "as_of": date(2026, 3, 31),
        "score": 7,
        "status": "active",
    }
    assert {key for key, value in two.items() if value is not None} == {"account_id", "name"}
    assert not universe.fictional
    for name, dtype in universe.frame.schema.items():
        if name in BY_NAME:
            assert dtype == BY_NAME[name].dtype


def test_a_csv_file_without_ids_gets_them(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("name,country,domain\nEtt,SE,ett.se\n", encoding="utf-8")
    assert sources.load(str(path)).frame["account_id"].to_list() == ["domain:ett.se"]


@pytest.mark.parametrize(
    "content",
    [
        "account_id,name,employees\nSE-1,Ett,many\n",
        "account_id,name,is_customer\nSE-1,E,maybe\n",
        "",
    ],
)
def test_a_csv_file_that_breaks_its_promises_is_refused(tmp_path, content):
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=r"bad\.csv cannot be read"):
        sources.load(str(path))


def test_a_file_that_is_no_parquet_is_refused(tmp_path):
    path = tmp_path / "bad.parquet"
    path.write_bytes(b"not parquet")
    with pytest.raises(SourceError, match=r"bad\.parquet cannot be read"):
        sources.load(str(path))


def test_a_list_of_inactive_companies_only_says_so(tmp_path):
    path = tmp_path / "gone.csv"
    path.write_text("account_id,name,status\nSE-1,Ett,bankrupt\n", encoding="utf-8")
    with pytest.raises(UniverseError, match="none of them active"):
        sources.load(str(path))
    assert len(sources.load(str(path), include_inactive=True)) == 1


def test_a_file_of_the_same_name_elsewhere_is_another_list(tmp_path, monkeypatch):
    keys = []
    for folder in ("a", "b", "a"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "accounts.csv").write_text("name,country\nA AB,SE\n", encoding="utf-8")
        monkeypatch.chdir(tmp_path / folder)
        keys.append(sources.list_key("accounts.csv"))
    assert keys[0] == keys[2] == sources.list_key("../a/accounts.csv") != keys[1]
    assert [sources.list_key(name) for name in ("demo:2000", "nowhere.csv")] == [
        "demo:2000",
        "nowhere.csv",
    ]
