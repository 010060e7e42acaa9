"""Who the best and the worst customers are."""

from datetime import date

import polars as pl
import pytest

from icp_core.accounts import demo
from icp_core.accounts.universe import Universe
from icp_core.errors import LearningError
from icp_core.learning import Outcomes, Weights, demo_deals, rank_customers

TODAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def universe():
    frame = pl.DataFrame(
        {"account_id": [f"A{i}" for i in range(8)], "name": [f"N{i}" for i in range(8)]}
    )
    return Universe.of(frame, name="eight", label="Eight")


def outcomes(*rows):
    names = (
        "account_id",
        "outcome",
        "amount",
        "closed_on",
        "margin",
        "nps",
        "products",
        "since",
        "until",
    )
    return Outcomes.of(
        pl.DataFrame([dict.fromkeys(names) | row for row in rows], infer_schema_length=None)
    )


def row(customers, account_id):
    return customers.frame.row(by_predicate=pl.col("account_id") == account_id, named=True)


def test_deals_of_one_account_are_added_up(universe):
    deals = outcomes(
        {"account_id": "A1", "outcome": "won", "amount": 100.0, "closed_on": date(2024, 1, 1),
         "margin": 0.2, "products": ["x", "y"], "nps": 9.0},
        {"account_id": "A1", "outcome": "won", "amount": 50.0, "closed_on": date(2025, 1, 1),
         "margin": 0.4, "products": ["y", "z"], "nps": 6.0},
        {"account_id": "A1", "outcome": "lost", "amount": 900.0, "closed_on": date(2025, 6, 1)},
    )  # fmt: skip
    one = row(rank_customers(deals, universe, today=TODAY), "A1")
    assert one["revenue"] == 150
    assert one["margin"] == pytest.approx(0.3)
    assert one["breadth"] == 3
    assert one["satisfaction"] == 6, "the latest answer counts, not the best"
    assert one["lifetime_value"] == pytest.approx(45)
    assert one["tenure"] == pytest.approx(731 / 365.25)
    assert one["outcome"] == "active"
    assert one["closed_on"] == date(2024, 1, 1)


def test_satisfaction_changes_the_ranking_and_both_rankings_are_told(universe):
    deals = outcomes(
        {"account_id": "A1", "outcome": "won", "amount": 300.0, "nps": 2.0},
        {"account_id": "A2", "outcome": "won", "amount": 200.0, "nps": 10.0},
        {"account_id": "A3", "outcome": "won", "amount": 100.0, "nps": 9.0},
    )
    weights = Weights(revenue=4, margin=0, breadth=0, satisfaction=6, tenure=0, lifetime_value=0)
    customers = rank_customers(deals, universe, weights=weights, today=TODAY)
    # Percentile ranks (rank - ½) / 3: revenue 5/6, 3/6, 1/6; satisfaction 1/6, 5/6, 3/6.
    assert customers.frame["account_id"].to_list() == ["A2", "A1", "A3"]
    assert customers.frame["value"].to_list() == pytest.approx([0.7, 13 / 30, 11 / 30])
    assert customers.frame["rank_without_satisfaction"].to_list() == [2, 1, 3]
    assert customers.table()["moved"].to_list() == [1, -1, 0]
    assert customers.table("best").equals(customers.table().filter(pl.col("group") == "best"))


def test_an_unknown_measure_is_left_out_instead_of_counting_as_zero(universe):
    deals = outcomes(
        {"account_id": "A1", "outcome": "won", "amount": 300.0},
        {"account_id": "A2", "outcome": "won", "amount": 100.0, "nps": 10.0},
        {"account_id": "A3", "outcome": "won", "amount": 200.0, "nps": 1.0},
    )
    assert rank_customers(deals, universe, today=TODAY).frame["account_id"][0] == "A1"


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([("won", date(2023, 1, 1)), ("churned", date(2024, 1, 1))], "churned"),
        ([("churned", date(2023, 1, 1)), ("won", date(2024, 1, 1))], "active"),
        ([("churned", None), ("won", None)], "churned"),
        ([("lost", date(2023, 1, 1)), ("won", date(2022, 1, 1))], "active"),
        ([("lost", date(2023, 1, 1))], "lost"),
    ],
)
def test_an_account_stands_where_its_latest_outcome_left_it(universe, rows, state):
    deals = outcomes(
        *({"account_id": "A1", "outcome": o, "closed_on": day, "amount": 1.0} for o, day in rows)
    )
    assert row(rank_customers(deals, universe, today=TODAY), "A1")["outcome"] == state


def test_churned_lost_and_unprofitable_accounts_are_the_worst(universe):
    deals = outcomes(
        {"account_id": "A1", "outcome": "won", "amount": 900.0, "margin": -0.1},
        {"account_id": "A2", "outcome": "churned", "amount": 800.0},
        {"account_id": "A3", "outcome": "lost", "amount": 700.0},
        {"account_id": "A4", "outcome": "won", "amount": 20.0},
        {"account_id": "A5", "outcome": "active", "amount": 10.0},
    )
    groups = dict(
        rank_customers(deals, universe, today=TODAY).frame.select("account_id", "group").iter_rows()
    )
    assert groups == {"A1": "worst", "A2": "worst", "A3": "worst", "A4": "best", "A5": "best"}
    few = rank_customers(deals, universe, best=1, today=TODAY)
    assert dict(few.frame.select("account_id", "group").iter_rows())["A5"] == "rest"
    more = rank_customers(deals, universe, best=1, worst=4, today=TODAY)
    assert len(more.rows("worst")) == 4, "the lowest healthy customer fills up the worst"
    assert "Only 2 customers" in " ".join(
        rank_customers(deals, universe, best=5, today=TODAY).notes
    )


def test_customers_outside_the_universe_are_named_and_left_out(universe):
    customers = rank_customers(Outcomes.of_customers(["A1", "Z9"]), universe, today=TODAY)
    assert customers.outside == ("Z9",)
    assert "1 of 2 customers" in customers.notes[0]
    with pytest.raises(LearningError, match="None of the 1 customers is among these 8 accounts"):
        rank_customers(Outcomes.of_customers(["Z9"]), universe, today=TODAY)


def test_dates_in_the_future_are_set_aside(universe):
    deals = outcomes(
        {"account_id": "A1", "outcome": "won", "closed_on": date(2031, 1, 1), "amount": 5.0},
        {"account_id": "A2", "outcome": "won", "closed_on": date(2025, 1, 1), "amount": 5.0},
    )
    customers = rank_customers(deals, universe, today=TODAY)
    assert row(customers, "A1")["closed_on"] is None
    assert row(customers, "A2")["closed_on"] == date(2025, 1, 1)
    assert "1 rows have a date after 2026-01-01" in customers.notes[0]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"account_id": ["A1"]}), "lacks outcome"),
        (pl.DataFrame({"account_id": ["A1"], "outcome": ["maybe"]}), "'maybe' is not known"),
        (pl.DataFrame({"account_id": [None], "outcome": ["won"]}), "have no account_id"),
        (
            pl.DataFrame({"account_id": ["A1"], "outcome": ["won"], "amount": ["much"]}),
            "does not hold what its name promises",
        ),
        (pl.DataFrame({"account_id": [], "outcome": []}), "is empty"),
    ],
)
def test_a_customer_list_that_cannot_be_used_is_refused(frame, message):
    with pytest.raises(LearningError, match=message):
        Outcomes.of(frame)


def test_counts_and_weights_out_of_range_are_refused(universe):
    with pytest.raises(LearningError, match="best customers is 0"):
        rank_customers(Outcomes.of_customers(["A1"]), universe, best=0)
    with pytest.raises(LearningError, match="weight of margin is 11"):
        Weights(margin=11)


def test_the_demo_has_fictional_deals_with_the_planted_truth():
    accounts = demo.generate(12_000)
    deals = demo_deals(accounts, customers=200, seed=4)
    assert deals.fictional
    assert deals.frame.equals(demo_deals(accounts, customers=200, seed=4).frame)
    assert not deals.frame.equals(demo_deals(accounts, customers=200, seed=5).frame)
    customers = accounts.filter("is_customer")["account_id"].to_list()
    lost = deals.frame.filter(pl.col("outcome") == "lost")
    assert lost.height == 200
    assert not lost["account_id"].is_in(customers).any()
    bought = accounts.filter(
        pl.col("account_id").is_in(
            deals.frame.filter(pl.col("outcome") != "lost")["account_id"].implode()
        )
    )
    assert bought.height == 200
    # Those that the universe does not mark are of the second kind: manufacturers with a modern system.
    second = bought.filter(~pl.col("account_id").is_in(customers))
    assert 30 <= second.height <= 70
    assert second["industry"].str.slice(0, 2).cast(pl.Int64).is_between(10, 33).all()
    assert second["employees"].is_between(60, 600).all()
    systems = ["IFS Cloud", "Microsoft Dynamics 365", "SAP S/4HANA"]
    assert second["technologies"].list.eval(pl.element().is_in(systems)).list.any().all()
    old = pl.col("technologies").list.eval(pl.element().is_in(demo.OLD_ERP)).list.any()
    share = accounts.select(old.alias("old"), "account_id")
    among_lost = share.filter(pl.col("account_id").is_in(lost["account_id"].implode()))[
        "old"
    ].mean()
    assert among_lost > 2 * share["old"].mean()
    assert deals.frame["closed_on"].max() < demo.AS_OF
    with pytest.raises(LearningError, match="no customers"):
        demo_deals(accounts.drop("is_customer"))


def test_invented_deals_stand_still_while_the_calendar_goes_on():
    universe = Universe.of(demo.generate(4_000), name="demo", label="Demo")
    invented = demo_deals(universe.frame)
    first, later = (
        rank_customers(invented, universe, today=day).frame
        for day in (date(2026, 9, 1), date(2031, 1, 1))
    )
    assert first.equals(later)
