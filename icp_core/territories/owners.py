"""Whose areas are, and the owners of accounts whom the team does not have."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Rep, Team, key_of
from icp_core.evaluation.in_memory import Evaluation
from icp_core.reference import geography
from icp_core.reference.geography import Level
from icp_core.territories.matched import NOBODY, OUTSIDE, Matched


def owners_by_area(
    evaluation: Evaluation, plan: TeamPlan, level: Level, countries: Sequence[str] = ()
) -> pl.DataFrame:
    """Whose each region or municipality is.

    Parameters
    ----------
    evaluation, plan
        As for `coverage`.
    level
        Regions or municipalities.
    countries
        Only accounts in these; none means all.

    Returns
    -------
    polars.DataFrame
        Of each area with matches: `code`, `matches`, `covered` (a rep of the team owns them),
        `nobody`, `outside`, `best_nobody` (of the best tier), `nobody_potential` (at least), `owner`
        (the rep with the most matches there, the first by name of two; null where nobody covers any),
        `share` of the matches that are that rep's, and `reps`, how many have some.
    """
    seen = Matched(evaluation, plan)
    codes, values = evaluation.codes(level)
    low, _high = seen.ends
    frame = pl.DataFrame(
        {
            "code": pl.Series(values, dtype=pl.String).gather(codes[seen.rows].astype(np.int64)),
            "rep": seen.owner,
            "best": evaluation.tier == 0,
            "low": low,
        }
    )
    if countries:
        places, names = evaluation.codes("country")
        inside = np.array([name in countries for name in names])[places[seen.rows]]
        frame = frame.filter(pl.Series(inside))
    nobody = pl.col("rep") == NOBODY
    return whose(
        frame,
        seen.team,
        best_nobody=(nobody & pl.col("best")).sum().cast(pl.Int64),
        nobody_potential=pl.col("low").filter(nobody).sum(),
    )


def whose(accounts: pl.DataFrame, team: Team, **more: pl.Expr) -> pl.DataFrame:
    """Whose each area is.

    Parameters
    ----------
    accounts
        `code` of the area, `rep`, the place in the team, `NOBODY` or `OUTSIDE`, and what `more` needs.
    team
        The reps.
    more
        Other numbers of each area by name.

    Returns
    -------
    polars.DataFrame
        `code`, `matches`, `covered`, `nobody`, `outside`, those of `more`, `owner` (the rep with the
        most there, the first by name of two; null where nobody covers any), `share` of the accounts
        that are that rep's, and `reps`, how many have some.
    """
    covered = pl.col("rep") >= 0
    counted = accounts.group_by("code").agg(
        matches=pl.len().cast(pl.Int64),
        covered=covered.sum().cast(pl.Int64),
        nobody=(pl.col("rep") == NOBODY).sum().cast(pl.Int64),
        outside=(pl.col("rep") == OUTSIDE).sum().cast(pl.Int64),
        **more,
        reps=pl.col("rep").filter(covered).n_unique().cast(pl.Int64),
    )
    reps = pl.DataFrame(
        {"rep": range(len(team)), "owner": team.names},
        schema={"rep": pl.Int64, "owner": pl.String},
    )
    leading = (
        accounts.filter(covered)
        .group_by("code", "rep")
        .agg(theirs=pl.len())
        .join(reps, on="rep", how="left")
        .sort("code", "theirs", "owner", descending=[False, True, False])
        .unique("code", keep="first", maintain_order=True)
        .select("code", "owner", "theirs")
    )
    return (
        counted.join(leading, on="code", how="left", nulls_equal=True)
        .select(
            "code", "matches", "covered", "nobody", "outside", *more, "owner",
            share=pl.col("theirs") / pl.col("matches"), reps="reps",
        )
        .sort("code", nulls_last=True)
    )  # fmt: skip


def owners_offered(evaluation: Evaluation, plan: TeamPlan) -> list[Rep]:
    """Owners of any account of the list whom the team does not have, as reps to be completed.

    The home is the municipality where most of their accounts are; the country likewise. A guess, shown
    as one.
    """
    frame, team = evaluation.universe.frame, plan.team
    if "owner" not in frame.columns:
        return []
    place = "municipality" if "municipality" in frame.columns else None
    owned = frame.lazy().filter(pl.col("owner").is_not_null())
    counted = (
        owned.group_by("owner", *([place] if place else []))
        .agg(accounts=pl.len())
        .sort("accounts", "owner", descending=[True, False])
        .collect()
    )
    found: dict[str, tuple[str, int, str | None]] = {}
    for row in counted.iter_rows(named=True):
        name = " ".join(row["owner"].split())[:200]
        key = key_of(name)
        if not name or team.owner_key(name):
            continue
        before = found.get(key)
        home = row[place] if place else None
        if before is None:
            found[key] = name, row["accounts"], home
        else:
            found[key] = before[0], before[1] + row["accounts"], before[2] or home
    ordered = sorted(found.values(), key=lambda one: (-one[1], one[0]))
    known = geography.names()
    return [Rep(name=name, home=home if home in known else None) for name, _count, home in ordered]
