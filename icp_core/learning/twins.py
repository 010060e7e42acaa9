"""Accounts that resemble chosen customers, each with the customer it resembles.

Similarity is 1 minus Gower's distance (`accounts.similarity`). It is no probability: resembling a
customer is not the same as becoming one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
import polars as pl
from sklearn.cluster import AgglomerativeClustering

from icp_core.accounts.columns import Column
from icp_core.accounts.encoded import Encoded
from icp_core.accounts.neighbours import nearest
from icp_core.accounts.similarity import Gower
from icp_core.accounts.universe import Universe
from icp_core.errors import LearningError
from icp_core.learning.labelled import Report
from icp_core.reference.arrays import Rows

MOST_PROTOTYPES: Final = 50
_MOST_COMPARED: Final = 1_000
_SPARE: Final = 20
_SHARED: Final = 0.1
_DIFFERENT: Final = 0.5


@dataclass(frozen=True, eq=False)
class Twins:
    """The accounts most like the chosen customers.

    Attributes
    ----------
    frame
        `account_id`, `name`, `similarity` (0…1), `nearest_id` and `nearest_name` (the customer it
        resembles most), `place` (from 1, among that customer's twins), `shared` and `different`
        (labels of columns). First the closest twin of each prototype, then the second, and so on, so
        that a rare customer's twins are not crowded out by those of a common one.
    prototypes
        Rows of the universe that twins were looked for.
    columns
        What was compared.
    """

    frame: pl.DataFrame
    prototypes: Rows
    columns: tuple[Column, ...]


def prototypes(gower: Gower, universe: Universe, customers: Rows, *, most: int) -> Rows:
    """Customers that stand for all: every one if they are few, else the middle one of each cluster.

    Clusters are merged by average distance, which leaves a customer unlike the others on its own
    instead of averaging it away.
    """
    if len(customers) <= most:
        return customers
    compared = customers[:_MOST_COMPARED]
    frame = universe.frame[compared]
    apart = gower.to(frame).distances(frame)
    found = AgglomerativeClustering(most, metric="precomputed", linkage="average").fit_predict(
        apart
    )
    middle = []
    for cluster in range(most):
        members = np.flatnonzero(found == cluster)
        inside = apart[np.ix_(members, members)].sum(axis=1)
        middle.append(int(members[np.argmin(inside)]))
    return np.asarray(compared[np.sort(middle)])


def find_twins(
    universe: Universe,
    customers: Rows,
    columns: Sequence[Column],
    *,
    count: int = 200,
    weights: Mapping[str, float] | None = None,
    without: Rows | None = None,
    most: int = MOST_PROTOTYPES,
    encoded: Encoded | None = None,
    progress: Report | None = None,
) -> Twins:
    """The accounts nearest to chosen customers.

    Parameters
    ----------
    universe
        Where to look.
    customers
        Rows of the customers, best first.
    columns
        What to compare.
    count
        How many twins.
    weights
        Of the columns, 1 unless given.
    without
        Rows that cannot be twins, such as other customers; the customers themselves never are.
    most
        How many prototypes at most.
    encoded
        The universe's accounts, where an earlier question has encoded them.
    progress
        Called with the share done; what it raises ends the work.

    Raises
    ------
    LearningError
        If no customer or no column is given.
    """
    if not len(customers):
        raise LearningError("Choose at least one customer to look for twins of.")
    gower = Gower.on(universe, columns, weights=weights, encoded=encoded)
    chosen = prototypes(gower, universe, customers, most=most)
    ready = gower.to(universe.frame[chosen])
    passed = customers if without is None else np.union1d(customers, without)
    # A few more than each prototype's share, because two prototypes may be nearest to the same.
    each = _SPARE + 3 * ceil(count / len(chosen))

    def watched(share: float) -> None:
        if progress:
            progress(share, "Looking for twins")

    pairs = nearest(ready, each, without=passed, progress=watched)
    # Each account belongs to the customer it is nearest to, in whosever list it was found.
    rows = pairs["row"].unique().sort().to_numpy()
    apart_from = ready.distances(universe.frame[rows])
    chosen_rows = pl.DataFrame(
        {"row": rows, "prototype": apart_from.argmin(axis=1), "distance": apart_from.min(axis=1)}
    ).sort("distance", "row")
    chosen_rows = chosen_rows.with_columns(
        place=pl.col("row").cum_count().over("prototype").cast(pl.Int64)
    )
    chosen_rows = chosen_rows.sort("place", "distance", "row").head(count)
    accounts = universe.frame[chosen_rows["row"].to_numpy()]
    own = chosen_rows["prototype"].to_numpy()
    apart = ready.by_column(accounts, own)
    labels = [column.label for column in gower.columns]
    names = universe.frame[chosen].select("account_id", "name")
    frame = accounts.select("account_id", "name").with_columns(
        similarity=1 - chosen_rows["distance"],
        nearest_id=names["account_id"].gather(own),
        nearest_name=names["name"].gather(own),
        place=chosen_rows["place"],
        shared=_named(apart <= _SHARED, labels),
        different=_named(apart >= _DIFFERENT, labels),
    )
    return Twins(frame, chosen, gower.columns)


def _named(flags: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], labels: list[str]) -> pl.Series:
    return pl.Series(
        [[label for label, flag in zip(labels, row, strict=True) if flag] for row in flags],
        dtype=pl.List(pl.String),
    )
