"""A first criterion on any column, and the round stops it is tuned by, read from the accounts.

Where enough accounts are customers, a suggestion starts from what customers share; else from all
accounts. It is a place to start from, not an estimate: what holds on deals is for learning to say.
"""

from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, log10
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.accounts.columns import Column, Kind, restates
from icp_core.accounts.universe import Universe
from icp_core.errors import ProfileError
from icp_core.intervals import alike
from icp_core.profiles.model import (
    NEW_TIERS,
    Band,
    Choice,
    ColumnPotential,
    Criterion,
    EmployeeBands,
    Flag,
    PerEmployee,
    Potential,
    Profile,
    Range,
    RevenueShare,
    Role,
    Tags,
)
from icp_core.reference import industry

LEAST_CUSTOMERS: Final = 30  # with fewer, what they share may be chance
_STOPS: Final = 50  # positions of a slider: as many as a hand can set
_REACH: Final = 10_000  # largest over smallest of a log axis: four decades are readable
_SKEWED: Final = 6.0  # times the median that the largest must exceed for a log axis
_PER_DECADE: Final = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
_QUANTILES: Final = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)

PROFILE_NAME: Final = "Suggested from these accounts"
_SIZES: Final = ("employees", "revenue")
_TELLING: Final = (
    "industry", "revenue_growth", "margin", "revenue", "technologies", "founded", "region", "country",
)  # fmt: skip
_WANTED: Final = 4  # criteria of a first draft: guides ask for four or five
_FEW: Final = 50  # accounts of known size below which none is ruled out by it
_KNOWN: Final = 0.3  # share of a column that must be known to tell anything
_MANY: Final = 30  # distinct values up to which an own text column is a choice

_POTENTIAL_BANDS: Final = (
    Band(at_least=10, amount=5_000),
    Band(at_least=50, amount=20_000),
    Band(at_least=250, amount=100_000),
)
"""Twenty people may be worth a licence, three hundred a project: amounts to be overwritten."""

MOST_OPTIONS: Final = 1500
"""Values of a column that are offered: more make a browser's list slow."""


@dataclass(frozen=True)
class Spread:
    """Where the known values of a number column lie.

    Attributes
    ----------
    least, most
        Smallest and largest value.
    quantiles
        At 1, 10, 25, 50, 75, 90 and 99 %.
    whole
        Whether every value is a whole number.
    unknown
        Share of the accounts without a value.
    """

    least: float
    most: float
    quantiles: tuple[float, ...]
    whole: bool
    unknown: float

    @classmethod
    def of(cls, values: pl.Series) -> "Spread":
        """The spread of a column; of one without any known value it is 0 alone."""
        known = values.drop_nulls().cast(pl.Float64)
        known = known if len(known) else pl.Series([0.0])
        at = np.quantile(known.to_numpy(), _QUANTILES)
        return cls(
            least=float(known.min()),  # type: ignore[arg-type]
            most=float(known.max()),  # type: ignore[arg-type]
            quantiles=tuple(map(float, at)),
            whole=values.dtype.is_integer() or bool((known == known.round()).all()),
            unknown=values.null_count() / len(values),
        )

    @property
    def scale(self) -> str:
        """`log` where the values are never negative and a few dwarf the rest, else `linear`."""
        middle, high = self.quantiles[3], self.quantiles[6]
        return "log" if self.least >= 0 and high > _SKEWED * max(middle, 1e-9) else "linear"

    def stops(self) -> tuple[float, ...]:
        """Round values from one end to the other, evenly spread on the column's scale."""
        low, high = self.quantiles[0], self.quantiles[6]
        if high <= low or alike(low, high):
            ends = sorted({self.least, low, self.most})
            return tuple(
                end
                for place, end in enumerate(ends)
                if not place or not alike(ends[place - 1], end)
            )
        if self.scale == "log":
            smallest = max(low, high / _REACH, 1.0 if self.whole else 0.0)
            decades = range(floor(log10(smallest)), ceil(log10(self.most)) + 1)
            stops = [step * 10.0**decade for decade in decades for step in _PER_DECADE]
            if self.whole:
                stops = [stop for stop in stops if stop == round(stop)]
            top = next((stop for stop in stops if stop >= self.most), stops[-1])
            return (0.0, *(stop for stop in stops if smallest <= stop <= top))
        rough = (high - low) / _STOPS
        magnitude = 10.0 ** floor(log10(rough))
        step = magnitude * next(m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * magnitude >= rough)
        if self.whole:
            step = max(1.0, float(ceil(step)))
        first, last = floor(low / step), ceil(high / step)
        return tuple(round(index * step, 10) for index in range(first, last + 1))


def testable(universe: Universe) -> tuple[Column, ...]:
    """Columns that a criterion can be made on: of a kind that can be graded, with a known value."""
    return tuple(
        column
        for name, column in universe.columns.items()
        if column.is_criterion and universe.frame[name].null_count() < len(universe)
    )


def frequent(values: pl.Series) -> tuple[str, ...]:
    """Distinct values of a choice, industry or tags column, the most frequent first."""
    if isinstance(values.dtype, pl.List):
        values = values.explode()
    counts = values.drop_nulls().cast(pl.String).value_counts(name="_n")
    return tuple(counts.sort(["_n", values.name], descending=[True, False])[values.name])


def distribution(
    values: pl.Series, stops: tuple[float, ...]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """How many known values lie between neighbouring stops; both ends take what lies beyond.

    Parameters
    ----------
    values
        A number column.
    stops
        Rising; between less than two lies nothing.

    Returns
    -------
    edges, counts
        `len(stops)` edges and `len(stops) - 1` counts.
    """
    edges = np.array(stops, dtype=np.float64)
    if len(edges) < 2:
        return edges, np.zeros(0, dtype=np.int64)
    known = values.drop_nulls().cast(pl.Float64).to_numpy()
    place = np.clip(np.searchsorted(edges, known, side="right") - 1, 0, len(edges) - 2)
    return edges, np.bincount(place, minlength=len(edges) - 1)


class Offers:
    """What a universe offers to make criteria from, each part computed when it is first asked for.

    Shared by all users and safe to use from many threads: what is computed twice is the same.

    Parameters
    ----------
    universe
        The accounts, or a sample of them.
    """

    def __init__(self, universe: Universe) -> None:
        self.universe = universe
        self._spreads: dict[str, Spread] = {}
        self._distributions: dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]] = {}
        self._options: dict[str, tuple[str, ...]] = {}
        self._counts: dict[str, dict[str, int]] = {}

    @cached_property
    def testable(self) -> tuple[Column, ...]:
        """Columns that a criterion can be made on."""
        return testable(self.universe)

    @property
    def columns(self) -> dict[str, Column]:
        """What each column is, by name."""
        return self.universe.columns

    @property
    def numbers(self) -> tuple[Column, ...]:
        """Columns of numbers, which potential can be read from."""
        return tuple(one for one in self.columns.values() if one.kind is Kind.NUMBER)

    def spread(self, column: str) -> Spread:
        """Where the known values of a number column lie; at least one must be known."""
        if column not in self._spreads:
            self._spreads[column] = Spread.of(self.universe.frame[column])
        return self._spreads[column]

    def distribution(self, column: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """How many known values lie between the stops of a number column, as `distribution` gives it."""
        if column not in self._distributions:
            found = distribution(self.universe.frame[column], self.spread(column).stops())
            self._distributions[column] = found
        return self._distributions[column]

    def options(self, column: str) -> tuple[str, ...]:
        """Values to choose from, the most frequent first; of an industry the codes at every level."""
        if column not in self._options:
            values = self.universe.frame[column]
            is_industry = self.columns[column].kind is Kind.INDUSTRY
            self._options[column] = (
                levels(values) if is_industry else frequent(values)[:MOST_OPTIONS]
            )
        return self._options[column]

    def counts(self, column: str) -> dict[str, int]:
        """Accounts with each of the `options`; of an industry with a code of that level or below."""
        if column not in self._counts:
            self._counts[column] = counts(self.universe.frame[column], self.columns[column].kind)
        return self._counts[column]

    def values(self, column: str) -> tuple[str, ...]:
        """Values that occur, rising; none where there is no such column."""
        if column not in self.columns:
            return ()
        return tuple(sorted(self.universe.frame[column].drop_nulls().unique()))


def counts(values: pl.Series, kind: Kind) -> dict[str, int]:
    """How many accounts have each value; of an industry with a code of that level or below.

    Parameters
    ----------
    values
        A column of a choice, an industry or tags.
    kind
        Of that column.
    """
    values = values.drop_nulls()
    parts = [values.explode() if isinstance(values.dtype, pl.List) else values]
    if kind is Kind.INDUSTRY:
        sections = {code: industry.section_of(code) for code in values.unique()}
        section = values.replace_strict(sections, return_dtype=pl.String)
        parts = [
            section,
            *(values.filter(values.str.len_chars() >= n).str.head(n) for n in (2, 4, 5)),
        ]
    found = pl.concat([part.drop_nulls().alias("value") for part in parts]).value_counts()
    return dict(found.iter_rows())


def levels(codes: pl.Series) -> tuple[str, ...]:
    """Codes at every level that occur, each section followed by its divisions, groups and classes."""
    found = set()
    for code in codes.drop_nulls().unique():
        found |= {code[:5], code[:4], code[:2]}
    found = {code for code in found if code in industry.industries()}
    sections = {industry.section_of(code) or "" for code in found} - {""}
    return tuple(
        sorted(
            found | sections,
            key=lambda code: (industry.section_of(code) or "", code not in sections, code),
        )
    )


def criterion(universe: Universe, column: str, role: Role) -> Criterion:
    """A criterion to start from on a column that a criterion can test.

    Numbers ask for what is usual, by a hard range in must-haves and a sloped one in nice-to-haves;
    choices and tags for the most frequent values.

    Parameters
    ----------
    universe
        The accounts.
    column
        Its name.
    role
        A must-have or a nice-to-have.

    Raises
    ------
    ProfileError
        If the column cannot be tested, or no account has a value in it.
    """
    described = universe.columns[column]
    whole = universe.frame[column]
    if not described.is_criterion or whole.null_count() == len(whole):
        raise ProfileError(
            f"No criterion can be made on {described.label}: there are no values to test. "
            "Choose another column."
        )
    values = _base(universe)[column]
    if values.null_count() == len(values):
        values = whole
    match described.kind:
        case Kind.NUMBER:
            fit = _range(Spread.of(values), Spread.of(whole), role)
            return Criterion(column=column, role=role, fit=fit)
        case Kind.FLAG:
            return Criterion(column=column, role=role, fit=Flag())
        case Kind.TAGS:
            return Criterion(column=column, role=role, fit=Tags(tags=_chosen(values)))
    chosen = _chosen(_divisions(described, values))
    return Criterion(column=column, role=role, fit=Choice.of(*chosen))


def potential(offers: Offers, model: str, before: Potential) -> Potential:
    """A model of potential to start from, with the floor and the cap of the one before.

    Parameters
    ----------
    offers
        What the accounts have.
    model
        `per_employee`, `revenue_share`, `employee_bands` or `column`.
    before
        The model so far.

    Raises
    ------
    ProfileError
        If potential is to stand in a column, and there is no column of numbers.
    """
    limits = {"floor": before.floor, "cap": before.cap}
    match model:
        case "per_employee":
            return PerEmployee(**limits)
        case "revenue_share":
            return RevenueShare(**limits)
        case "employee_bands":
            return EmployeeBands(bands=_POTENTIAL_BANDS, **limits)
    names = [column.name for column in offers.numbers]
    own = [name for name in names if not (offers.columns[name].is_canonical or restates(name))]
    if not names:
        raise ProfileError(
            "These accounts have no number column to read potential from. Use another model."
        )
    return ColumnPotential(column="revenue" if "revenue" in names else (own or names)[0], **limits)


def profile(universe: Universe) -> Profile:
    """A first profile for a user's own accounts: a usual size, and a few attributes that tell.

    The size is a must-have, unless few sizes are known; industry, growth, margin and so on are
    nice-to-haves, then the list's own columns, as far as they are known and differ. It always fits the
    accounts, if only without criteria.

    Parameters
    ----------
    universe
        The accounts.
    """
    telling = [column for column in testable(universe) if _tells(universe, column)]
    names = {column.name for column in telling}
    size = next((name for name in _SIZES if name in names), None)
    own = [column.name for column in telling if not column.is_canonical]
    rest = [name for name in (*_TELLING, *own) if name in names and name != size]
    many = size is not None and universe.frame[size].count() >= _FEW
    decides = Role.MUST_HAVE if many else Role.NICE_TO_HAVE
    criteria = [criterion(universe, size, decides)] if size else []
    criteria += [criterion(universe, name, Role.NICE_TO_HAVE) for name in rest[:_WANTED]]
    by_revenue = size == "revenue"
    return Profile(
        name=PROFILE_NAME,
        description="A place to start from: what is usual among these accounts. Change it freely.",
        criteria=tuple(criteria),
        tiers=NEW_TIERS,
        potential=RevenueShare() if by_revenue else PerEmployee(),
    )


def _tells(universe: Universe, column: Column) -> bool:
    """Whether enough is known of a column, and it tells accounts apart."""
    if restates(column.name):  # in euros it tells already: two weights for one fact
        return False
    values = universe.frame[column.name]
    if values.null_count() > (1 - _KNOWN) * len(values):
        return False
    different = len(frequent(values)) if column.kind is not Kind.NUMBER else values.n_unique()
    few_enough = column.is_canonical or column.kind is Kind.NUMBER or different <= _MANY
    return different > 1 and few_enough


def _base(universe: Universe) -> pl.DataFrame:
    """The customers where there are enough of them, else everybody."""
    if "is_customer" not in universe.columns:
        return universe.frame
    customers = universe.frame.filter(pl.col("is_customer"))
    return customers if customers.height >= LEAST_CUSTOMERS else universe.frame


def _range(spread: Spread, whole: Spread, role: Role) -> Range:
    stops = whole.stops()

    def near(value: float) -> float:
        return min(stops, key=lambda stop: abs(stop - value))

    _, p10, p25, _, p75, p90, _ = map(near, spread.quantiles)
    if role is Role.MUST_HAVE:
        return Range.between(p10, p90)
    log = whole.scale == "log"
    return Range(a=p10, b=p25, c=p75, d=p90, scale="log" if log else "linear")


def _divisions(column: Column, values: pl.Series) -> pl.Series:
    return values.str.slice(0, 2) if column.kind is Kind.INDUSTRY else values


def _chosen(values: pl.Series) -> tuple[str, ...]:
    ranked = frequent(values)
    if not ranked:
        raise ProfileError(f"No account names anything in {values.name}. Choose another column.")
    return ranked[:3]
