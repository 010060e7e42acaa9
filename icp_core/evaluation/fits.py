"""How well a value meets a test: the fit, from 0 to 1.

The rule stands as narwhals expressions, which every engine runs, and for a range beside it as arrays:
for a few values, where building a frame would cost more than the arithmetic. A property test holds the
two together.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import groupby
from math import log10
from operator import add
from typing import Final

import narwhals as nw
import numpy as np

from icp_core.accounts.columns import BANDS, Column, Kind
from icp_core.evaluation.names import indicator
from icp_core.profiles.model import Choice, Fit, Flag, Range, Tags
from icp_core.reference import industry
from icp_core.reference.arrays import Floats, Singles

Columns = Mapping[str, Column]

_REVISIONS: Final[tuple[industry.Revision, ...]] = ("2", "2.1")


def fit(criterion_fit: Fit, column: Column, *, columns: Columns) -> nw.Expr:
    """How well each account meets a test: 32-bit float in [0, 1], null where the value is unknown.

    Parameters
    ----------
    criterion_fit
        The test.
    column
        The column it reads.
    columns
        All columns of the universe; a section letter needs to know whether accounts carry their
        revision of NACE.

    Examples
    --------
    >>> import polars as pl
    >>> from icp_core.accounts.columns import BY_NAME
    >>> accounts = nw.from_native(pl.DataFrame({"employees": [10, 35, 80, None]}))
    >>> rising = fit(Range(a=20, b=50), BY_NAME["employees"], columns=BY_NAME)
    >>> accounts.select(fit=rising)["fit"].to_list()
    [0.0, 0.5, 1.0, None]
    """
    match criterion_fit:
        case Range():
            value = nw.col(column.name).cast(nw.Float64)
            known = nw.when(finite(value)).then(_trapezoid(criterion_fit, value).cast(nw.Float32))
            unknown = nw.lit(None, dtype=nw.Float32)
            if not has_bands(column.name, columns=columns):
                return known.otherwise(unknown)
            low, high = _over_band(criterion_fit, column.name)
            # Of a band wholly inside or wholly outside, whatever the number is.
            return known.when(low == high).then(low).otherwise(unknown)
        case Choice() if column.kind is Kind.INDUSTRY:
            found = _by_prefix(criterion_fit, "industry_revision" in columns)
        case Choice():
            found = _by_value(criterion_fit, nw.col(column.name).cast(nw.String))
        case Tags():
            found = _by_tags(criterion_fit, nw.col(column.name))
        case Flag(value=wanted):
            found = indicator(nw.col(column.name) if wanted else ~nw.col(column.name))
    return (
        nw.when(~nw.col(column.name).is_null())
        .then(found.cast(nw.Float32))
        .otherwise(nw.lit(None, dtype=nw.Float32))
    )


_LARGEST: Final = sys.float_info.max


def finite(value: nw.Expr) -> nw.Expr:
    """Whether a 64-bit float is a number: neither null, nor NaN, nor infinite.

    By comparing: some engines hold NaN above every number, others hold no comparison with it for true.
    """
    return (value >= -_LARGEST) & (value <= _LARGEST)


def has_bands(column: str, *, columns: Columns) -> bool:
    """Whether accounts may tell a band of a column where they do not tell its number."""
    return column in BANDS and all(end in columns for end in BANDS[column])


def band(column: str) -> tuple[nw.Expr, nw.Expr]:
    """The ends of an account's band: from 0 and to null where open, both null where there is none."""
    low, high = (nw.col(end).cast(nw.Float64) for end in BANDS[column])
    nothing = nw.lit(None, dtype=nw.Float64)
    is_sound = cases([(finite(low) & finite(high), low <= high)], finite(low) | finite(high))
    least = nw.when(is_sound).then(cases([(finite(low), low)], nw.lit(0.0))).otherwise(nothing)
    return least, nw.when(is_sound & finite(high)).then(high).otherwise(nothing)


def fit_bounds(test: Range, column: str) -> tuple[nw.Expr, nw.Expr]:
    """The least and the highest fit that an account may have: 0 and 1 where not even a band is known."""
    value = nw.col(column).cast(nw.Float64)
    exact = _trapezoid(test, value).cast(nw.Float32)
    low, high = (
        nw.when(finite(value)).then(exact).when(~end.is_null()).then(end).otherwise(nw.lit(other))
        for end, other in zip(_over_band(test, column), (0.0, 1.0), strict=True)
    )
    return low, high


def _over_band(test: Range, column: str) -> tuple[nw.Expr, nw.Expr]:
    """The least and the highest fit within an account's band, null where it has none.

    A trapezoid rises, stays and falls: its least is at an end of the band, its highest too where the
    band does not touch the part of full fit.
    """
    least, most = band(column)
    unknown = nw.lit(None, dtype=nw.Float32)
    at_least = _trapezoid(test, least)
    beyond = nw.lit(1.0 if test.d is None else 0.0)
    at_most = nw.when(most.is_null()).then(beyond).otherwise(_trapezoid(test, most))
    touches = nw.lit(1.0) > 0
    if test.c is not None:
        touches = touches & (least <= test.c)
    if test.b is not None:
        touches = touches & (most.is_null() | (most >= test.b))
    low = nw.when(at_least < at_most).then(at_least).otherwise(at_most)
    high = (
        nw.when(touches)
        .then(nw.lit(1.0))
        .when(at_least < at_most)
        .then(at_most)
        .otherwise(at_least)
    )
    is_known = ~least.is_null()
    return (
        nw.when(is_known).then(low.cast(nw.Float32)).otherwise(unknown),
        nw.when(is_known).then(high.cast(nw.Float32)).otherwise(unknown),
    )


def cases(met: Iterable[tuple[nw.Expr, nw.Expr]], otherwise: nw.Expr) -> nw.Expr:
    """The value of the first condition that holds, else `otherwise`."""
    met = list(met)
    if not met:
        return otherwise
    (condition, value), *rest = met
    chain = nw.when(condition).then(value)
    for condition, value in rest:
        chain = chain.when(condition).then(value)
    return chain.otherwise(otherwise)


def _position(test: Range, number: float) -> float:
    """Where an edge lies on the scale of the slopes."""
    return log10(1 + number) if test.scale == "log" else number


def _trapezoid(test: Range, value: nw.Expr) -> nw.Expr:
    at = value
    if test.scale == "log":
        floored = nw.when(value > 0).then(value).otherwise(nw.lit(0.0))
        at = (floored + 1).log(10)
    met: list[tuple[nw.Expr, nw.Expr]] = []
    if test.a is not None and test.b is not None:
        met.append((value < test.a, nw.lit(0.0)))
        low, high = _position(test, test.a), _position(test, test.b)
        if high > low:
            met.append((value < test.b, (at - low) / (high - low)))
    if test.c is not None and test.d is not None:
        low, high = _position(test, test.c), _position(test, test.d)
        met.append((value <= (test.c if high > low else test.d), nw.lit(1.0)))
        if high > low:
            met.append((value < test.d, (high - at) / (high - low)))
        return cases(met, nw.lit(0.0))
    return cases(met, nw.lit(1.0))


def trapezoid(test: Range, values: Floats) -> Singles:
    """`fit` of a range over an array: in [0, 1], NaN where the value is unknown (NaN).

    Examples
    --------
    >>> trapezoid(Range(a=20, b=50), np.array([10.0, 35, 80, np.nan])).tolist()
    [0.0, 0.5, 1.0, nan]
    """
    at = np.log10(1 + np.maximum(values, 0)) if test.scale == "log" else values
    found = np.where(np.isnan(values), np.nan, 1.0)
    if test.c is not None and test.d is not None:
        low, high = _position(test, test.c), _position(test, test.d)
        if high > low:
            found = np.where(values > test.c, (high - at) / (high - low), found)
        found = np.where(values >= test.d if high > low else values > test.d, 0.0, found)
    if test.a is not None and test.b is not None:
        low, high = _position(test, test.a), _position(test, test.b)
        if high > low:
            found = np.where(values < test.b, (at - low) / (high - low), found)
        found = np.where(values < test.a, 0.0, found)
    return found.astype(np.float32)


def _by_fit(values: Mapping[str, float]) -> list[tuple[float, list[str]]]:
    """Values grouped by their fit, so that each distinct fit is one test."""
    pairs = sorted((fit, value) for value, fit in values.items())
    return [(fit, [value for _, value in group]) for fit, group in groupby(pairs, lambda p: p[0])]


def _by_value(test: Choice, value: nw.Expr) -> nw.Expr:
    return cases(
        ((value.is_in(values), nw.lit(fit)) for fit, values in _by_fit(test.values)),
        nw.lit(test.default),
    )


def _left_open(test: Choice, revision: industry.Revision) -> list[str]:
    """Sections that say too little by themselves: a finer code of theirs has another fit."""
    finer: dict[str, set[float]] = {}
    for key, fit in test.values.items():
        section = industry.section_of(key, revision) if len(key) > 1 else None
        if section is not None:
            finer.setdefault(section, set()).add(fit)
    return [
        letter for letter, fits in finer.items() if fits != {test.values.get(letter, test.default)}
    ]


def _by_prefix(test: Choice, has_revision: bool) -> nw.Expr:
    code = nw.col("industry").cast(nw.String)
    met: list[tuple[nw.Expr, nw.Expr]] = []
    if has_revision:
        newer = nw.col("industry_revision").cast(nw.String).fill_null("2") == "2.1"

    def in_either(of_revision: Callable[[industry.Revision], nw.Expr]) -> nw.Expr:
        if not has_revision:
            return of_revision("2")
        return (newer & of_revision("2.1")) | (~newer & of_revision("2"))

    if any(_left_open(test, revision) for revision in _REVISIONS):
        unknown = in_either(lambda revision: code.is_in(_left_open(test, revision)))
        met.append((unknown, nw.lit(None, dtype=nw.Float64)))
    lengths = {len(key) for key in test.values if len(key) > 1}
    for length in sorted(lengths, reverse=True):
        level = {key: fit for key, fit in test.values.items() if len(key) == length}
        prefix = code.str.slice(0, length)
        met += [(prefix.is_in(keys), nw.lit(fit)) for fit, keys in _by_fit(level)]
    sections = {key: fit for key, fit in test.values.items() if len(key) == 1}
    division = code.str.slice(0, 2)
    for fit, letters in _by_fit(sections):

        def inside(revision: industry.Revision, letters: Sequence[str] = letters) -> nw.Expr:
            divisions = [
                code for letter in letters for code in industry.divisions_of(letter, revision)
            ]
            # An account may be known by its section alone.
            return division.is_in([*letters, *divisions])

        met.append((in_either(inside), nw.lit(fit)))
    return cases(met, nw.lit(test.default))


def _by_tags(test: Tags, tags: nw.Expr) -> nw.Expr:
    found = reduce(add, (indicator(tags.list.contains(tag)) for tag in test.tags))
    match test.match:
        case "any":
            return indicator(found > 0)
        case "all":
            return indicator(found >= len(test.tags))
        case "share":
            return found / len(test.tags)
