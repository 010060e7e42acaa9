"""The Ideal Customer Profile: criteria, tier policy, potential model and time box.

All models are frozen and validated; an edit returns a copy. `Profile.from_json` and `to_json` are the
file format, which carries a `schema_version`.
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self

import polars as pl
from pydantic import Field, field_validator, model_validator

from icp_core.accounts.columns import BY_NAME, Column, Kind, fits_for
from icp_core.errors import ProfileError
from icp_core.intervals import alike
from icp_core.profiles.frozen import FrozenModel, json_object, short, validated
from icp_core.reference.numbers import number

SCHEMA_VERSION: Final = 1
WITH_BRIEF: Final = 2
"""Schema version of a file that holds a profile and its brief."""


MAX_GATES: Final = 32
MAX_TIERS: Final = 9
MAX_WEIGHT: Final = 10
NO_TIER: Final = ("unranked", "too little known")
"""What matches in no tier are counted under: names that no tier may have, in any case."""
MAX_CRITERIA: Final = 50
MAX_VALUES: Final = 2_000
"""Values, or tags, of one criterion: every municipality of five countries is a thousand."""

_TYPES: Final[dict[str, pl.DataType]] = {
    "range": pl.Float64(),
    "choice": pl.String(),
    "tags": pl.List(pl.String()),
    "flag": pl.Boolean(),
}
"""What a fit of each kind reads, where no column says it."""

MAX_TEXT: Final = 200
"""Letters of a column's name, a value or a tag."""

MAX_BANDS: Final = 50
MAX_AMOUNT: Final = 1e12
"""Of a potential, a rate or a threshold: beyond it nobody means it."""

_NACE: Final = re.compile(r"[A-V]|\d\d(\.\d{1,2})?")


def _is_reserved(name: str) -> bool:
    return name.strip().casefold() in NO_TIER


class Role(StrEnum):
    """What a criterion decides."""

    MUST_HAVE = "must_have"
    NICE_TO_HAVE = "nice_to_have"
    DRAWBACK = "drawback"
    KNOCK_OUT = "knock_out"

    @property
    def is_gate(self) -> bool:
        """Whether the criterion lets accounts in or keeps them out, rather than scores them."""
        return self in (Role.MUST_HAVE, Role.KNOCK_OUT)

    @property
    def favours(self) -> bool:
        """Whether meeting the criterion speaks for the account."""
        return self in (Role.MUST_HAVE, Role.NICE_TO_HAVE)


class Missing(StrEnum):
    """What an unknown value means.

    `unknown` leaves gates open (the account is possible) and scores without the criterion; `fail`
    counts against the account and `pass` in its favour, whatever the criterion's role.
    """

    UNKNOWN = "unknown"
    FAIL = "fail"
    PASS = "pass"  # noqa: S105 - a rule, not a password


class Range(FrozenModel):
    """Trapezoid over a number: 0 outside [a, d], 1 inside [b, c], linear between.

    An end is open when both of its edges are None; a = b (or c = d) is a hard, inclusive edge. On the
    log scale the slopes are linear in log10(1 + x), and values below zero count as zero.

    Examples
    --------
    From 50 to 250 people, and less and less down to 20 of them:

    >>> Range(a=20, b=50, c=250, d=250)
    Range(kind='range', a=20.0, b=50.0, c=250.0, d=250.0, scale='linear')
    >>> Range.between(50, None)
    Range(kind='range', a=50.0, b=50.0, c=None, d=None, scale='linear')
    """

    kind: Literal["range"] = "range"
    a: float | None = None
    b: float | None = None
    c: float | None = None
    d: float | None = None
    scale: Literal["linear", "log"] = "linear"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for outer, inner, end in (("a", "b", "lower"), ("d", "c", "upper")):
            if (getattr(self, outer) is None) != (getattr(self, inner) is None):
                raise ValueError(
                    f"the {end} end needs both {outer} and {inner}, or neither to leave it open"
                )
        edges = [(name, getattr(self, name)) for name in "abcd" if getattr(self, name) is not None]
        for (left, low), (right, high) in pairwise(edges):
            if low > high:
                raise ValueError(
                    f"{left} ({low:g}) is above {right} ({high:g}); "
                    "the edges must rise: a ≤ b ≤ c ≤ d"
                )
        if self.scale == "log" and edges and edges[0][1] < 0:
            raise ValueError("a log scale starts at 0; use the linear scale for negative edges")
        before = None
        for name, edge in edges:
            # Edges that nobody can tell apart are one, and read as one.
            if before is not None and before != edge and alike(before, edge):
                object.__setattr__(self, name, before)
            else:
                before = edge
        return self

    @classmethod
    def between(cls, low: float | None = None, high: float | None = None) -> Self:
        """Hard, inclusive edges; None leaves that end open."""
        return cls(a=low, b=low, c=high, d=high)

    def moved(self, edge: str, to: float | None) -> Self:
        """A copy with one edge elsewhere; the edges that it would pass move along.

        A hard end stays hard.

        Parameters
        ----------
        edge
            `a` and `d` are the least and the most that fits at all, `b` and `c` what fits best.
        to
            Where it stands; None opens the end, or makes it hard where it is the inner edge that goes.

        Examples
        --------
        >>> Range(a=20, b=50, c=120, d=250).moved("d", 100)
        Range(kind='range', a=20.0, b=50.0, c=100.0, d=100.0, scale='linear')
        >>> Range.between(20, 250).moved("d", 10)
        Range(kind='range', a=10.0, b=10.0, c=10.0, d=10.0, scale='linear')
        """
        outer, inner = ("a", "b") if edge in "ab" else ("d", "c")
        edges = {name: getattr(self, name) for name in "abcd"}
        if to is None:
            kept = edges[outer] if edge == inner else None
            return self.replace(**{outer: kept, inner: kept})
        is_hard = edges[outer] == edges[inner]
        if edges[outer] is None or (is_hard and edge == outer):
            edges[outer] = edges[inner] = to
        edges[edge] = to
        for name, value in edges.items():
            if value is not None and name != edge:
                edges[name] = min(value, to) if name < edge else max(value, to)
        is_below_zero = any(value is not None and value < 0 for value in edges.values())
        return self.replace(**edges, scale="linear" if is_below_zero else self.scale)

    def loosened(self, stops: Sequence[float], *, steps: int = 1) -> Self:
        """A copy that lets more through: each closed end moves outward along `stops`.

        The outer edge moves to the next stop beyond it, `steps` times; past the last stop the end
        opens. A hard edge stays hard; a slope keeps its inner edge and so becomes gentler.

        Parameters
        ----------
        stops
            Round values of the column, rising (`first_draft.Spread.stops`).
        steps
            How many stops to move.
        """
        edges: dict[str, float | None] = {}
        for outer, inner, beyond in self._closed_ends(stops, inward=False):
            moved = beyond[steps - 1] if len(beyond) >= steps else None
            hard = getattr(self, outer) == getattr(self, inner)
            edges |= {outer: moved}
            if hard or moved is None:
                edges |= {inner: moved}
        return self.replace(**edges)

    def tightened(self, stops: Sequence[float], *, steps: int = 1) -> Self:
        """A copy that lets less through: each closed end moves inward along `stops`.

        The outer edge moves to the next stop inside it, `steps` times, and takes the inner one along
        where it would pass it. Unchanged where there is no such stop, or the two ends would meet.
        """
        edges: dict[str, float | None] = {}
        for outer, inner, inside in self._closed_ends(stops, inward=True):
            if len(inside) < steps:
                return self
            moved = inside[steps - 1]
            kept = getattr(self, inner)
            edges |= {outer: moved, inner: max(moved, kept) if outer == "a" else min(moved, kept)}
        low, high = (edges.get("b"), edges.get("c"))
        if low is not None and high is not None and low >= high:
            return self
        return self.replace(**edges)

    def _closed_ends(
        self, stops: Sequence[float], *, inward: bool
    ) -> list[tuple[str, str, list[float]]]:
        """Names of the outer and inner edge of each closed end, and the stops it moves along."""
        if self.scale == "log":
            stops = [stop for stop in stops if stop >= 0]
        ends = []
        for outer, inner, rising in (("a", "b", inward), ("d", "c", not inward)):
            edge = getattr(self, outer)
            if edge is not None:
                ahead = [stop for stop in stops if (stop > edge if rising else stop < edge)]
                ends.append((outer, inner, sorted(ahead, reverse=not rising)))
        return ends


Fraction = Annotated[float, Field(ge=0, le=1)]


class Choice(FrozenModel):
    """A fit per value, and a default for the rest.

    On `industry`, keys are NACE codes of any level or section letters, and the longest matching prefix
    decides.

    Examples
    --------
    >>> Choice.of("SE", "NO").values["NO"]
    1.0
    >>> Choice(values={"J": 0.5, "62": 1}, default=0.1)
    Choice(kind='choice', values={'J': 0.5, '62': 1.0}, default=0.1)
    """

    kind: Literal["choice"] = "choice"
    values: Mapping[str, Fraction] = Field(min_length=1)
    default: Fraction = 0.0

    def __hash__(self) -> int:
        return hash((frozenset(self.values.items()), self.default))

    @classmethod
    def of(cls, *values: str) -> Self:
        """Fit 1 for the named values and 0 for all others."""
        return cls(values=dict.fromkeys(values, 1.0))


class Tags(FrozenModel):
    """How many of the named tags an account has: any of them, all of them, or their share."""

    kind: Literal["tags"] = "tags"
    tags: tuple[str, ...] = Field(min_length=1)
    match: Literal["any", "all", "share"] = "any"

    @field_validator("tags")
    @classmethod
    def _distinct(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tags))


class Flag(FrozenModel):
    """Whether a yes/no column has the wanted value."""

    kind: Literal["flag"] = "flag"
    value: bool = True


Fit = Annotated[Range | Choice | Tags | Flag, Field(discriminator="kind")]


class Criterion(FrozenModel):
    """One test on one column.

    `weight` (1…10) counts for nice-to-haves and drawbacks; gates ignore it.
    """

    column: str = Field(min_length=1)
    role: Role
    fit: Fit
    weight: int = Field(default=5, ge=1, le=MAX_WEIGHT)
    missing: Missing = Missing.UNKNOWN

    @property
    def signed_weight(self) -> int:
        """The weight, negative where it speaks against an account."""
        return self.weight if self.role.favours else -self.weight


class Tier(FrozenModel):
    """One tier: its name and the least score, number of accounts, or least potential it takes."""

    name: str = Field(min_length=1, max_length=20)
    threshold: float = Field(ge=0)


class TierPolicy(FrozenModel):
    """How matches are ranked into tiers, best tier first.

    - `cut_off`: threshold = least score (0…100).
    - `capacity`: threshold = how many accounts the tier takes; the best go first, ties broken by
      potential, then `account_id`.
    - `value`: threshold = least potential in the profile's currency.

    `least_coverage` is the share of the weight that must be known of an account for any tier: 0 asks for
    nothing, as files without it do.

    Examples
    --------
    >>> TierPolicy().names
    ('A', 'B', 'C')
    >>> TierPolicy(kind="capacity", tiers=(Tier(name="Now", threshold=50),)).tiers[0].threshold
    50.0
    """

    kind: Literal["cut_off", "capacity", "value"] = "cut_off"
    tiers: tuple[Tier, ...] = (
        Tier(name="A", threshold=80),
        Tier(name="B", threshold=60),
        Tier(name="C", threshold=40),
    )
    # Not written where nothing is asked for: a profile that was saved without it is still the same.
    least_coverage: Fraction = Field(default=0.0, exclude_if=lambda least: least == 0)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not 1 <= len(self.tiers) <= MAX_TIERS:
            raise ValueError(f"a policy has 1 to {MAX_TIERS} tiers, not {len(self.tiers)}")
        names = [tier.name for tier in self.tiers]
        if len(set(names)) < len(names):
            raise ValueError("two tiers have the same name; give each its own")
        for name in names:
            if _is_reserved(name):
                raise ValueError(f"“{name}” means matches in no tier; name the tier otherwise")
        if self.kind == "capacity":
            for tier in self.tiers:
                if tier.threshold < 1 or tier.threshold != int(tier.threshold):
                    raise ValueError(
                        f"tier {tier.name} takes {tier.threshold:g} accounts; use a whole number from 1"
                    )
            return self
        for better, worse in pairwise(self.tiers):
            if worse.threshold >= better.threshold:
                raise ValueError(
                    f"tier {worse.name} ({worse.threshold:g}) must start below "
                    f"tier {better.name} ({better.threshold:g})"
                )
        if self.kind == "cut_off" and self.tiers[0].threshold > 100:
            raise ValueError("a score never exceeds 100; lower the cut-off of the best tier")
        return self

    def with_threshold(self, index: int, threshold: float) -> Self:
        """A copy in which one tier takes another threshold; those that it would pass move along.

        Examples
        --------
        >>> [tier.threshold for tier in TierPolicy().with_threshold(1, 90).tiers]
        [90.5, 90.0, 40.0]
        """
        made = [tier.threshold for tier in self.tiers]
        made[index] = threshold
        if self.kind != "capacity":
            step = 0.5 if self.kind == "cut_off" else 1.0
            most = 100.0 if self.kind == "cut_off" else MAX_AMOUNT
            made[index] = max(min(threshold, most - step * index), step * (len(made) - 1 - index))
            for place in reversed(range(index)):
                made[place] = max(made[place], made[place + 1] + step)
            for place in range(index + 1, len(made)):
                made[place] = min(made[place], made[place - 1] - step)
        tiers = zip(self.tiers, made, strict=True)
        return self.replace(tiers=tuple(tier.replace(threshold=at) for tier, at in tiers))

    def renamed(self, index: int, name: str) -> Self:
        """A copy in which one tier has another name.

        Raises
        ------
        ProfileError
            If no tier may be called that, or another one is.
        """
        tier = self.tiers[index].replace(name=name)
        return self.replace(tiers=(*self.tiers[:index], tier, *self.tiers[index + 1 :]))

    @property
    def names(self) -> tuple[str, ...]:
        """Tier names, best first."""
        return tuple(tier.name for tier in self.tiers)


NEW_TIERS: Final = TierPolicy(least_coverage=0.5)
"""Of a new profile: a score over less than half of the weight says more of the gaps than of the fit."""


class _Potential(FrozenModel):
    floor: float = Field(default=0, ge=0)
    cap: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _floor_below_cap(self) -> Self:
        if self.cap is not None and self.floor > self.cap:
            raise ValueError(f"floor ({self.floor:g}) is above cap ({self.cap:g})")
        return self

    def from_floor(self, floor: float) -> Self:
        """A copy with another floor; a cap below it moves along."""
        return self.replace(floor=floor, cap=None if self.cap is None else max(self.cap, floor))

    def up_to_cap(self, cap: float | None) -> Self:
        """A copy with another cap, or none; a floor above it moves along."""
        return self.replace(cap=cap, floor=self.floor if cap is None else min(self.floor, cap))


class ColumnPotential(_Potential):
    """Potential stands in a column: euro columns are converted, others are in the profile's currency."""

    model: Literal["column"] = "column"
    column: str = Field(min_length=1)


class PerEmployee(_Potential):
    """Potential is a rate per employee and year, in the profile's currency."""

    model: Literal["per_employee"] = "per_employee"
    rate: float = Field(default=100, ge=0)


class RevenueShare(_Potential):
    """Potential is a share of yearly revenue."""

    model: Literal["revenue_share"] = "revenue_share"
    share: Fraction = 0.001


class Band(FrozenModel):
    """A fixed yearly amount from a headcount upward."""

    at_least: int = Field(ge=0)
    amount: float = Field(ge=0)


class EmployeeBands(_Potential):
    """Potential is a fixed amount per band of headcount; below the first band it is 0."""

    model: Literal["employee_bands"] = "employee_bands"
    bands: tuple[Band, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        for lower, upper in pairwise(self.bands):
            if upper.at_least <= lower.at_least:
                raise ValueError(
                    f"band {upper.at_least} must start above band {lower.at_least}; list bands rising"
                )
        return self

    @property
    def of_any(self) -> float | None:
        """The amount of every account, before limits; None where the headcount makes a difference."""
        amounts = {band.amount for band in self.bands}
        return amounts.pop() if self.bands[0].at_least == 0 and len(amounts) == 1 else None

    def changed(self, index: int, **changes: float) -> Self:
        """A copy with one band changed; bands that its beginning would pass move along."""
        bands = list(self.bands)
        bands[index] = bands[index].replace(**changes)
        bands[index] = bands[index].replace(at_least=max(bands[index].at_least, index))
        for place in reversed(range(index)):
            least = min(bands[place].at_least, bands[place + 1].at_least - 1)
            bands[place] = bands[place].replace(at_least=least)
        for place in range(index + 1, len(bands)):
            least = max(bands[place].at_least, bands[place - 1].at_least + 1)
            bands[place] = bands[place].replace(at_least=least)
        return self.replace(bands=tuple(bands))

    def resized(self, count: int) -> Self:
        """A copy with bands added at the end, each at twice the one before, or taken away there."""
        bands = list(self.bands[:count])
        while len(bands) < count:
            last = bands[-1]
            bands.append(Band(at_least=max(2 * last.at_least, 10), amount=2 * last.amount))
        return self.replace(bands=tuple(bands))


Potential = Annotated[
    ColumnPotential | PerEmployee | RevenueShare | EmployeeBands, Field(discriminator="model")
]


class Profile(FrozenModel):
    """An Ideal Customer Profile for one product and one market segment.

    `description` is the one the whole team shares, thirty words at best. `currency` (ISO 4217) is that
    of potential and of value tiers.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    name: str = Field(min_length=1, max_length=80)
    description: str = Field(default="", max_length=600)
    offer: str = Field(default="", max_length=200)
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    valid_from: date | None = None
    valid_until: date | None = None
    criteria: tuple[Criterion, ...] = ()
    tiers: TierPolicy = TierPolicy()
    potential: Potential = PerEmployee()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise ValueError(
                f"the time box ends ({self.valid_until}) before it starts ({self.valid_from})"
            )
        if sum(criterion.role.is_gate for criterion in self.criteria) > MAX_GATES:
            raise ValueError(
                f"more than {MAX_GATES} must-haves and knock-outs; four to five sharp ones work best"
            )
        return self

    def replace(self, **changes: Any) -> Self:
        """A validated copy with some fields changed, which stays within the limits.

        A profile that was saved before there were limits, and is beyond one, may shrink but not grow.

        Raises
        ------
        ProfileError
            If the changed profile is not valid, or beyond a limit further than this one.
        """
        changed = super().replace(**changes)
        _check_sizes(changed, before=self)
        return changed

    def having(self, *roles: Role) -> tuple[Criterion, ...]:
        """The criteria in those roles, in the profile's order."""
        return tuple(criterion for criterion in self.criteria if criterion.role in roles)

    @property
    def gates(self) -> tuple[Criterion, ...]:
        """Must-haves and knock-outs, in the profile's order."""
        return self.having(Role.MUST_HAVE, Role.KNOCK_OUT)

    @property
    def scored(self) -> tuple[Criterion, ...]:
        """Nice-to-haves and drawbacks, in the profile's order."""
        return self.having(Role.NICE_TO_HAVE, Role.DRAWBACK)

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the profile reads."""
        needed = {criterion.column for criterion in self.criteria}
        match self.potential:
            case ColumnPotential(column=column):
                needed.add(column)
            case EmployeeBands(of_any=amount) if amount is not None:
                pass
            case PerEmployee() | EmployeeBands():
                needed.add("employees")
            case RevenueShare():
                needed.add("revenue")
        return frozenset(needed)

    def is_over(self, on: date) -> bool:
        """Whether the time box ended before that day."""
        return self.valid_until is not None and self.valid_until < on

    def adding(self, criterion: Criterion) -> "Profile":
        """A copy with one more criterion at the end."""
        return self.replace(criteria=(*self.criteria, criterion))

    def changing(self, index: int, **changes: Any) -> "Profile":
        """A copy with some fields of the criterion at `index` changed."""
        criteria = list(self.criteria)
        criteria[index] = criteria[index].replace(**changes)
        return self.replace(criteria=tuple(criteria))

    def without(self, index: int) -> "Profile":
        """A copy without the criterion at `index`."""
        return self.replace(criteria=self.criteria[:index] + self.criteria[index + 1 :])

    def lacking(self, columns: Mapping[str, Column]) -> dict[str, pl.DataType]:
        """Columns that the profile reads and that these lack, with the type that its tests would need.

        Accounts to which they are added, unknown for all (`Universe.with_unknown`), can be evaluated.
        """
        lacking = {
            one.column: _TYPES[one.fit.kind] for one in self.criteria if one.column not in columns
        }
        if isinstance(self.potential, ColumnPotential) and self.potential.column not in columns:
            lacking.setdefault(self.potential.column, _TYPES["range"])
        return {
            name: BY_NAME[name].dtype or dtype if name in BY_NAME else dtype
            for name, dtype in lacking.items()
        }

    def check(self, columns: Mapping[str, Column]) -> None:
        """Raise if the profile cannot be applied to a universe with these columns.

        Raises
        ------
        ProfileError
            Names the first criterion on a column that is missing, or of a kind its fit cannot test.
        """
        for criterion in self.criteria:
            column = columns.get(criterion.column)
            if column is None:
                raise ProfileError(
                    f"The profile “{self.name}” tests the column {criterion.column}, which these "
                    "accounts do not have. Remove that criterion or choose other accounts."
                )
            if criterion.fit.kind not in fits_for(column.kind):
                raise ProfileError(
                    f"A {criterion.fit.kind} fit cannot test {column.label}, which holds {column.kind} "
                    f"values. Use {_listed(fits_for(column.kind)) or 'another column'}."
                )
            if column.kind is Kind.INDUSTRY and isinstance(criterion.fit, Choice):
                for key in criterion.fit.values:
                    if not _NACE.fullmatch(key):
                        raise ProfileError(
                            f"“{key}” is not a NACE code. Write a section letter (J), a division (62), "
                            "a group (62.0) or a class (62.01)."
                        )
        if isinstance(self.potential, ColumnPotential):
            column = columns.get(self.potential.column)
            if column is None or column.kind is not Kind.NUMBER:
                raise ProfileError(
                    f"The potential is read from {self.potential.column}, which is not a number column "
                    "of these accounts. Choose another column or another potential model."
                )

    def to_json(self) -> str:
        """The profile as JSON text, indented, ending in a newline."""
        return self.model_dump_json(indent=2, exclude_none=True) + "\n"

    @classmethod
    def from_json(
        cls, text: str | bytes, *, saved: bool = False, remarks: list[str] | None = None
    ) -> "Profile":
        """Read a profile; of a file that has a brief too, the profile alone (`files.Agreed` reads both).

        A tier whose name was allowed once and means matches in no tier now gets another one.

        Parameters
        ----------
        text
            As `to_json` writes it.
        saved
            Whether it was saved in a workspace: then it may be beyond the limits, which are younger.
        remarks
            Takes a sentence on whatever was changed.

        Raises
        ------
        ProfileError
            If the text is not JSON, of another schema version, not a valid profile, or beyond a limit;
            the message has the path of the first field that is wrong.
        """
        content = json_object(text)
        if content.get("schema_version") == WITH_BRIEF and isinstance(content.get("profile"), dict):
            content = content["profile"]
        return cls.of(content, saved=saved, remarks=remarks)

    @classmethod
    def of(
        cls, content: dict[str, Any], *, saved: bool = False, remarks: list[str] | None = None
    ) -> "Profile":
        """The profile of plain JSON values.

        Parameters
        ----------
        content
            What the text of a profile holds.
        saved, remarks
            As for `from_json`.

        Raises
        ------
        ProfileError
            As `from_json`.
        """
        version = content.get("schema_version")
        if version != SCHEMA_VERSION:
            raise ProfileError(
                f"The profile has schema_version {short(repr(version))}; this program reads "
                f"{SCHEMA_VERSION}. Save it again with the program it came from, or update this one."
            )
        content, changed = _with_other_names(content)
        profile = validated(cls, content)
        if remarks is not None:
            remarks += changed
        if not saved:
            _check_sizes(profile)
        return profile


def _with_other_names(content: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A profile's content with other names for tiers that mean matches in no tier, and remarks."""
    policy = content.get("tiers")
    tiers = policy.get("tiers") if isinstance(policy, dict) else None
    # What has another shape is no profile, which validating it says.
    if not isinstance(policy, dict) or not isinstance(tiers, list):
        return content, []
    taken = {tier.get("name") for tier in tiers if isinstance(tier, dict)}
    renamed, remarks = list(tiers), []
    for place, tier in enumerate(tiers):
        before = tier.get("name") if isinstance(tier, dict) else None
        if not isinstance(before, str) or not _is_reserved(before):
            continue
        names = (f"Tier {number}" for number in itertools.count(place + 1))
        after = next(name for name in names if name not in taken)
        taken.add(after)
        renamed[place] = tier | {"name": after}
        was = short(before.strip())
        remarks.append(f"The tier “{was}” is called “{after}”: “{was}” means matches in no tier.")
    return content | {"tiers": policy | {"tiers": renamed}}, remarks


def _sizes(profile: Profile) -> dict[str, tuple[float, float]]:
    """How large each part of a profile is that has a limit, and the limit, by what is counted."""
    values = [
        tuple(one.fit.values) if isinstance(one.fit, Choice) else one.fit.tags
        for one in profile.criteria
        if isinstance(one.fit, Choice | Tags)
    ]
    texts = itertools.chain((one.column for one in profile.criteria), *values)
    potential = profile.potential
    bands = potential.bands if isinstance(potential, EmployeeBands) else ()
    amounts = [potential.floor, potential.cap or 0, *(band.amount for band in bands)]
    amounts += [potential.rate] if isinstance(potential, PerEmployee) else []
    amounts += [tier.threshold for tier in profile.tiers.tiers]
    return {
        "criteria": (len(profile.criteria), MAX_CRITERIA),
        "values of one criterion": (max(map(len, values), default=0), MAX_VALUES),
        "letters of a name or value": (max(map(len, texts), default=0), MAX_TEXT),
        "bands of headcount": (len(bands), MAX_BANDS),
        "as an amount": (max(amounts), MAX_AMOUNT),
    }


def _check_sizes(profile: Profile, *, before: Profile | None = None) -> None:
    reached = _sizes(before) if before else {}
    for what, (size, limit) in _sizes(profile).items():
        if size > max(limit, reached.get(what, (0, limit))[0]):
            raise ProfileError(
                f"A profile holds at most {number(limit)} {what}; this one has "
                f"{number(size)}. Four to five "
                "sharp criteria work best; take some away, or make two profiles."
                if what == "criteria"
                else f"A profile holds at most {number(limit)} {what}; this one has "
                f"{number(size)}. Use less."
            )


def _listed(words: Iterable[str]) -> str:
    return " or ".join(words)
