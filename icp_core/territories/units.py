"""From matching accounts to units, which are given to reps as a whole.

A unit is a municipality; where that takes too much of a rep, runs of its postcodes; and what keeps its
rep by itself: customers, named accounts and locks.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from icp_core.analysis.team import Team
from icp_core.evaluation.expressions import most_potential
from icp_core.evaluation.in_memory import Evaluation
from icp_core.reference import geography
from icp_core.reference.arrays import Array, Flags, Floats, Ints
from icp_core.territories.generalised import FREE
from icp_core.territories.matched import NOBODY, Matched
from icp_core.territories.wishes import Locks, Policy, Wishes

LARGEST_PIECE: Final = 0.03
"""Share of the smallest rep's hours above which a municipality is divided by postcodes."""

MOST_SINGLES: Final = 3_000
"""Accounts that may move by themselves; of more, those of one place and one rep move together."""

LIKELY: Final = (0.1, 0.5, 0.9)
"""Quantiles of the known potentials of a tier that an unknown one is taken to lie between, and about."""


def accounts_of(matched: Matched, wishes: Wishes) -> pl.DataFrame:
    """The matches as a plan needs them, one row each.

    Returns
    -------
    polars.DataFrame
        account_id, name, country, region, municipality, postcode, latitude, longitude, tier (its name,
        null where none), owner (place in the team, -1 for nobody of it), hours and visits in the time
        box, potential_low, potential, potential_high (the middle one is what balances), is_known,
        is_customer, deals.
    """
    evaluation = matched.evaluation
    tiers = evaluation.profile.tiers.names
    frame = evaluation.universe.frame
    wanted = ("account_id", "name", "country", "region", "municipality", "postcode")
    texts = [
        pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.String).alias(name)
        for name in wanted
    ]
    numbers = [
        pl.col(name).cast(pl.Float64)
        if name in frame.columns
        else pl.lit(None, dtype=pl.Float64).alias(name)
        for name in ("latitude", "longitude")
    ]
    deals = [
        pl.col("open_deals").cast(pl.Float64, strict=False).fill_null(0).alias("deals")
        if "open_deals" in frame.columns and not isinstance(frame.schema["open_deals"], pl.List)
        else pl.lit(0.0).alias("deals")
    ]
    rows = frame.lazy().select(*texts, *numbers, *deals).collect()[matched.rows]
    tier = evaluation.tier
    names = pl.Series([*tiers, None, None], dtype=pl.String)
    low, middle, high, known = _potential(evaluation, tier)
    return rows.with_columns(
        tier=names.gather(tier),
        owner=pl.Series(np.maximum(matched.owner, NOBODY)),
        hours=pl.Series(matched.work),
        visits=pl.Series(matched.visits(wishes.journeys)),
        potential_low=pl.Series(low),
        potential=pl.Series(middle),
        potential_high=pl.Series(high),
        is_known=pl.Series(known),
        is_customer=pl.Series(np.asarray(evaluation.matches.customers, dtype=bool)),
    )


def _potential(evaluation: Evaluation, tier: Ints) -> tuple[Floats, Floats, Floats, Flags]:
    """The least, likely and most potential of each match, and whether it is known."""
    profile = evaluation.profile
    amount = evaluation.potential.amount.astype(np.float64)
    low, high = (np.array(end, dtype=np.float64) for end in evaluation.matches.value_ends(profile))
    limit = most_potential(profile, columns=evaluation.universe.columns)
    known = ~np.isnan(amount)
    least, middle, most = amount.copy(), amount.copy(), amount.copy()
    for place in np.unique(tier[~known]):
        here = ~known & (tier == place)
        like = amount[known & (tier == place)]
        like = like if len(like) else amount[known]
        ends = np.quantile(like, LIKELY) if len(like) else (0.0, 0.0, limit or 0.0)
        least[here], middle[here], most[here] = ends
    unknown = ~known
    # A band of headcount tells more than the others of the tier do.
    least = np.where(unknown & ~np.isnan(low), low, least)
    most = np.where(unknown & ~np.isnan(high), high, most)
    most = np.maximum(least, most)
    middle = np.clip(middle, least, most)
    return least, middle, most, known


@dataclass(frozen=True, eq=False)
class Units:
    """What is given to reps as a whole.

    Attributes
    ----------
    place
        Code of the municipality of each, "" where unknown.
    label
        For people: the municipality's name, with its postcodes or the account where it is one.
    latitude, longitude
        Degrees; NaN where unknown.
    country
        Code, "" where unknown.
    fixed
        Place in the team of who keeps it, or `FREE`.
    single
        Whether it is what moves by itself, and no area.
    accounts, hours, visits, potential
        Sums over its accounts.
    """

    place: Array
    label: Array
    latitude: Floats
    longitude: Floats
    country: Array
    fixed: Ints
    single: Flags
    accounts: Ints
    hours: Floats
    visits: Floats
    potential: Floats

    def __len__(self) -> int:
        return len(self.fixed)


def units_of(
    accounts: pl.DataFrame,
    team: Team,
    *,
    shares: Floats,
    idle: Flags,
    wishes: Wishes,
    locks: Locks,
) -> tuple[pl.DataFrame, Units]:
    """The units that accounts make.

    Parameters
    ----------
    accounts
        As `accounts_of` gives them.
    team
        The reps.
    shares
        What part of everything each is to have.
    idle
        Reps who are given nothing and keep only what is locked.
    wishes, locks
        What is asked for, and what is decided.

    Returns
    -------
    tuple[polars.DataFrame, Units]
        The accounts with `place` (as `Units.place`, or where they lie), `has_relation`, `fixed` (place
        in the team of who keeps them, or `FREE`) and `unit`, and the units.
    """
    table = geography.municipality_table().select(
        "municipality", at_north="latitude", at_east="longitude", called="name"
    )
    named = list(wishes.named)
    rows = (
        accounts.with_columns(order=pl.int_range(pl.len()))
        .join(table, on="municipality", how="left", maintain_order="left")
        .with_columns(
            north=pl.coalesce("at_north", "latitude"),
            east=pl.coalesce("at_east", "longitude"),
        )
        .with_columns(
            place=pl.when(pl.col("at_north").is_not_null())
            .then(pl.col("municipality"))
            .when(pl.col("north").is_not_null() & pl.col("east").is_not_null())
            .then(pl.format("@{},{}", pl.col("north").round(1), pl.col("east").round(1)))
            .otherwise(pl.lit(""))
        )
        .with_columns(
            has_relation=pl.col("is_customer")
            | (pl.col("deals") > 0)
            | pl.col("account_id").is_in(named),
        )
    )
    rows = rows.with_columns(fixed=pl.Series(_decided(rows, team, idle, wishes, locks)))
    rows = rows.with_columns(single=pl.Series(_alone(rows, team, wishes)), piece=pl.lit(0))
    rows = _divided(rows, shares)
    keys = ["place", "country", "fixed", "single", "piece"]
    rows = rows.with_columns(pl.col("country").fill_null(""))
    grouped = (
        rows.group_by(keys)
        .agg(
            pl.col("hours", "visits", "potential").sum(),
            pl.len().alias("size"),
            pl.col("north", "east", "called").first(),
            pl.col("latitude", "longitude").mean(),
            first=pl.col("postcode").min(),
            last=pl.col("postcode").max(),
            one=pl.col("name").first(),
        )
        .sort(keys, nulls_last=True)
        .with_row_index("unit")
    )
    rows = rows.join(grouped.select(*keys, "unit"), on=keys, how="left", nulls_equal=True)
    rows = rows.sort("order")
    label = grouped.select(
        pl.when(pl.col("single") >= 0)
        .then(pl.col("one"))
        .when(pl.col("place") == "")
        .then(pl.lit("without a place"))
        .when((pl.col("piece") > 0) & (pl.col("first") != pl.col("last")))
        .then(pl.format("{} {}–{}", pl.col("called"), pl.col("first"), pl.col("last")))
        .when((pl.col("piece") > 0) & pl.col("first").is_not_null())
        .then(pl.format("{} {}", pl.col("called"), pl.col("first")))
        .otherwise(pl.coalesce("called", "place"))
    ).to_series()
    units = Units(
        place=grouped["place"].to_numpy(),
        label=label.to_numpy(),
        latitude=_degrees(grouped, "latitude", "north"),
        longitude=_degrees(grouped, "longitude", "east"),
        country=grouped["country"].to_numpy(),
        fixed=grouped["fixed"].to_numpy().astype(np.int64),
        single=(grouped["single"] >= 0).to_numpy(),
        accounts=grouped["size"].to_numpy().astype(np.int64),
        hours=grouped["hours"].to_numpy(),
        visits=grouped["visits"].to_numpy(),
        potential=grouped["potential"].to_numpy(),
    )
    return rows.select(*accounts.columns, "place", "has_relation", "fixed", "unit"), units


def _decided(rows: pl.DataFrame, team: Team, idle: Flags, wishes: Wishes, locks: Locks) -> Ints:
    """The rep that each account stays with or goes to, or `FREE`."""
    place = {name: at for at, name in enumerate(team.names)}
    owner = rows["owner"].to_numpy()
    fixed = np.full(rows.height, FREE, dtype=np.int64)
    for level in ("country", "region", "municipality"):
        codes = {code: place[rep] for code, rep in locks.areas.items()}
        found = rows[level].replace_strict(
            list(codes), list(codes.values()), default=FREE, return_dtype=pl.Int64
        )
        here = found.fill_null(FREE).to_numpy()
        fixed = np.where(here >= 0, here, fixed)
    kept = np.zeros(rows.height, dtype=bool)
    if wishes.policy is Policy.RELATIONS:
        kept |= rows["has_relation"].fill_null(False).to_numpy()
    # Nobody is near to an account without a place: it stays with whom it has.
    kept |= (rows["place"] == "").to_numpy()
    # Who has no hours has none for customers either; only what somebody locked stays there.
    kept &= ~idle[np.maximum(owner, 0)]
    kept |= np.isin(owner, [place[name] for name in locks.reps])
    fixed = np.where(kept & (owner >= 0) & (fixed < 0), owner, fixed)
    if locks.accounts:
        reps = [place[name] for name in locks.accounts.values()]
        told = rows["account_id"].replace_strict(
            list(locks.accounts), reps, default=FREE, return_dtype=pl.Int64
        )
        told_array = told.fill_null(FREE).to_numpy()
        fixed = np.where(told_array >= 0, told_array, fixed)
    return fixed


def _alone(rows: pl.DataFrame, team: Team, wishes: Wishes) -> Ints:
    """A number for accounts that move by themselves, -1 for the others."""
    alone = np.full(rows.height, -1, dtype=np.int64)
    if wishes.policy is not Policy.ACCOUNT:
        return alone
    owner = rows["owner"].to_numpy()
    free = (rows["fixed"] < 0).to_numpy() & (owner >= 0)
    free &= rows["has_relation"].fill_null(False).to_numpy()
    if free.sum() <= MOST_SINGLES:
        alone[free] = len(team) + np.arange(int(free.sum()))
    else:
        alone[free] = owner[free]
    return alone


def _divided(rows: pl.DataFrame, shares: Floats) -> pl.DataFrame:
    """Places that take too much of a rep in runs of postcodes, each small enough."""
    positive = shares[shares > 0]
    limit = LARGEST_PIECE * float(positive.min()) * float(rows["hours"].sum())
    if limit <= 0:
        return rows
    free = (pl.col("fixed") < 0) & (pl.col("single") < 0)
    heavy = (
        rows.filter(free)
        .group_by("place", "country")
        .agg(pl.col("hours").sum())
        .filter(pl.col("hours") > limit)
    )
    if heavy.is_empty():
        return rows
    inside = rows.filter(free).join(
        heavy.select("place", "country"), on=["place", "country"], how="semi", nulls_equal=True
    )
    codes = (
        inside.group_by("place", "country", "postcode")
        .agg(pl.col("hours").sum().alias("of_code"))
        .sort("place", "country", "postcode", nulls_last=True)
        .with_columns(
            before=pl.col("of_code").cum_sum().over("place", "country") - pl.col("of_code")
        )
    )
    inside = (
        inside.sort("order")
        .join(codes, on=["place", "country", "postcode"], how="left", nulls_equal=True)
        .with_columns(
            within=pl.col("hours").cum_sum().over("place", "country", "postcode") - pl.col("hours")
        )
        .with_columns(
            start=pl.col("before")
            + pl.when(pl.col("of_code") > limit).then(pl.col("within")).otherwise(0.0)
        )
        .select("order", run=1 + (pl.col("start") / limit).floor().cast(pl.Int64))
    )
    return (
        rows.join(inside, on="order", how="left", maintain_order="left")
        .with_columns(piece=pl.coalesce("run", "piece"))
        .drop("run")
    )


def _degrees(grouped: pl.DataFrame, of_accounts: str, of_place: str) -> Floats:
    """Where units lie: pieces of a municipality in the middle of their accounts, others as it does."""
    in_pieces = pl.when(pl.col("piece") > 0).then(pl.col(of_accounts))
    found = grouped.select(pl.coalesce(in_pieces, of_place).cast(pl.Float64)).to_series()
    return found.fill_null(float("nan")).to_numpy()
