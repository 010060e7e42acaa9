"""How well a value meets a test: the fit, from 0 to 1.

The rule stands as narwhals expressions, which every engine runs, and for a range beside it as arrays:
for a few values, where building a frame would cost more than the arithmetic. A property test holds the
two together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import groupby
from math import log10
from operator import add, or_
from typing import Final, Self

import narwhals as nw
import numpy as np

from icp_core.accounts.columns import BANDS, LARGEST, Column, Kind
from icp_core.evaluation.names import indicator
from icp_core.profiles.model import Choice, Fit, Flag, Range, Tags
from icp_core.reference import industry
from icp_core.reference.arrays import Floats, Singles

Columns = Mapping[str, Column]

_CLASS: Final = len("62.01")


def fit(criterion_fit: Fit, column: Column, *, columns: Columns, of_gate: bool = False) -> nw.Expr:
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
    of_gate
        Whether all that counts is if the fit is above 0: then it is known where it is so for every
        number of a band, as the least of them.

    Examples
    --------
    >>> import polars as pl
    >>> from icp_core.accounts.columns import BY_NAME
    >>> accounts = nw.from_native(pl.DataFrame({"employees": [10, 35, 80, None]}))
    >>> employees = BY_NAME["employees"]
    >>> rising = fit(Range(a=20, b=50), employees, columns={"employees": employees})
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
            # Of a band wholly inside or wholly outside, whatever the number is.
            band = Band.of(column.name, columns=columns)
            within = _within_band(criterion_fit, band)
            if of_gate:
                least = _ends(criterion_fit, band)[0].cast(nw.Float32)
                within = cases([(least > 0, least)], within)
            return known.when(band.is_sound).then(within).otherwise(unknown)
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


def finite(value: nw.Expr) -> nw.Expr:
    """Whether a 64-bit float is a number that `columns.known` lets be: not NaN, nor infinite, nor null.

    By comparing: some engines hold NaN above every number, others hold no comparison with it for true.
    """
    return (value >= -LARGEST) & (value <= LARGEST)


def has_bands(column: str, *, columns: Columns) -> bool:
    """Whether accounts may tell a band of a column where they do not tell its number."""
    return column in BANDS and any(end in columns for end in BANDS[column])


@dataclass(frozen=True)
class Band:
    """The ends between which an account's number lies where only they are known.

    Expressions of engines are trees that share nothing: whether a band is sound is asked once, before
    its ends are used, and not inside of them.

    Attributes
    ----------
    is_sound
        Whether either end is known, and they are in order.
    least
        Its lower end; 0 where that is open.
    is_closed, most
        Whether its upper end is known, and that end.
    """

    is_sound: nw.Expr
    least: nw.Expr
    is_closed: nw.Expr
    most: nw.Expr

    @classmethod
    def of(cls, column: str, *, columns: Columns) -> Self:
        """The band of a column that has one; an end that the accounts have no column of is open."""
        low, high = (
            (nw.col(end) if end in columns else nw.lit(None)).cast(nw.Float64)
            for end in BANDS[column]
        )
        begins, ends = finite(low), finite(high)
        return cls(
            cases([(begins & ends, low <= high)], begins | ends),
            cases([(begins, low)], nw.lit(0.0)),
            ends,
            high,
        )


def fit_bounds(test: Range, column: str, *, columns: Columns) -> tuple[nw.Expr, nw.Expr]:
    """The least and the highest fit that an account may have: 0 and 1 where not even a band is known.

    A trapezoid is the lesser of what rises and what falls. Within a band the one is least at its lower
    end, the other at its upper; and the fit is full somewhere unless all of the band lies on one slope.
    """
    value, band = nw.col(column).cast(nw.Float64), Band.of(column, columns=columns)
    exact = _trapezoid(test, value)
    low, high = _ends(test, band)
    at_least, at_most = (
        cases([(finite(value), exact), (band.is_sound, end)], nw.lit(other)).cast(nw.Float32)
        for end, other in ((low, 0.0), (high, 1.0))
    )
    return at_least, at_most


def _ends(test: Range, band: Band) -> tuple[nw.Expr, nw.Expr]:
    """The least and the highest fit within a sound band."""
    beyond = nw.lit(1.0 if test.d is None else 0.0)
    rising, falling = (
        _rising(test, band.least),
        cases([(band.is_closed, _falling(test, band.most))], beyond),
    )
    if test.a is None:
        low = falling
    elif test.d is None:
        low = rising
    else:
        low = cases([(rising < falling, rising)], falling)
    on_one_slope = []
    if test.b is not None:
        on_one_slope.append((band.is_closed & (band.most < test.b), _rising(test, band.most)))
    if test.c is not None:
        on_one_slope.append((band.least > test.c, _falling(test, band.least)))
    return low, cases(on_one_slope, nw.lit(1.0))


def _within_band(test: Range, band: Band) -> nw.Expr:
    """The fit that every number of a sound band has; null where they differ."""
    outside: list[nw.Expr] = []
    inside = nw.lit(1.0) > 0
    if test.a is not None and test.b is not None:
        slopes = _position(test, test.b) > _position(test, test.a)
        below = band.most <= test.a if slopes else band.most < test.a
        outside.append(band.is_closed & below)
        inside &= band.least >= (test.b if slopes else test.a)
    if test.c is not None and test.d is not None:
        slopes = _position(test, test.d) > _position(test, test.c)
        outside.append(band.least >= test.d if slopes else band.least > test.d)
        inside &= band.is_closed & (band.most <= (test.c if slopes else test.d))
    return cases(
        [
            *((condition, nw.lit(0.0)) for condition in outside),
            (inside, nw.lit(1.0)),
            (band.is_closed & (band.least == band.most), _trapezoid(test, band.least)),
        ],
        nw.lit(None, dtype=nw.Float64),
    ).cast(nw.Float32)


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


def _at(test: Range, value: nw.Expr) -> nw.Expr:
    """Where a value lies on the scale of the slopes."""
    return (cases([(value > 0, value)], nw.lit(0.0)) + 1).log(10) if test.scale == "log" else value


def _rises(test: Range, value: nw.Expr) -> list[tuple[nw.Expr, nw.Expr]]:
    """The fit below the part of full fit."""
    if test.a is None or test.b is None:
        return []
    met = [(value < test.a, nw.lit(0.0))]
    low, high = _position(test, test.a), _position(test, test.b)
    if high > low:
        met.append((value < test.b, (_at(test, value) - low) / (high - low)))
    return met


def _falls(test: Range, value: nw.Expr) -> list[tuple[nw.Expr, nw.Expr]]:
    """The fit from there on, up to where there is none any more."""
    if test.c is None or test.d is None:
        return []
    low, high = _position(test, test.c), _position(test, test.d)
    met = [(value <= (test.c if high > low else test.d), nw.lit(1.0))]
    if high > low:
        met.append((value < test.d, (high - _at(test, value)) / (high - low)))
    return met


def _trapezoid(test: Range, value: nw.Expr) -> nw.Expr:
    end = nw.lit(1.0 if test.d is None else 0.0)
    return cases([*_rises(test, value), *_falls(test, value)], end)


def _rising(test: Range, value: nw.Expr) -> nw.Expr:
    return cases(_rises(test, value), nw.lit(1.0))


def _falling(test: Range, value: nw.Expr) -> nw.Expr:
    return cases(_falls(test, value), nw.lit(1.0 if test.d is None else 0.0))


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


def _by_prefix(test: Choice, has_revision: bool) -> nw.Expr:
    """The fit by the longest prefix of a code; of a code of the other revision, by its counterparts."""
    code = nw.col("industry").cast(nw.String)
    return (
        nw.when(is_newer(code, has_revision))
        .then(_of_revision(test, code, "2.1"))
        .otherwise(_of_revision(test, code, "2"))
    )


def is_newer(code: nw.Expr, has_revision: bool) -> nw.Expr:
    """Whether a code is of NACE Rev. 2.1: what one revision alone has is of it, whatever is said."""
    newer = _is_only_in("2.1", code)
    if not has_revision:
        return newer
    said = nw.col("industry_revision").cast(nw.String).fill_null("2") == "2.1"
    return newer | (said & ~_is_only_in("2", code))


def _is_only_in(revision: industry.Revision, code: nw.Expr) -> nw.Expr:
    """Whether a code, national digits included, lies in what one revision alone has."""
    alone = industry.only_in(revision)
    highest = {one for one in alone if not any(one[:n] in alone for n in range(1, len(one)))}
    by_length = groupby(sorted(highest, key=lambda one: (len(one), one)), key=len)
    return reduce(or_, (code.str.slice(0, n).is_in(list(those)) for n, those in by_length))


def _of_revision(test: Choice, code: nw.Expr, revision: industry.Revision) -> nw.Expr:
    met: list[tuple[nw.Expr, nw.Expr]] = []
    for fit, wholes in _of_wholes(test, revision):
        met.append((code.is_in(wholes), nw.lit(fit, dtype=nw.Float64)))
    for length, of_length in groupby(_prefixes(test, revision), lambda entry: len(entry[0])):
        prefix = code.str.slice(0, length)
        met += [(prefix.is_in(keys), nw.lit(fit)) for fit, keys in _by_fit(dict(of_length))]
    return cases(met, nw.lit(test.default))


@lru_cache(maxsize=64)
def _prefixes(test: Choice, revision: industry.Revision) -> tuple[tuple[str, float], ...]:
    """Prefixes of a revision's codes and their fits, the longest first: the first that fits decides.

    Sections stand as their divisions, and codes of the criterion that are of the other revision as
    their counterparts, each with the best fit of those it holds.
    """
    asked = industry.by_revision(test.values)
    named = {key: test.values[key] for key in asked[revision]}
    own = {
        division: fit
        for letter, fit in named.items()
        if len(letter) == 1
        for division in industry.divisions_of(letter, revision)
    } | {key: fit for key, fit in named.items() if len(key) > 1}
    found = dict(own)
    other: industry.Revision = "2.1" if revision == "2" else "2"
    if asked[other]:
        theirs = test.replace(values={key: test.values[key] for key in asked[other]})
        graded = dict(_prefixes(theirs, other))
        for code, same in industry.counterparts(revision).items():
            fits = [_graded(graded, one) for one in same]
            # A division is met as a whole only if all of its classes are.
            met = any if len(code) == _CLASS else all
            if met(fit is not None for fit in fits) and _graded(own, code) is None:
                found[code] = max(test.default if fit is None else fit for fit in fits)
    # What a shorter prefix says as well need not be said again.
    telling = {c: fit for c, fit in found.items() if fit != _graded(found, c[: len(c) - 1])}
    return tuple(sorted(telling.items(), key=lambda entry: (-len(entry[0]), entry[0])))


@lru_cache(maxsize=64)
def _of_wholes(
    test: Choice, revision: industry.Revision
) -> tuple[tuple[float | None, tuple[str, ...]], ...]:
    """What is known of accounts by their section, division or group alone: codes by fit.

    The fit that all classes of it have; none (None) where they differ. Without those that the test names
    (but for sections, which name their classes), and those of which their prefix says the same.
    """
    graded = dict(_prefixes(test, revision))
    found: dict[str, set[float]] = {}
    for entry in industry.industries(revision).values():
        if len(entry.code) == _CLASS:
            fit = _graded(graded, entry.code)
            for whole in (entry.section, entry.code[:2], entry.code[:4]):
                found.setdefault(whole, set()).add(test.default if fit is None else fit)
    wholes: dict[float | None, list[str]] = {}
    for code, fits in found.items():
        by_prefix = _graded(graded, code)
        if len(code) > 1 and code in test.values:
            continue
        if fits != {test.default if by_prefix is None else by_prefix}:
            wholes.setdefault(fits.pop() if len(fits) == 1 else None, []).append(code)
    return tuple((fit, tuple(those)) for fit, those in wholes.items())


def _graded(fits: Mapping[str, float], code: str) -> float | None:
    """The fit of the longest prefix of a code that has one."""
    return next((fits[code[:n]] for n in range(len(code), 1, -1) if code[:n] in fits), None)


def _by_tags(test: Tags, tags: nw.Expr) -> nw.Expr:
    found = reduce(add, (indicator(tags.list.contains(tag)) for tag in test.tags))
    match test.match:
        case "any":
            return indicator(found > 0)
        case "all":
            return indicator(found >= len(test.tags))
        case "share":
            return found / len(test.tags)
