"""A range's fit stands twice, as an expression and over arrays; here the two are one."""

import narwhals as nw
import numpy as np
import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from icp_core.accounts.columns import BY_NAME
from icp_core.evaluation.fits import fit, trapezoid
from icp_core.profiles.model import Range

EDGES = st.one_of(st.integers(0, 40).map(float), st.floats(0, 1e9, allow_nan=False, width=32))
VALUES = st.lists(
    st.one_of(st.none(), st.integers(-3, 45).map(float), st.floats(-1e9, 1e9)), max_size=30
)


@st.composite
def ranges(draw):
    a, b, c, d = sorted(draw(st.lists(EDGES, min_size=4, max_size=4)))
    if draw(st.booleans()):
        b = a
    if draw(st.booleans()):
        c = d
    low, high = draw(st.booleans()), draw(st.booleans())
    return Range(
        **({"a": a, "b": b} if low else {}),
        **({"c": c, "d": d} if high else {}),
        scale=draw(st.sampled_from(["linear", "log"])),
    )


@given(ranges(), VALUES)
@example(Range(a=20, b=50, c=250, d=250), [None, 19.0, 20.0, 35.0, 50.0, 250.0, 251.0])
@example(Range(a=9, b=999, scale="log"), [-5.0, 9.0, 99.0, 999.0])
@example(Range(c=1e9, d=1e9 + 1e-7, scale="log"), [1e9])
def test_the_array_form_of_a_range_is_its_expression(test, values):
    frame = nw.from_native(pl.DataFrame({"employees": pl.Series(values, dtype=pl.Float64)}))
    graded = frame.select(
        fit=fit(test, BY_NAME["employees"], columns={"employees": BY_NAME["employees"]})
    )["fit"]
    expected = graded.to_native().cast(pl.Float64).fill_null(float("nan")).to_numpy()
    found = trapezoid(test, np.array([np.nan if v is None else v for v in values], dtype=float))
    assert found.dtype == np.float32
    # To the last bits: numpy and Polars take logarithms of their own, and a steep slope magnifies that.
    ends = [(test.a, test.b), (test.c, test.d)]
    slopes = [np.log10((1 + high) / (1 + low)) for low, high in ends if low is not None]
    steepest = max((1 / rise for rise in slopes if rise > 0), default=0.0)
    np.testing.assert_allclose(found, expected, rtol=3e-7, atol=1e-7 + 1e-14 * steepest)
