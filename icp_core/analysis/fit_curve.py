"""How well the values of a column fit, beside how many accounts have them."""

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.accounts.columns import Column
from icp_core.evaluation import expressions
from icp_core.profiles.model import Range


def fit_curve(
    fit: Range, column: Column, edges: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]
) -> pl.DataFrame:
    """The accounts between neighbouring values of a column, and the fit in their middle.

    Parameters
    ----------
    fit
        The test of the column.
    edges, counts
        As `first_draft.distribution` gives them.

    Returns
    -------
    polars.DataFrame
        low, high, accounts, fit (0…1).

    Examples
    --------
    >>> from icp_core.accounts.columns import BY_NAME
    >>> edges, counts = np.array([0.0, 20, 50, 100]), np.array([7, 3, 1])
    >>> fit_curve(Range(a=20, b=50), BY_NAME["employees"], edges, counts)["fit"].to_list()
    [0.0, 0.5, 1.0]
    """
    middle = nw.from_native(pl.DataFrame({column.name: (edges[:-1] + edges[1:]) / 2}))
    test = expressions.fit(fit, column, columns={column.name: column})
    return pl.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "accounts": counts,
            "fit": middle.select(fit=test)["fit"].to_numpy(),
        },
        schema_overrides={"fit": pl.Float64},
    )
