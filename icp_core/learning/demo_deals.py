"""Fictional deals and customers of the fictional universe, with a planted truth.

Won accounts are of two kinds, which is what segments should find: those that the universe itself calls
customers (`demo.PLANTED`), and, as a younger line of business that the universe does not mark, mid-size
manufacturers with a modern business system. Lost ones were tried among the others, rather where an old
business system stands (`demo.OLD_ERP`), which is what a drawback should find. Customers with such a
system also leave more often and earn less.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from icp_core.accounts import demo
from icp_core.errors import LearningError
from icp_core.learning.customers import Outcome, Outcomes

PRODUCTS: Final = ("Analytics", "Integration", "Platform", "Support")
FIRST_DAY: Final = date(2022, 1, 10)
LAST_DAY: Final = date(2026, 8, 28)


@dataclass(frozen=True)
class PlantedDeals:
    """What decides the fictional deals.

    Attributes
    ----------
    lost_odds
        How many times as likely an account with an old business system is to be among the lost.
    churn, churn_old
        Share of customers that left, without and with such a system.
    second
        Share of the customers that are manufacturers, as far as there are so many.
    divisions, employees, systems
        What these manufacturers are: divisions of NACE, headcount, and business systems.
    """

    lost_odds: float = 8.0
    churn: float = 0.08
    churn_old: float = 0.4
    second: float = 0.35
    divisions: tuple[str, ...] = tuple(str(division) for division in range(10, 34))
    employees: tuple[int, int] = (60, 600)
    systems: tuple[str, ...] = ("IFS Cloud", "Microsoft Dynamics 365", "SAP S/4HANA")


PLANTED: Final = PlantedDeals()


def deals(accounts: pl.DataFrame, *, customers: int = 300, seed: int = demo.SEED) -> Outcomes:
    """Make fictional deals: as many lost ones as customers.

    Parameters
    ----------
    accounts
        Of the fictional universe (`demo.generate`).
    customers
        How many at most.
    seed
        The same seed gives the same deals.

    Raises
    ------
    LearningError
        If the accounts have no customers among them.
    """
    rng = np.random.default_rng([seed, 5])
    if "is_customer" not in accounts.columns or not accounts["is_customer"].any():
        raise LearningError("These accounts have no customers to make deals for; use the demo.")
    accounts = accounts.sort("account_id").with_columns(
        _old=pl.col("technologies")
        .list.eval(pl.element().is_in(demo.OLD_ERP))
        .list.any()
        .fill_null(False)
    )
    makers = accounts.filter(~pl.col("is_customer") & _is_second_kind())
    makers = _some(makers, int(PLANTED.second * customers), rng)
    bought = _some(accounts.filter(pl.col("is_customer")), customers - makers.height, rng)
    bought = pl.concat([bought, makers]).sort("account_id")
    others = accounts.filter(~pl.col("is_customer")).join(makers, on="account_id", how="anti")
    odds = np.where(others["_old"].to_numpy(), PLANTED.lost_odds, 1.0)
    count = min(bought.height, others.height)
    tried = others[np.sort(rng.choice(others.height, count, replace=False, p=odds / odds.sum()))]
    frame = pl.concat([_bought(bought, rng), _lost(tried, rng)], how="diagonal")
    # Else invented customers would grow older with the calendar, and the demo tell another story.
    return Outcomes.of(frame, fictional=True, told_on=LAST_DAY)


def _is_second_kind() -> pl.Expr:
    has_system = pl.col("technologies").list.eval(pl.element().is_in(PLANTED.systems)).list.any()
    return (
        pl.col("industry").str.slice(0, 2).is_in(PLANTED.divisions)
        & pl.col("employees").is_between(*PLANTED.employees)
        & has_system
    ).fill_null(False)


def _some(accounts: pl.DataFrame, most: int, rng: np.random.Generator) -> pl.DataFrame:
    """So many of the accounts at most, drawn at random."""
    return accounts[np.sort(rng.choice(accounts.height, min(most, accounts.height), replace=False))]


def _bought(accounts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    n = accounts.height
    old = accounts["_old"].to_numpy()
    left = rng.random(n) < np.where(old, PLANTED.churn_old, PLANTED.churn)
    closed = _days(rng, n, 0, (LAST_DAY - FIRST_DAY).days)
    size = accounts["employees"].fill_null(20).to_numpy()
    amount = np.rint(np.exp(rng.normal(8.6, 0.5, n)) * size**0.6 / 100) * 100
    margin = np.clip(rng.normal(0.34, 0.1, n) - 0.3 * old - 0.12 * left, -0.4, 0.7).round(3)
    nps = np.clip(np.rint(rng.normal(8.2, 1.3, n) - 2.0 * left - 1.0 * old), 0, 10)
    answered = rng.random(n) < 0.7
    until = closed + np.rint(
        rng.uniform(0.2, 0.9, n) * (np.datetime64(LAST_DAY) - closed).astype(np.int64)
    ).astype("timedelta64[D]")
    bought = rng.random((n, len(PRODUCTS))) < 0.3 + 0.1 * np.log10(size)[:, None]
    bought[np.arange(n), rng.integers(0, len(PRODUCTS), n)] = True
    return pl.DataFrame(
        {
            "account_id": accounts["account_id"],
            "outcome": np.where(left, Outcome.CHURNED.value, Outcome.WON.value),
            "amount": amount,
            "closed_on": closed,
            "margin": margin,
            "nps": pl.select(pl.when(pl.Series(answered)).then(pl.Series(nps))).to_series(),
            "products": [
                [name for name, has in zip(PRODUCTS, row, strict=True) if has] for row in bought
            ],
            "since": closed,
            "until": pl.select(pl.when(pl.Series(left)).then(pl.Series(until))).to_series(),
        }
    )


def _lost(accounts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    n = accounts.height
    return pl.DataFrame(
        {
            "account_id": accounts["account_id"],
            "outcome": [Outcome.LOST.value] * n,
            "amount": np.rint(np.exp(rng.normal(10.5, 0.8, n)) / 100) * 100,
            "closed_on": _days(rng, n, 0, (LAST_DAY - FIRST_DAY).days),
        }
    )


def _days(
    rng: np.random.Generator, n: int, first: int, last: int
) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.datetime64(FIRST_DAY) + rng.integers(first, last + 1, n).astype("timedelta64[D]")
