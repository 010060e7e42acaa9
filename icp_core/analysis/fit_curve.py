"""How well the values of a column fit, beside how many accounts have them."""

import polars as pl

from icp_core.evaluation.fits import trapezoid
from icp_core.profiles.model import Range
from icp_core.reference.arrays import Floats, Ints


def fit_curve(fit: Range, edges: Floats, counts: Ints) -> pl.DataFrame:
    """The accounts between neighbouring values of a column, and the fit in their middle.

    Parameters
    ----------
    fit
        The test of a column.
    edges, counts
        As `first_draft.distribution` gives them.

    Returns
    -------
    polars.DataFrame
        low, high, accounts, fit (0…1).

    Examples
    --------
    >>> import numpy as np
    >>> edges, counts = np.array([0.0, 20, 50, 100]), np.array([7, 3, 1])
    >>> fit_curve(Range(a=20, b=50), edges, counts)["fit"].to_list()
    [0.0, 0.5, 1.0]
    """
    return pl.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "accounts": counts,
            "fit": trapezoid(fit, (edges[:-1] + edges[1:]) / 2),
        },
        schema_overrides={"fit": pl.Float64},
    )
