"""Who sells: the reps of a team, where they live, and how many hours they have.

A rep without hours, or whose home nobody knows, stays in the team: `Team.remarks` says what follows from
it. Only what cannot be told apart is refused, as names are what accounts refer to.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from math import asin, cos, radians, sin, sqrt
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from icp_core.errors import PlanError
from icp_core.reference import geography
from icp_core.reference.countries import names as country_names
from icp_core.reference.numbers import number

MOST_REPS: Final = 2_000
MOST_HOURS: Final = 8_784
"""Hours of a leap year."""

MOST_KM: Final = 20_100
"""More than half the earth's girth."""

MOST_LETTERS: Final = 254
"""Of an e-mail address."""

MOST_NAME: Final = 200
MOST_COUNTRIES: Final = 60

MEAN_RADIUS_KM: Final = 6_371.0
"""Of the earth (IUGG)."""


def key_of(name: str) -> str:
    """What two spellings of one rep have in common: case and blanks do not count.

    Examples
    --------
    >>> key_of(" Anna  BERG ")
    'anna berg'
    """
    return " ".join(name.casefold().split())


_ADDRESS: Final = re.compile(r"\w[\w.!#$%&'*+/?^`{|}~-]*@\w[\w-]*(?:\.\w[\w-]*)+")


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address that files can carry as it stands.

    One that begins as a formula does is none: a file would have to write another address.

    Examples
    --------
    >>> [is_address(text) for text in ("anna@example.com", "@x", "=1+1@example.com", "anna@")]
    [True, False, False, False]
    """
    return len(text) <= MOST_LETTERS and _ADDRESS.fullmatch(text) is not None


class Rep(BaseModel):
    """Somebody who works accounts.

    Attributes
    ----------
    name
        As accounts name their owner.
    email
        As some systems name owners; None if unknown.
    home
        Code of the municipality that journeys begin in (`SE-0180`); None if unknown.
    hours
        For accounts, a year.
    countries
        That the rep works in, ISO 3166-1 alpha-2; none means everywhere.
    max_km
        How far from home an account may lie, as the crow flies; None for any distance.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
    email: Annotated[str, Field(min_length=3, max_length=MOST_LETTERS)] | None = None
    home: Annotated[str, Field(min_length=2, max_length=20)] | None = None
    hours: float = Field(default=1_000, ge=0, le=MOST_HOURS)
    countries: Annotated[tuple[str, ...], Field(max_length=MOST_COUNTRIES)] = ()
    max_km: float | None = Field(default=None, gt=0, le=MOST_KM)

    @field_validator("name", "email", "home", mode="before")
    @classmethod
    def _tidy(cls, value: Any, info: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = " ".join(value.split())
        return text or (None if info.field_name != "name" else "")

    @field_validator("home")
    @classmethod
    def _today(cls, value: str | None) -> str | None:
        """Follow a municipality that was merged into one other."""
        gone = geography.former("municipality").get(value or "")
        return gone.today[0] if gone and len(gone.today) == 1 else value

    @field_validator("countries")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [code for code in value if code not in country_names()]
        if unknown:
            raise ValueError(f"{unknown[0]} is no country's two-letter code")
        return tuple(dict.fromkeys(value))

    @property
    def place(self) -> tuple[float, float] | None:
        """Degrees of latitude and longitude of the home; None if it is none of our municipalities."""
        return geography.coordinates("", municipality=self.home) if self.home else None

    def serves(self, country: str | None) -> bool:
        """Whether the rep works in a country; an unknown one is nobody's to refuse."""
        return country is None or not self.countries or country in self.countries

    def km_to(self, latitude: float, longitude: float) -> float | None:
        """Kilometres from home as the crow flies; None if the home is unknown."""
        return None if self.place is None else km_between(*self.place, latitude, longitude)

    def replace(self, **changes: Any) -> "Rep":
        """A validated copy with some fields changed.

        Raises
        ------
        PlanError
            If a value is out of its range.
        """
        return rep(**({name: getattr(self, name) for name in Rep.model_fields} | changes))


def rep(**fields: Any) -> Rep:
    """A rep out of what somebody entered.

    Raises
    ------
    PlanError
        If a value is out of its range, with the rep and the field.
    """
    try:
        return Rep.model_validate(fields)
    except ValidationError as error:
        raise PlanError(_invalid(error, fields)) from error


class Team(BaseModel):
    """The reps, in their order.

    Attributes
    ----------
    reps
        No two of one name or e-mail address.

    Examples
    --------
    >>> team = Team(reps=(Rep(name="Anna Berg", email="anna@example.com", home="SE-0180"),))
    >>> team.owner_key("ANNA@example.com"), team.owner_key("Nils Dahl")
    ('Anna Berg', None)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    reps: Annotated[tuple[Rep, ...], Field(max_length=MOST_REPS)] = ()

    @model_validator(mode="after")
    def _apart(self) -> "Team":
        seen: dict[str, int] = {}
        for place, one in enumerate(self.reps):
            for key in filter(None, (one.name, one.email)):
                if seen.setdefault(key_of(key), place) != place:
                    raise ValueError(
                        f"two reps are called {key}: accounts name their owner, so give one of them "
                        "another name"
                    )
        return self

    def __bool__(self) -> bool:
        return bool(self.reps)

    def __len__(self) -> int:
        return len(self.reps)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the reps."""
        return tuple(one.name for one in self.reps)

    @property
    def hours(self) -> float:
        """Of all together, a year."""
        return sum(one.hours for one in self.reps)

    @cached_property
    def _by_key(self) -> Mapping[str, str]:
        return {key_of(key): one.name for one in self.reps for key in (one.email, one.name) if key}

    def owner_key(self, owner: str | None) -> str | None:
        """Name of the rep that an owner is, named or by e-mail; None if nobody of the team."""
        return None if owner is None else self._by_key.get(key_of(owner))

    def named(self, name: str) -> Rep:
        """The rep of a name.

        Raises
        ------
        PlanError
            If the team has none.
        """
        for one in self.reps:
            if one.name == name:
                return one
        raise PlanError(f"The team has no rep called {name}.")

    def with_reps(self, reps: Iterable[Rep]) -> "Team":
        """A team of other reps.

        Raises
        ------
        PlanError
            If two have one name, or there are too many.
        """
        return team_of(reps)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is missing of reps, and what follows from it, a sentence each."""
        homeless = [one.name for one in self.reps if one.home is None]
        outside = [f"{one.name} ({one.home})" for one in self.reps if one.home and not one.place]
        idle = [one.name for one in self.reps if not one.hours]
        found = []
        if homeless:
            found.append(
                f"No home: {_listed(homeless)}. Kilometres are unknown, nothing is offered as nearest, "
                "and journeys begin in the middle of the accounts; give a home municipality."
            )
        if outside:
            found.append(
                f"A home outside our municipalities (Sweden, Norway, Denmark, Finland): "
                f"{_listed(outside)}. Kilometres are unknown, and journeys begin in the middle of the "
                "accounts; give the nearest municipality."
            )
        if idle:
            found.append(
                f"No hours: {_listed(idle)}. Every account is above their capacity; give hours a year, "
                "or take them out of the team."
            )
        return tuple(found)


def team_of(reps: Iterable[Rep]) -> Team:
    """A team of these reps.

    Raises
    ------
    PlanError
        If two have one name, or there are too many.
    """
    reps = tuple(reps)
    try:
        return Team(reps=reps)
    except ValidationError as error:
        raise PlanError(_invalid(error, {})) from error


def km_between(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Great-circle distance in kilometres between two places in degrees (haversine).

    Examples
    --------
    >>> round(km_between(59.33, 18.07, 57.71, 11.97))
    397
    """
    north, other_north = radians(latitude), radians(other_latitude)
    half = (
        sin((other_north - north) / 2) ** 2
        + cos(north) * cos(other_north) * sin(radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * MEAN_RADIUS_KM * asin(sqrt(min(1.0, half)))


def _listed(names: list[str], most: int = 5) -> str:
    """`Anna, Nils and 3 more`."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {number(len(names) - most)} more"


def _invalid(error: ValidationError, fields: Mapping[str, Any]) -> str:
    first = error.errors()[0]
    # Only what this module says itself is for people to read.
    own = first["type"] == "value_error"
    what = first["msg"].removeprefix("Value error, ") if own else "is not understood"
    field = str(first["loc"][0]) if first["loc"] else ""
    who = str(fields.get("name") or "").strip()[:60] or "A rep"
    said = {
        "name": "A rep has no name; give the one that accounts have as their owner."
        if who == "A rep"
        else f"{who}: a name has at most {MOST_NAME} letters.",
        "email": f"{who}: {fields.get('email')!s:.60} is no e-mail address; write one as "
        "anna@example.com, or none.",
        "home": f"{who}: {fields.get('home')!s:.40} is no municipality; write its code, as SE-0180.",
        "countries": f"{who}: a rep has at most {MOST_COUNTRIES} countries; none means everywhere.",
        "hours": f"{who}: hours a year are 0 to {number(MOST_HOURS)}; "
        f"{fields.get('hours')!s:.40} is not.",
        "max_km": f"{who}: the longest distance is above 0 km and at most {number(MOST_KM)} km; "
        f"{fields.get('max_km')!s:.40} is not.",
        "reps": f"A team has at most {number(MOST_REPS)} reps.",
    }.get(field)
    if said and not own:
        return said
    where = f"{who}, {field}: " if field else ""
    return f"The team is not valid: {where}{what}."
