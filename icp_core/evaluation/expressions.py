"""A profile as narwhals expressions: the one definition of gate, score and potential (`fits` has fit).

The same expressions run on Polars in memory, on DuckDB, on Spark and through Ibis. Only operations
that all of them share are used, and nulls are guarded by `when`, because engines differ in what
`greatest`, `least` and casts make of a null.

Two choices keep every engine's numbers equal to the last digit. Fits are rounded to 32 bits, so that
with whole-number weights their weighted sums are exact in 64 bits, in whatever order they are added.
Scores are rounded to four decimals by `floor`, which no engine defines differently, so that a score
of 70 reaches a cut-off of 70.
"""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from math import floor
from operator import add
from typing import Any, Final, TypeGuard

import narwhals as nw

from icp_core.accounts.columns import LARGEST
from icp_core.evaluation.fits import (
    Band,
    Columns,
    cases,
    finite,
    fit,
    fit_bounds,
    has_bands,
    is_newer,
)
from icp_core.evaluation.names import INNER, NAMES, indicator
from icp_core.evaluation.score import score_expressions
from icp_core.profiles.model import Band as Step
from icp_core.profiles.model import (
    ColumnPotential,
    Criterion,
    EmployeeBands,
    Missing,
    PerEmployee,
    Potential,
    Profile,
    Range,
    RevenueShare,
    Role,
)
from icp_core.reference import currency, geography, industry

FAIL: Final = 0
POSSIBLE: Final = 1
MATCH: Final = 2

PASSES: Final = 0
FAILS: Final = 1
UNKNOWN: Final = 2
"""How an account stands with one gate."""


def workings(profile: Profile) -> frozenset[str]:
    """Columns that `evaluated` adds on its way to the results: of no use to who reads the list."""
    indices = range(len(profile.criteria))
    per_criterion = (NAMES.fit, NAMES.fit_low, NAMES.fit_high, NAMES.passes)
    added = {NAMES.state, NAMES.least_potential}
    return frozenset({*added, *(name(i) for name in per_criterion for i in indices)})


def favourable(criterion: Criterion) -> float:
    """The fit that speaks most for an account: 1, or 0 for drawbacks and knock-outs."""
    return 1.0 if criterion.role.favours else 0.0


def when_missing(criterion: Criterion) -> float | None:
    """The fit that an unknown value counts as; None where it stays unknown."""
    match criterion.missing:
        case Missing.UNKNOWN:
            return None
        case Missing.PASS:
            return favourable(criterion)
        case Missing.FAIL:
            return 1.0 - favourable(criterion)


def fit_of(criterion: Criterion, *, columns: Columns) -> nw.Expr:
    """The fit of a criterion after its missing rule."""
    expression = fit(
        criterion.fit,
        columns[criterion.column],
        columns=columns,
        of_gate=criterion.role.is_gate,
    )
    stand_in = when_missing(criterion)
    if stand_in is None:
        return expression
    return (
        nw.when(expression.is_null()).then(nw.lit(stand_in, dtype=nw.Float32)).otherwise(expression)
    )


def evaluated(frame: nw.LazyFrame[Any], profile: Profile, *, columns: Columns) -> nw.LazyFrame[Any]:
    """Add fits, gate states, score, its range, coverage and potential to accounts.

    Parameters
    ----------
    frame
        Accounts, on any engine that narwhals drives lazily.
    profile
        Already checked against `columns`.
    columns
        Columns of the universe.

    Returns
    -------
    nw.LazyFrame
        All columns of `frame` and those of `INNER`, with the least potential where tiers go by it.
        `state` is `FAIL`, `POSSIBLE` or `MATCH`; the
        score is null where no nice-to-have is known.
    """
    fits = [
        fit_of(criterion, columns=columns).alias(NAMES.fit(index))
        for index, criterion in enumerate(profile.criteria)
    ]
    banded = {
        index: bounds
        for index, criterion in enumerate(profile.criteria)
        if (bounds := _bounds(criterion, columns=columns)) is not None
    }
    fits += [low.alias(NAMES.fit_low(index)) for index, (low, _high) in banded.items()]
    fits += [high.alias(NAMES.fit_high(index)) for index, (_low, high) in banded.items()]
    frame = frame.with_columns(
        *fits,
        potential(profile, columns=columns).alias(INNER.potential),
        *(
            [least_potential(profile, columns=columns).alias(NAMES.least_potential)]
            if profile.tiers.kind == "value"
            else []
        ),
    )
    gates = [
        _passes(criterion, NAMES.fit(index)).alias(NAMES.passes(index))
        for index, criterion in enumerate(profile.criteria)
        if criterion.role.is_gate
    ]
    if gates:
        frame = frame.with_columns(*gates)
    frame = frame.with_columns(_state(profile).alias(NAMES.state))
    return frame.with_columns(
        expression.alias(name)
        for name, expression in score_expressions(profile, banded=banded).items()
    )


def _bounds(criterion: Criterion, *, columns: Columns) -> tuple[nw.Expr, nw.Expr] | None:
    """The least and the highest fit of a criterion, where a band may tell them."""
    if (
        criterion.role.is_gate
        or not isinstance(criterion.fit, Range)
        or not has_bands(criterion.column, columns=columns)
        or when_missing(criterion) is not None
    ):
        return None
    return fit_bounds(criterion.fit, criterion.column, columns=columns)


def standing(criterion: Criterion, *, columns: Columns) -> nw.Expr:
    """How each account stands with one gate: 0 passes, 1 fails, 2 unknown."""
    found = fit_of(criterion, columns=columns)
    passes = found > 0 if criterion.role is Role.MUST_HAVE else found <= 0
    return (
        nw.when(found.is_null())
        .then(nw.lit(UNKNOWN))
        .when(passes)
        .then(nw.lit(PASSES))
        .otherwise(nw.lit(FAILS))
    )


def _passes(criterion: Criterion, name: str) -> nw.Expr:
    # Not the negation of "> 0": Ibis 12 writes `NOT x IS NULL` for "is the negation null".
    return nw.col(name) > 0 if criterion.role is Role.MUST_HAVE else nw.col(name) <= 0


def _state(profile: Profile) -> nw.Expr:
    passes = [
        nw.col(NAMES.passes(index))
        for index, criterion in enumerate(profile.criteria)
        if criterion.role.is_gate
    ]
    if not passes:
        return nw.lit(MATCH)
    failed = reduce(add, (indicator(~gate) for gate in passes))
    unknown = reduce(add, (indicator(gate.is_null()) for gate in passes))
    return (
        nw.when(failed > 0)
        .then(nw.lit(FAIL))
        .when(unknown > 0)
        .then(nw.lit(POSSIBLE))
        .otherwise(nw.lit(MATCH))
    )


def potential(profile: Profile, *, columns: Columns) -> nw.Expr:
    """What each account could be worth a year in the profile's currency; null where unknown.

    Euro columns are converted at the latest rate of `reference.currency`; a universe without the
    column that the model reads has unknown potential. An amount that is the same for every headcount is
    known without one.
    """
    model = profile.potential
    if (same := _of_any(model)) is not None:
        return nw.lit(same)
    unknown = nw.lit(None, dtype=nw.Float64)
    match model:
        case ColumnPotential(column=name):
            pass
        case PerEmployee() | EmployeeBands():
            name = "employees"
        case RevenueShare():
            name = "revenue"
    if name not in columns:
        return unknown
    value = nw.col(name).cast(nw.Float64)
    if columns[name].unit.startswith("EUR") and profile.currency != "EUR":
        value = value * currency.rate("EUR", to=profile.currency).value
    known = nw.when(finite(value)).then(_amount(model, value))
    if not _is_by_band(model, columns=columns):
        return known.otherwise(unknown)
    band = Band.of(name, columns=columns)
    low, high = _amounts_of_band(model, band)
    return (
        known.when(cases([(band.is_sound, low == high)], nw.lit(0.0) > 0))
        .then(low)
        .otherwise(unknown)
    )


def potential_bounds(profile: Profile, *, columns: Columns) -> tuple[nw.Expr, nw.Expr] | None:
    """The least and the most that an account could be worth by its potential or its band.

    Both null where neither is known, the most also where the band is open and no cap is set. None
    where accounts have no bands that the model reads.
    """
    model = profile.potential
    if not _is_by_band(model, columns=columns):
        return None
    value = nw.col("employees").cast(nw.Float64)
    band = Band.of("employees", columns=columns)
    low, high = (
        cases(
            [(finite(value), _amount(model, value)), (band.is_sound, end)],
            nw.lit(None, dtype=nw.Float64),
        )
        for end in _amounts_of_band(model, band)
    )
    return low, high


def least_potential(profile: Profile, *, columns: Columns) -> nw.Expr:
    """The least that an account is worth for certain, which decides its tier by value; null if unknown.

    Its potential, or where only a band of headcount is known the least within that.
    """
    bounds = potential_bounds(profile, columns=columns)
    return potential(profile, columns=columns) if bounds is None else bounds[0]


def most_potential(profile: Profile, *, columns: Columns) -> float | None:
    """The most that an account could be worth of which nothing is known; None without a limit.

    Of accounts without headcounts at all an amount by bands of them says nothing, but for its cap.
    """
    model = profile.potential
    is_told = "employees" in columns or model.cap is not None
    if isinstance(model, EmployeeBands) and is_told:
        most = max(model.floor, *(band.amount for band in model.bands), 0.0)
        return most if model.cap is None else min(most, model.cap)
    return model.cap


def _of_any(model: Potential) -> float | None:
    """The amount that needs nothing to be known, rounded as those that do; None where there is none."""
    if not isinstance(model, EmployeeBands) or model.of_any is None:
        return None
    return _limited(model, model.of_any)


def _is_by_band(model: Potential, *, columns: Columns) -> TypeGuard[PerEmployee | EmployeeBands]:
    by_headcount = isinstance(model, PerEmployee | EmployeeBands) and _of_any(model) is None
    return by_headcount and "employees" in columns and has_bands("employees", columns=columns)


def _amounts_of_band(model: PerEmployee | EmployeeBands, band: Band) -> tuple[nw.Expr, nw.Expr]:
    """The least and the most potential within a sound band; the most null where nothing limits it."""
    if isinstance(model, EmployeeBands) and not _rises(model):
        return _of_steps(model, band), _of_steps(model, band, most=True)
    most = model.bands[-1].amount if isinstance(model, EmployeeBands) else model.rate * _PEOPLE
    is_limited = isinstance(model, EmployeeBands) or model.cap is not None or not model.rate
    limit = nw.lit(_limited(model, most) if is_limited else None, dtype=nw.Float64)
    return _amount(model, band.least), cases([(band.is_closed, _amount(model, band.most))], limit)


def _rises(model: EmployeeBands) -> bool:
    """Whether more people never mean less potential, so that a band's ends tell all of it."""
    amounts = [band.amount for band in model.bands]
    return amounts == sorted(amounts)


def _of_steps(model: EmployeeBands, band: Band, *, most: bool = False) -> nw.Expr:
    """The least (or most) amount among the steps that a sound band reaches into."""
    first = [] if model.bands[0].at_least == 0 else [Step(at_least=0, amount=0.0)]
    steps = [*first, *model.bands]
    ends = [*(step.at_least for step in steps[1:]), 2 * LARGEST]
    reached = sorted(
        (
            (_limited(model, step.amount), step.at_least, end)
            for step, end in zip(steps, ends, strict=True)
        ),
        reverse=most,
    )
    met = [
        (
            (band.least < end) & cases([(band.is_closed, band.most >= begin)], nw.lit(0.0) == 0),
            nw.lit(amount),
        )
        for amount, begin, end in reached
    ]
    return cases(met, nw.lit(None, dtype=nw.Float64))


def _amount(model: Potential, value: nw.Expr) -> nw.Expr:
    """What a known value of the model's column says, within floor and cap."""
    match model:
        case EmployeeBands(bands=bands):
            return cases(
                (
                    (value >= band.at_least, nw.lit(_limited(model, band.amount)))
                    for band in reversed(bands)
                ),
                nw.lit(_limited(model, 0.0)),
            )
        case ColumnPotential():
            amount = value
        case PerEmployee(rate=rate):
            amount = value * rate
        case RevenueShare(share=share):
            amount = value * share
    limits = [(amount < model.floor, nw.lit(_limited(model, model.floor)))]
    if model.cap is not None:
        limits.append((amount > model.cap, nw.lit(_limited(model, model.cap))))
    rounded = (amount * 1e4 + 0.5).floor().cast(nw.Float64) / 1e4
    return cases([*limits, (amount < _MOST_ROUNDED, rounded)], amount)


def _limited(model: Potential, amount: float) -> float:
    """An amount within floor and cap, rounded to four decimals.

    As scores are, so that 0.57 × 400 is 228 and reaches a threshold of 228.
    """
    within = max(model.floor, amount)
    within = within if model.cap is None else min(within, model.cap)
    return floor(within * 1e4 + 0.5) / 1e4 if within < _MOST_ROUNDED else within


_PEOPLE: Final = 1e12
"""More than any company has."""

_MOST_ROUNDED: Final = 1e11
"""Above it a 64-bit float has next to no decimals left to round."""


SIZE_BANDS: Final[tuple[tuple[int, str], ...]] = (
    (1000, "1000+"),
    (250, "250–999"),
    (50, "50–249"),
    (10, "10–49"),
    (0, "0–9"),
)


AGE_BANDS: Final[tuple[tuple[int, str], ...]] = (
    (21, "21+"),
    (11, "11–20"),
    (6, "6–10"),
    (3, "3–5"),
    (0, "0–2"),
)


def dimension(name: str, *, columns: Columns) -> nw.Expr:  # noqa: PLR0911 - one per dimension
    """The key that a breakdown groups by: a string, null where unknown.

    Parameters
    ----------
    name
        `section` (letter of NACE Rev. 2), `industry` (division), `group` (three digits), `class` (four),
        `size` (class of employees; of an account that tells a band, the class that holds all of it),
        `age` (band of whole years from the foundation to the date of the
        facts; to today where that is not known), or the name of a choice column such as `region`.
    columns
        Columns of the universe; a dimension whose column is missing is unknown throughout.
    """
    unknown = nw.lit(None, dtype=nw.String)
    prefixes = {"industry": 2, "group": 4, "class": 5}
    if name in prefixes:
        if "industry" not in columns:
            return unknown
        return nw.col("industry").cast(nw.String).str.slice(0, prefixes[name])
    if name == "section":
        if "industry" not in columns:
            return unknown
        return _section("industry_revision" in columns)
    if name == "size":
        return _size(columns) if "employees" in columns else unknown
    if name == "age":
        if "founded" not in columns:
            return unknown
        year = nw.lit(date.today().year)
        if "as_of" in columns:
            year = nw.col("as_of").dt.year().fill_null(date.today().year)
        return _banded(year - nw.col("founded"), AGE_BANDS)
    if name == "region" and name not in columns and "municipality" in columns:
        return _region_of_municipality(unknown)
    return nw.col(name).cast(nw.String) if name in columns else unknown


def _region_of_municipality(unknown: nw.Expr) -> nw.Expr:
    inside: dict[str, list[str]] = {}
    for one in geography.municipalities():
        inside.setdefault(one.region, []).append(one.code)
    code = nw.col("municipality").cast(nw.String)
    return cases(((code.is_in(codes), nw.lit(region)) for region, codes in inside.items()), unknown)


def _banded(value: nw.Expr, bands: Iterable[tuple[int, str]]) -> nw.Expr:
    unknown = nw.lit(None, dtype=nw.String)
    value = value.cast(nw.Float64)
    label = cases(((value >= least, nw.lit(label)) for least, label in bands), unknown)
    return nw.when(finite(value)).then(label).otherwise(unknown)


def _size(columns: Columns) -> nw.Expr:
    known = _banded(nw.col("employees"), SIZE_BANDS)
    if not has_bands("employees", columns=columns):
        return known
    band = Band.of("employees", columns=columns)
    (largest, label), *others = SIZE_BANDS
    inside = [(band.is_sound & (band.least >= largest), nw.lit(label))]
    above = largest
    for least, label in others:
        is_inside = band.is_closed & (band.least >= least) & (band.most < above)
        inside.append((band.is_sound & is_inside, nw.lit(label)))
        above = least
    is_known = finite(nw.col("employees").cast(nw.Float64))
    return cases([(is_known, known), *inside], nw.lit(None, dtype=nw.String))


def _section(has_revision: bool) -> nw.Expr:
    """The section of Rev. 2, of codes of Rev. 2.1 that of their counterparts."""
    code = nw.col("industry").cast(nw.String)

    def of_revision(revision: industry.Revision) -> nw.Expr:
        found = industry.letters(revision)
        met = []
        for length in sorted({len(prefix) for prefix in found}, reverse=True):
            level = {p: letter for p, letter in found.items() if len(p) == length}
            for letter in sorted(set(level.values())):
                prefixes = [prefix for prefix in level if level[prefix] == letter]
                met.append((code.str.slice(0, length).is_in(prefixes), nw.lit(letter)))
        return cases(met, nw.lit(None, dtype=nw.String))

    newer = is_newer(code, has_revision)
    return nw.when(newer).then(of_revision("2.1")).otherwise(of_revision("2"))
