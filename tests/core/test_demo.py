"""The fictional universe."""

import polars as pl
import pytest
from stdnum.dk import cvr
from stdnum.fi import ytunnus
from stdnum.no import orgnr as norwegian
from stdnum.se import orgnr as swedish

from icp_core.accounts import demo
from icp_core.accounts.columns import BY_NAME
from icp_core.accounts.universe import Universe
from icp_core.errors import SourceError
from icp_core.reference import geography, industry


@pytest.fixture(scope="module")
def accounts():
    return demo.generate()


def digest(frame):
    return frame.drop("technologies").hash_rows().to_list(), frame["technologies"].to_list()


def test_the_same_seed_and_size_give_the_same_companies():
    assert digest(demo.generate(2_000, seed=7)) == digest(demo.generate(2_000, seed=7))


def test_another_seed_gives_other_companies():
    one, other = demo.generate(2_000, seed=7), demo.generate(2_000, seed=8)
    assert one["name"].to_list() != other["name"].to_list()
    assert one["employees"].to_list() != other["employees"].to_list()


def test_a_small_universe_is_the_beginning_of_a_large_one(accounts):
    longer = demo.generate(demo.BLOCK + 100)
    assert longer.head(demo.BLOCK).equals(accounts)
    assert demo.generate(300).equals(accounts.head(300))


def test_writing_block_by_block_gives_the_same_rows(tmp_path):
    path = tmp_path / "demo.parquet"
    demo.write(path, demo.BLOCK + 500, seed=3)
    assert pl.read_parquet(path).equals(demo.generate(demo.BLOCK + 500, seed=3))


@pytest.mark.parametrize("rows", [0, -1, demo.MAX_ROWS + 1])
def test_a_size_out_of_range_is_refused(rows):
    with pytest.raises(SourceError, match="1 to 10\u202f000\u202f000"):
        demo.generate(rows)


def test_a_file_in_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(SourceError, match="cannot be written"):
        demo.write(tmp_path / "none" / "demo.parquet", 10)


def test_it_is_a_universe_in_canonical_types(accounts):
    universe = Universe.of(accounts, name="demo", label="Demo")
    extras = set(universe.columns) - set(BY_NAME)
    assert extras == {"recruits_abroad", "search_ad_spend"}
    assert all(universe.columns[name].is_criterion for name in extras)


def test_names_domains_and_ids_are_all_different():
    many = demo.generate(4 * demo.BLOCK)
    for column in ("account_id", "name", "org_number"):
        assert many[column].n_unique() == len(many)
    domains = many["domain"].drop_nulls()
    assert domains.n_unique() == len(domains)
    assert domains.str.contains(r"^[a-z]+\.example$").all()


def test_no_national_number_is_a_valid_one(accounts):
    valid = {"SE": swedish, "NO": norwegian, "DK": cvr, "FI": ytunnus}
    for country, number in accounts.select("country", "org_number").head(5_000).iter_rows():
        assert not valid[country].is_valid(number)
    lengths = accounts.group_by("country").agg(pl.col("org_number").str.len_chars().unique())
    assert dict(lengths.iter_rows()) == {"SE": [10], "NO": [9], "DK": [8], "FI": [9]}


def test_places_and_industries_are_real(accounts):
    known = geography.postcode_table().select("country", "postcode", "municipality")
    placed = accounts.select("country", "postcode", "municipality").unique()
    assert placed.join(known, on=placed.columns, how="anti").is_empty()
    assert set(accounts["industry"]) <= set(industry.industries())
    assert set(accounts["industry"].str.len_chars()) == {5}
    assert all(
        geography.region_of(municipality) == region
        for municipality, region in accounts.select("municipality", "region").unique().iter_rows()
    )


@pytest.mark.parametrize(
    ("column", "share"),
    [
        ("employees", 0.15),
        ("revenue", 0.20),
        ("margin", 0.20),
        ("revenue_growth", 0.30),
        ("technologies", 0.40),
        ("domain", 1 / 3),
    ],
)
def test_gaps_are_as_wide_as_promised(accounts, column, share):
    # Four standard errors of a share of 25,000 are at most 0.013.
    assert accounts[column].null_count() / len(accounts) == pytest.approx(share, abs=0.013)


def test_margin_is_unknown_exactly_where_revenue_is(accounts):
    unknown = pl.col("revenue").is_null()
    assert accounts.filter(unknown != pl.col("margin").is_null()).is_empty()
    assert accounts.filter(unknown & pl.col("revenue_growth").is_not_null()).is_empty()
    known = accounts.drop_nulls("revenue")
    assert (known["operating_profit"] / known["revenue"] - known["margin"]).abs().max() <= 5.1e-5


def test_headcount_has_a_heavy_tail(accounts):
    heads = accounts["employees"].drop_nulls().sort(descending=True)
    assert heads.min() >= 1
    assert 5 <= heads.median() <= 25
    fifth = heads.head(len(heads) // 5).sum() / heads.sum()
    assert 0.6 <= fifth <= 0.9


def test_about_three_in_a_hundred_are_customers(accounts):
    assert accounts["is_customer"].mean() == pytest.approx(0.03, abs=0.005)


def test_the_planted_profile_is_in_the_customers():
    many = demo.generate(8 * demo.BLOCK)
    low, high = demo.PLANTED.employees
    inside = (
        pl.col("industry").str.starts_with("62")
        & pl.col("employees").is_between(low, high)
        & (pl.col("revenue_growth") > demo.PLANTED.growth_above)
        & (pl.col("technologies").list.set_intersection(list(demo.CLOUD)).list.len() > 0)
    )
    outside = (
        ~pl.col("industry").str.slice(0, 2).is_in(["58", "62", "63"])
        & ((pl.col("employees") < low) | (pl.col("employees") > high))
        & (pl.col("revenue_growth") <= demo.PLANTED.growth_above)
        & (pl.col("technologies").list.set_intersection(list(demo.CLOUD)).list.len() == 0)
    )
    # The log-odds of the constants: -4.85 + 1.4 + 0.9 + 0.8 + 0.6 = -1.15 inside, -4.85 outside.
    assert many.filter(inside)["is_customer"].mean() == pytest.approx(0.2405, abs=0.04)
    assert many.filter(outside)["is_customer"].mean() == pytest.approx(0.0078, abs=0.003)


def test_a_few_are_inactive_and_a_few_opted_out(accounts):
    assert 0.98 < (accounts["status"] == "active").mean() < 0.995
    opted = dict(accounts.group_by("country").agg(pl.col("marketing_opt_out").mean()).iter_rows())
    assert opted["NO"] == opted["FI"] == 0
    assert opted["DK"] > opted["SE"] > 0.02
