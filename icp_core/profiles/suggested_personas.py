"""Personas to begin with, by the profile's industries: guesses, to be changed to what the team knows."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Final

from icp_core.paths import DATA
from icp_core.profiles.brief import (
    CLAIMS,
    USUAL_PERSONAS,
    Brief,
    BuyingRole,
    Persona,
    key_for,
)
from icp_core.profiles.frozen import validated
from icp_core.profiles.model import Choice, Profile, Role
from icp_core.reference import industry

_ENOUGH: Final = 4  # one of each role


@dataclass(frozen=True)
class Suggestion:
    """A persona, and the industries it is of; none for any.

    Attributes
    ----------
    industries
        NACE codes of any level, or section letters.
    persona
        It, with titles in every language and a few claims.
    """

    industries: tuple[str, ...]
    persona: Persona


@cache
def suggestions() -> tuple[Suggestion, ...]:
    """All of them."""
    rows = json.loads((DATA / "personas" / "suggestions.json").read_text(encoding="utf-8"))
    return tuple(
        Suggestion(
            tuple(row["industries"]), validated(Persona, row["persona"], what="suggested persona")
        )
        for row in rows
    )


def suggested(profile: Profile, brief: Brief) -> tuple[Persona, ...]:
    """Personas that the buying group lacks: first those of the profile's industries, then of any.

    Parameters
    ----------
    profile
        Its must-haves say which industries.
    brief
        Personas of the same key or name are left out.
    """
    asked = _industries(profile)
    keys = {one.key for one in brief.buying_group}
    names = {one.name.casefold() for one in brief.buying_group}
    own = [one for one in suggestions() if one.industries and _meet(one.industries, asked)]
    anywhere = [one for one in suggestions() if not one.industries]
    return tuple(
        one.persona
        for one in (*own, *anywhere)
        if one.persona.key not in keys and one.persona.name.casefold() not in names
    )


def first_group(profile: Profile, brief: Brief) -> Brief:
    """The brief with one suggestion of each role that nobody has yet."""
    for role in BuyingRole:
        if len(brief.buying_group) >= max(_ENOUGH, USUAL_PERSONAS[0]):
            break
        if any(one.role is role for one in brief.buying_group):
            continue
        found = next((one for one in suggested(profile, brief) if one.role is role), None)
        if found is not None:
            brief = brief.with_persona(found)
    return brief


def own_persona(name: str, role: BuyingRole, brief: Brief) -> Persona:
    """A persona of that name about which nothing is said yet."""
    taken = tuple(one.key for one in brief.buying_group)
    return validated(
        Persona, {"key": key_for(name, taken), "name": name, "role": role}, what="persona"
    )


@dataclass(frozen=True)
class Gap:
    """Something that a buying group lacks.

    Attributes
    ----------
    kind
        `no_decision_maker`, `no_blocker`, `too_few`, `too_many`, `no_titles` or `no_claims`.
    names
        Of the personas that lack it.
    """

    kind: str
    names: tuple[str, ...] = ()


def gaps(brief: Brief) -> tuple[Gap, ...]:
    """What a buying group lacks, the worst first; nothing of a group that nobody began."""
    group = brief.buying_group
    if not group:
        return ()
    roles = {one.role for one in group}
    least, most = USUAL_PERSONAS
    untitled = tuple(one.name for one in group if not one.titles.together)
    silent = tuple(one.name for one in group if not any(getattr(one, name) for name in CLAIMS))
    found = (
        (BuyingRole.DECISION_MAKER not in roles, Gap("no_decision_maker")),
        (BuyingRole.BLOCKER not in roles, Gap("no_blocker")),
        (len(group) < least, Gap("too_few")),
        (len(group) > most, Gap("too_many")),
        (bool(untitled), Gap("no_titles", untitled)),
        (bool(silent), Gap("no_claims", silent)),
    )
    return tuple(gap for is_so, gap in found if is_so)


def _industries(profile: Profile) -> frozenset[str]:
    """Codes of the industries that the must-haves ask for; none where they ask for none."""
    return frozenset(
        code
        for one in profile.having(Role.MUST_HAVE)
        if one.column == "industry" and isinstance(one.fit, Choice)
        for code, fit in one.fit.values.items()
        if fit > 0
    )


def _meet(industries: tuple[str, ...], asked: frozenset[str]) -> bool:
    return any(
        _within(code, other) or _within(other, code) for code in industries for other in asked
    )


def _within(code: str, other: str) -> bool:
    """Whether an industry is, or lies in, another."""
    if code.startswith(other):
        return True
    return other.isalpha() and not code.isalpha() and industry.section_of(code) == other


def points(text: str, *, most: int, letters: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    r"""Lines as points: empty ones left out, overlong ones broken between words.

    Returns
    -------
    tuple
        The points that have room, and those that have none.

    Examples
    --------
    >>> points("One\n\n two words ", most=8, letters=7)
    (('One', 'two', 'words'), ())
    """
    found: list[str] = []
    for line in text.splitlines():
        rest = " ".join(line.split())
        while len(rest) > letters:
            cut = rest.rfind(" ", 0, letters + 1)
            cut = cut if cut > 0 else letters
            found.append(rest[:cut].strip())
            rest = rest[cut:].strip()
        if rest:
            found.append(rest)
    return tuple(found[:most]), tuple(found[most:])
