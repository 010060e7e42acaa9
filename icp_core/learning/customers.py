"""Who the best and the worst customers are.

Deals and customer facts come in as `Outcomes`; `rank_customers` adds them up per account, ranks the
customers by measures that the user weighs, and marks the best, the worst and the rest.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal

import polars as pl

from icp_core.accounts.universe import Universe
from icp_core.errors import LearningError
from icp_core.reference.arrays import Rows
from icp_core.reference.numbers import number

Group = Literal["best", "worst", "rest"]


class Outcome(StrEnum):
    """How a deal ended, or how a customer stands."""

    WON = "won"
    ACTIVE = "active"
    LOST = "lost"
    CHURNED = "churned"


_BOUGHT: Final = (Outcome.WON, Outcome.ACTIVE, Outcome.CHURNED)

_TYPES: Final[dict[str, pl.DataType]] = {
    "account_id": pl.String(),
    "outcome": pl.String(),
    "amount": pl.Float64(),
    "closed_on": pl.Date(),
    "margin": pl.Float64(),
    "nps": pl.Float64(),
    "products": pl.List(pl.String()),
    "since": pl.Date(),
    "until": pl.Date(),
}


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Deals and customers of one company, any number of rows per account.

    Attributes
    ----------
    frame
        `account_id` and `outcome` (won, active, lost or churned); `amount` (one currency throughout),
        `closed_on`, `margin` (fraction), `nps`, `products` (list of names), `since` and `until`, null
        where unknown.
    fictional
        Whether the deals are invented.
    told_on
        The day on which they stood like this; None for today.
    """

    frame: pl.DataFrame
    fictional: bool = False
    told_on: date | None = None

    @classmethod
    def of(
        cls, frame: pl.DataFrame, *, fictional: bool = False, told_on: date | None = None
    ) -> "Outcomes":
        """Outcomes in canonical types; columns that are not named above are left out.

        Parameters
        ----------
        frame
            At least `account_id` and `outcome`.
        fictional
            Whether the deals are invented.
        told_on
            The day on which the deals stood like this; None for today.

        Raises
        ------
        LearningError
            If there are no rows, a required column is missing, a value cannot be read as its
            column's type, or an outcome is none of the four.
        """
        missing = [name for name in ("account_id", "outcome") if name not in frame.columns]
        if missing:
            raise LearningError(
                f"The customer list lacks {' and '.join(missing)}; "
                "each row needs an account_id and an outcome (won, active, lost or churned)."
            )
        if frame.is_empty():
            raise LearningError("The customer list is empty. Name at least one customer.")
        try:
            frame = frame.select(
                _products(frame.schema[name]).alias(name)
                if name == "products" and name in frame.columns
                else (pl.col(name) if name in frame.columns else pl.lit(None))
                .cast(dtype)
                .alias(name)
                for name, dtype in _TYPES.items()
            ).with_columns(pl.col("amount", "margin", "nps").fill_nan(None))
        except pl.exceptions.PolarsError as error:
            raise LearningError(
                f"A column of the customer list does not hold what its name promises: {error}"
            ) from error
        if frame["account_id"].null_count():
            raise LearningError(
                f"{number(frame['account_id'].null_count())} rows of the customer list have "
                "no account_id; "
                "match them to accounts or leave them out."
            )
        wrong = frame.filter(~pl.col("outcome").is_in(list(Outcome)).fill_null(False))["outcome"]
        if len(wrong):
            raise LearningError(
                f"The outcome {wrong[0]!r} is not known; write won, active, lost or churned."
            )
        return cls(frame, fictional, told_on)

    @classmethod
    def of_customers(cls, account_ids: Iterable[str]) -> "Outcomes":
        """Customers picked by hand, or a competitor's reference customers: nothing but who they are.

        Raises
        ------
        LearningError
            If none is named.
        """
        ids = list(dict.fromkeys(account_ids))
        return cls.of(
            pl.DataFrame(
                {"account_id": ids, "outcome": [Outcome.ACTIVE.value] * len(ids)},
                schema_overrides={"account_id": pl.String},
            )
        )

    def __len__(self) -> int:
        return self.frame.height


def _products(dtype: pl.DataType) -> pl.Expr:
    column = pl.col("products")
    if isinstance(dtype, pl.List):
        return column.cast(pl.List(pl.String))
    return pl.when(column.is_not_null()).then(pl.concat_list(column.cast(pl.String)))


@dataclass(frozen=True)
class Weights:
    """What makes a customer a good one, 0 (ignored) to 10.

    `revenue` sums the amounts; `margin` is their mean; `breadth` counts different products;
    `satisfaction` is the latest NPS answer; `tenure` is years as a customer; `lifetime_value` is
    revenue times margin, what the customer has contributed so far.
    """

    revenue: int = 5
    margin: int = 3
    breadth: int = 2
    satisfaction: int = 3
    tenure: int = 2
    lifetime_value: int = 5

    def __post_init__(self) -> None:
        for name, weight in asdict(self).items():
            if not 0 <= weight <= 10:
                raise LearningError(f"The weight of {name} is {weight}; use 0 to 10.")


MEASURES: Final = tuple(asdict(Weights()))


@dataclass(frozen=True, eq=False)
class RankedCustomers:
    """Every account with an outcome, ranked.

    Attributes
    ----------
    frame
        One row per account in the universe, best first, those that lost a deal last: `account_id`,
        `name`, `row` (in the universe), `outcome`, the measures (`MEASURES`), `closed_on` (the first
        deal won, else the last one lost), `value` (0…1, the weighted mean of the percentile ranks of
        the measures that are known), `rank`, `rank_without_satisfaction`, and `group`: best, worst
        or rest.
    outside
        Accounts with an outcome that the universe does not have.
    notes
        What had to be set aside, one sentence each.
    """

    frame: pl.DataFrame
    outside: tuple[str, ...]
    notes: tuple[str, ...]

    def rows(self, group: Group) -> Rows:
        """Rows in the universe of one group, in rank order."""
        return self.frame.filter(pl.col("group") == group)["row"].to_numpy()

    def table(self, group: Group | None = None) -> pl.DataFrame:
        """One group, or all, with `moved`: how many places satisfaction moved each up."""
        rows = self.frame if group is None else self.frame.filter(pl.col("group") == group)
        moved = pl.col("rank_without_satisfaction") - pl.col("rank")
        return rows.with_columns(moved=moved)

    @property
    def customer_rows(self) -> Rows:
        """Rows in the universe of all that ever bought."""
        return self.frame.filter(pl.col("outcome") != Outcome.LOST)["row"].to_numpy()


def rank_customers(
    outcomes: Outcomes,
    universe: Universe,
    *,
    weights: Weights | None = None,
    best: int | None = None,
    worst: int | None = None,
    today: date | None = None,
) -> RankedCustomers:
    """Rank the accounts of a customer list.

    Parameters
    ----------
    outcomes
        Deals and customers.
    universe
        The accounts they are looked up in.
    weights
        Of the measures; unknown measures of a customer are left out of its mean.
    best
        How many customers are the best; all healthy ones unless given.
    worst
        How many are the worst; all that churned, were lost or lose money unless given.
    today
        Later dates are set aside as typing errors; the current day unless given. Outcomes that were
        told on a day stand still on it.

    Raises
    ------
    LearningError
        If none of the accounts is in the universe, or a count is below 1.
    """
    weights = weights or Weights()
    today = outcomes.told_on or today or date.today()
    for name, count in (("best", best), ("worst", worst)):
        if count is not None and count < 1:
            raise LearningError(f"The number of {name} customers is {count}; use 1 or more.")
    places = universe.frame.select("account_id", "name").with_row_index("row")
    ids = outcomes.frame["account_id"].unique(maintain_order=True)
    outside = tuple(ids.filter(~ids.is_in(places["account_id"].implode())))
    if len(outside) == len(ids):
        raise LearningError(
            f"None of the {number(len(ids))} customers is among these {number(len(universe))} accounts. "
            "Load the list that they belong to, or match them by national number or domain first."
        )
    notes = []
    if outside:
        notes.append(
            f"{number(len(outside))} of {number(len(ids))} customers are not among these "
            "accounts and are left out."
        )
    deals = outcomes.frame
    future = [(pl.col(name) > today).fill_null(False) for name in ("closed_on", "since", "until")]
    late = deals.filter(pl.any_horizontal(future)).height
    if late:
        notes.append(
            f"{number(late)} rows have a date after {today}; those dates count as unknown."
        )
        deals = deals.with_columns(
            pl.when(pl.col(name) <= today).then(pl.col(name)).alias(name)
            for name in ("closed_on", "since", "until")
        )
    frame = _per_account(deals, today).join(places, on="account_id")
    frame = _ranked(frame, weights)
    frame = _grouped(frame, best, worst, notes)
    order = ["account_id", "name", "row", "outcome", *MEASURES, "closed_on", "value", "rank"]
    return RankedCustomers(
        frame.select(*order, "rank_without_satisfaction", "group").with_columns(
            pl.col("row").cast(pl.Int64)
        ),
        outside,
        tuple(notes),
    )


def _per_account(deals: pl.DataFrame, today: date) -> pl.DataFrame:
    """One row per account: its state now, and its measures."""
    bought = pl.col("outcome").is_in([o.value for o in _BOUGHT])
    won = bought & (pl.col("outcome") != Outcome.CHURNED)
    # A customer that came back after leaving is a customer; without dates, leaving is the later one.
    order = pl.col("closed_on").fill_null(pl.col("since")).fill_null(date.min)
    left = (pl.col("outcome") == Outcome.CHURNED) | pl.col("until").is_not_null()
    left_on = pl.coalesce("until", "closed_on").fill_null(date.max).filter(left).max()
    back_on = order.filter(won & pl.col("until").is_null()).max()
    start = pl.min_horizontal(pl.col("since").min(), pl.col("closed_on").filter(bought).min())
    end = pl.when(left.any()).then(pl.col("until").max()).otherwise(pl.lit(today))
    return (
        deals.group_by("account_id")
        .agg(
            pl.when(~bought.any())
            .then(pl.lit(Outcome.LOST.value))
            .when(left.any() & (back_on.is_null() | (left_on >= back_on)))
            .then(pl.lit(Outcome.CHURNED.value))
            .otherwise(pl.lit(Outcome.ACTIVE.value))
            .alias("outcome"),
            pl.when(pl.col("amount").filter(bought).count() > 0)
            .then(pl.col("amount").filter(bought).sum())
            .alias("revenue"),
            pl.col("margin").filter(bought).mean(),
            pl.col("products").explode().drop_nulls().n_unique().cast(pl.Float64).alias("breadth"),
            pl.col("nps").sort_by(order).drop_nulls().last().alias("satisfaction"),
            ((end - start).dt.total_days() / 365.25).alias("tenure"),
            pl.when(bought.any())
            .then(start)
            .otherwise(pl.col("closed_on").max())
            .alias("closed_on"),
        )
        .with_columns(
            lifetime_value=pl.col("revenue") * pl.col("margin"),
            breadth=pl.when(pl.col("breadth") > 0).then(pl.col("breadth")),
        )
    )


def _ranked(frame: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    customer = pl.col("outcome") != Outcome.LOST

    def mean_rank(chosen: dict[str, int]) -> pl.Expr:
        total, known = pl.lit(0.0), pl.lit(0.0)
        for name, weight in chosen.items():
            measure = pl.when(customer).then(pl.col(name))
            share = (measure.rank("average") - 0.5) / measure.count()
            total = total + weight * share.fill_null(0.0)
            known = known + weight * measure.is_not_null().cast(pl.Float64)
        return pl.when(customer & (known > 0)).then(total / known)

    chosen: dict[str, int] = asdict(weights)
    frame = frame.with_columns(
        value=mean_rank(chosen), _without=mean_rank(chosen | {"satisfaction": 0})
    )
    frame = frame.sort(
        customer, "value", "account_id", descending=[True, True, False], nulls_last=True
    )

    def rank(name: str) -> pl.Expr:
        return pl.when(customer).then(pl.col(name).rank("ordinal", descending=True))

    return frame.with_columns(
        rank=rank("value").cast(pl.Int64), rank_without_satisfaction=rank("_without").cast(pl.Int64)
    )


def _grouped(
    frame: pl.DataFrame, best: int | None, worst: int | None, notes: list[str]
) -> pl.DataFrame:
    unhappy = pl.col("outcome").is_in([Outcome.LOST.value, Outcome.CHURNED.value]) | (
        pl.col("margin") < 0
    ).fill_null(False)
    healthy = frame.filter(~unhappy)
    if best is not None and best > healthy.height:
        notes.append(
            f"Only {number(healthy.height)} customers stayed and earn money, so "
            f"{number(best)} cannot be the best."
        )
    good = healthy["account_id"].head(len(healthy) if best is None else best)
    bad = frame.filter(unhappy)["account_id"]
    if worst is not None:
        # What is short of churned and lost accounts comes from the other end of the ranking.
        low = healthy.filter(pl.col("value").is_not_null())["account_id"].reverse()
        low = low.filter(~low.is_in(good.implode()))
        bad = pl.concat([bad.reverse(), low]).head(worst)
    return frame.with_columns(
        group=pl.when(pl.col("account_id").is_in(good.implode()))
        .then(pl.lit("best"))
        .when(pl.col("account_id").is_in(bad.implode()))
        .then(pl.lit("worst"))
        .otherwise(pl.lit("rest"))
    )
