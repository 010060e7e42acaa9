"""What a team agrees on beside the criteria: answers in words, the buying group, readiness and focus.

A `Brief` is saved with its `Profile`, as one version, and apart from it: a profile's checksum ties
draws, exports and computed markets together, and none of them changes with a sentence. What is computed
from the criteria (industry, places, headcount, revenue) is never typed here.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from icp_core.profiles.frozen import FrozenModel, validated

MAX_PERSONAS: Final = 8
USUAL_PERSONAS: Final = (2, 5)
"""What the guides advise: fewer is no group, and more is nobody in particular."""

MAX_POINTS: Final = 8
"""Goals, challenges and so on of one persona."""

MAX_TITLES: Final = 30
"""Job titles of one persona in one language."""

LANGUAGES: Final = ("en", "sv", "nb", "da", "fi")
"""Languages that job titles are given in."""


def _clean(value: Any) -> Any:
    """Text without what cannot be seen, saved or printed: control characters and halves of letters."""
    if not isinstance(value, str):
        return value
    return "".join(
        one for one in value if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs")
    )


Name = Annotated[str, Field(max_length=80), BeforeValidator(_clean)]
Answer = Annotated[str, Field(max_length=400), BeforeValidator(_clean)]
Point = Annotated[str, Field(max_length=200), BeforeValidator(_clean)]
Points = Annotated[tuple[Point, ...], Field(max_length=MAX_POINTS)]
JobTitles = Annotated[tuple[Name, ...], Field(max_length=MAX_TITLES)]


class BuyingRole(StrEnum):
    """What somebody does in a purchase."""

    DECISION_MAKER = "decision_maker"
    AMBASSADOR = "ambassador"
    INFLUENCER = "influencer"
    BLOCKER = "blocker"


class Titles(FrozenModel):
    """Job titles by language."""

    en: JobTitles = ()
    sv: JobTitles = ()
    nb: JobTitles = ()
    da: JobTitles = ()
    fi: JobTitles = ()

    @property
    def together(self) -> tuple[str, ...]:
        """All of them once, language by language."""
        return tuple(dict.fromkeys(title for one in LANGUAGES for title in getattr(self, one)))


class Persona(FrozenModel):
    """One part in the buying group: a title or a challenge, never a person.

    Attributes
    ----------
    key
        Stays while everything else is edited.
    name
        What the team calls it.
    role
        What it does in a purchase.
    at_ideal_customer
        Whether it works at the ideal customer; partners and advisers do not.
    functions, seniorities
        Numbers of LinkedIn's job functions and seniorities.
    titles
        Job titles as they are advertised to.
    goals, challenges, objections, triggers, channels, value_propositions, kpis
        What is claimed of it, a sentence each.
    importance
        3 is the most.
    """

    key: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z0-9-]+$")]
    name: Annotated[str, Field(min_length=1, max_length=80), BeforeValidator(_clean)]
    role: BuyingRole
    at_ideal_customer: bool = True
    functions: tuple[Annotated[int, Field(ge=1, le=26)], ...] = ()
    seniorities: tuple[Annotated[int, Field(ge=1, le=10)], ...] = ()
    titles: Titles = Titles()
    goals: Points = ()
    challenges: Points = ()
    objections: Points = ()
    triggers: Points = ()
    channels: Points = ()
    value_propositions: Points = ()
    kpis: Points = ()
    importance: Annotated[int, Field(ge=1, le=3)] = 2


CLAIMS: Final = (
    "goals",
    "challenges",
    "objections",
    "triggers",
    "channels",
    "value_propositions",
    "kpis",
)
"""What is claimed of a persona: its fields that hold sentences."""


class Aspect(StrEnum):
    """What makes a customer ideal, after Lincoln Murphy."""

    READY = "ready"
    WILLING = "willing"
    ABLE = "able"
    SUCCESS = "success"
    ACQUISITION = "acquisition"
    EXPANSION = "expansion"
    ADVOCACY = "advocacy"


class Readiness(FrozenModel):
    """How the team can tell that a customer is ready, willing, able and so on.

    Attributes
    ----------
    aspect
        Which of the seven.
    statement
        In words.
    column
        What measures it; None where nothing does.
    """

    aspect: Aspect
    statement: Point = ""
    column: Annotated[str, Field(max_length=200)] | None = None


class Focus(FrozenModel):
    """What of the Rule of Five Ones no profile tells: one pipeline and one lead channel."""

    pipeline: Point = ""
    lead_channel: Point = ""


ANSWERS: Final = (
    "markets",
    "customer_base",
    "budget",
    "current_solution",
    "challenges",
    "how_we_help",
    "urgency",
    "business_goals",
    "no_thanks",
)
"""The answers that are typed, in the order of the guides' questions."""


class Brief(FrozenModel):
    """What the team agrees on in words.

    Attributes
    ----------
    segment
        The market segment, one a profile.
    markets, customer_base, budget, current_solution, challenges, how_we_help, urgency
        What they serve, how many customers they have, what they can spend on this kind of solution, what
        they use today, which of their challenges ours touches, how it helps, and how urgent it is.
    business_goals
        What they want to reach.
    no_thanks
        Customers that one declines, and why.
    goal
        What the team wants to reach with this profile.
    buying_group, readiness, focus
        Whom to win over, how to tell who is ready, and what to leave aside.
    """

    segment: Name = ""
    markets: Answer = ""
    customer_base: Answer = ""
    budget: Answer = ""
    current_solution: Answer = ""
    challenges: Answer = ""
    how_we_help: Answer = ""
    urgency: Answer = ""
    business_goals: Answer = ""
    no_thanks: Answer = ""
    goal: Point = ""
    buying_group: tuple[Persona, ...] = ()
    readiness: tuple[Readiness, ...] = ()
    focus: Focus = Focus()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len(self.buying_group) > MAX_PERSONAS:
            raise ValueError(
                f"a buying group has at most {MAX_PERSONAS} personas, not {len(self.buying_group)}; "
                f"{USUAL_PERSONAS[0]} to {USUAL_PERSONAS[1]} work best"
            )
        keys = [one.key for one in self.buying_group]
        if len(set(keys)) < len(keys):
            raise ValueError("two personas have the same key; give each its own")
        aspects = [one.aspect for one in self.readiness]
        if len(set(aspects)) < len(aspects):
            raise ValueError("readiness says the same twice; keep one row an aspect")
        return self

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return self == NO_BRIEF

    @property
    def content(self) -> dict[str, Any]:
        """What is said, as plain JSON values; what was left empty is left out."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Brief":
        """The brief of such values.

        Raises
        ------
        ProfileError
            If they are none; the message has the path of the first field that is wrong.
        """
        return validated(cls, content, what="brief")

    def answered(self) -> tuple[str, ...]:
        """Names of the answers that are given."""
        return tuple(name for name in ANSWERS if getattr(self, name).strip())

    def persona(self, key: str) -> Persona | None:
        """The persona of that key, if there is one."""
        return next((one for one in self.buying_group if one.key == key), None)

    def with_persona(self, persona: Persona) -> "Brief":
        """A copy with a persona in place of the one of its key, or at the end."""
        kept = tuple(persona if one.key == persona.key else one for one in self.buying_group)
        added = () if self.persona(persona.key) else (persona,)
        return self.replace(buying_group=(*kept, *added))

    def without_persona(self, key: str) -> "Brief":
        """A copy without the persona of that key."""
        return self.replace(buying_group=tuple(one for one in self.buying_group if one.key != key))

    def about(self, aspect: Aspect) -> Readiness:
        """What is said of one aspect of readiness; empty where nothing is."""
        found = (one for one in self.readiness if one.aspect is aspect)
        return next(found, Readiness(aspect=aspect))

    def saying(self, row: Readiness) -> "Brief":
        """A copy with that said of its aspect; an empty row says nothing."""
        rows = {one.aspect: one for one in self.readiness} | {row.aspect: row}
        kept = (rows[one] for one in Aspect if one in rows)
        return self.replace(
            readiness=tuple(one for one in kept if one.statement.strip() or one.column)
        )


NO_BRIEF: Final = Brief()


@dataclass(frozen=True)
class Change:
    """What one field said before and says now.

    Attributes
    ----------
    field
        Its path: `urgency`, `buying_group.cto.goals`.
    before, after
        In words; empty where nothing was or is said.
    """

    field: str
    before: str
    after: str


def changes(before: Brief, after: Brief) -> tuple[Change, ...]:
    """Field by field, what two briefs say differently; personas are told apart by their keys.

    Examples
    --------
    >>> changes(Brief(urgency="Soon"), Brief(urgency="This quarter"))
    (Change(field='urgency', before='Soon', after='This quarter'),)
    """
    was, now = dict(_fields(before)), dict(_fields(after))
    return tuple(
        Change(name, was.get(name, ""), now.get(name, ""))
        for name in dict.fromkeys([*was, *now])
        if was.get(name, "") != now.get(name, "")
    )


def _fields(brief: Brief) -> Iterator[tuple[str, str]]:
    for name in Brief.model_fields:
        if name == "buying_group":
            for persona in brief.buying_group:
                yield from _said(f"buying_group.{persona.key}", persona)
        elif name == "readiness":
            for row in brief.readiness:
                yield from _said(f"readiness.{row.aspect}", row)
        elif name == "focus":
            yield from _said("focus", brief.focus)
        else:
            yield name, getattr(brief, name)


def _said(path: str, model: FrozenModel) -> Iterator[tuple[str, str]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, Titles):
            value = value.together
        if isinstance(value, tuple):
            value = "; ".join(map(str, value))
        yield f"{path}.{name}", "" if value is None else str(value)


def key_for(name: str, taken: tuple[str, ...] = ()) -> str:
    """A key for a persona of that name that no other has.

    Examples
    --------
    >>> key_for("IT-chef & drift", ("it-chef-drift",))
    'it-chef-drift-2'
    """
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "persona"
    number = 1
    while (key := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return key


def word_count(text: str) -> int:
    """Words as a reader counts them."""
    return len(text.split())
