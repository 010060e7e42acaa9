"""Interviews with customers: the questions, what was said, and how many say so, without an interval.

The interviewed were chosen, not drawn: their counts hold for them alone.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from icp_core.paths import DATA

ASKED_FOR: Final = (5, 10)
"""Interviews that the guides ask for."""

MAX_ANSWER: Final = 4_000
MAX_QUOTE: Final = 400


class InterviewKind(StrEnum):
    """Whom was talked with."""

    BEST = "best"
    WORST = "worst"
    LOST = "lost"
    PROSPECT = "prospect"


@dataclass(frozen=True)
class Question:
    """A question of the guide, or one of the team's own, whose key is its text.

    Attributes
    ----------
    key
        Stays while the wording is changed.
    head
        What it is about.
    text
        By language; all the same for an own one.
    kinds
        Whom it is for.
    """

    key: str
    head: str
    text: Mapping[str, str]
    kinds: tuple[InterviewKind, ...] = tuple(InterviewKind)


@dataclass(frozen=True)
class Interview:
    """A talk with somebody at a customer: by job title, never by name.

    Attributes
    ----------
    id
        Number of it.
    slug
        The profile that it is for.
    account_id
        The company; None where it is on no list.
    company
        What it was called then, which stays when the account leaves its list.
    persona
        Key of the persona of the buying group; None where it is none of them.
    job_title
        Of whom was talked with.
    kind, on_day, language, consent
        Whom, when, in which language, and whether their words may be used.
    author, created_at
        Who asked, and when it was kept (UTC).
    """

    id: int
    slug: str
    account_id: str | None
    company: str
    persona: str | None
    job_title: str
    kind: InterviewKind
    on_day: date
    language: str
    consent: bool
    author: str
    created_at: datetime


@dataclass(frozen=True)
class Evidence:
    """A quote, what it speaks to, and whether for or against it.

    Attributes
    ----------
    id, interview_id
        Its number, and the interview it is from.
    quote
        As it was said.
    about
        `brief.urgency`, `persona:cto.objections` or `criterion:employees`.
    supports
        Whether it supports the claim; else it contradicts it.
    """

    id: int
    interview_id: int
    quote: str
    about: str
    supports: bool


@dataclass(frozen=True)
class Said:
    """How many interviews speak for and against a claim; one counts once on each side."""

    about: str
    supporting: int
    contradicting: int
    interviews: int


@cache
def heads() -> Mapping[str, Mapping[str, str]]:
    """What questions are about, by key and language."""
    found: Mapping[str, Mapping[str, str]] = _bank()["heads"]
    return found


@cache
def form() -> Mapping[str, Mapping[str, str]]:
    """What else stands on a printed guide, the kinds of talks among it, by key and language."""
    found: Mapping[str, Mapping[str, str]] = _bank()["form"]
    return found


def questions(kind: InterviewKind | None = None) -> tuple[Question, ...]:
    """The questions of the guide in their order; of a kind only those that it can answer."""
    return tuple(one for one in _questions() if kind is None or kind in one.kinds)


@cache
def _questions() -> tuple[Question, ...]:
    return tuple(
        Question(
            row["key"],
            row["head"],
            {name: text for name, text in row.items() if name not in ("key", "head", "for")},
            tuple(map(InterviewKind, row.get("for", InterviewKind))),
        )
        for row in _bank()["questions"]
    )


@cache
def _bank() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (DATA / "interviews" / "questions.json").read_text(encoding="utf-8")
    )
    return found


def own_questions(keys: Iterable[str]) -> tuple[Question, ...]:
    """Questions that the guide lacks, whose texts are their keys."""
    known = {one.key for one in questions()}
    return tuple(
        Question(key, "", dict.fromkeys(("en", "sv", "nb", "da", "fi"), key))
        for key in dict.fromkeys(keys)
        if key not in known
    )


def guide(language: str, kind: InterviewKind | None = None) -> str:
    """The guide as text to send: every question for that kind of talk under its head."""
    lines: list[str] = []
    head = ""
    for one in questions(kind):
        if one.head != head:
            head = one.head
            lines += ["", heads()[head][language].upper(), ""]
        lines += [f"- {one.text[language]}", ""]
    return "\n".join(lines).strip() + "\n"


def said(evidence: Sequence[Evidence], interviews: int) -> tuple[Said, ...]:
    """Count what was said, the claims that most speak to first.

    Examples
    --------
    >>> quotes = [
    ...     Evidence(1, 7, "Soon", "brief.urgency", True),
    ...     Evidence(2, 7, "Now", "brief.urgency", True),
    ...     Evidence(3, 8, "Never", "brief.urgency", False),
    ... ]
    >>> said(quotes, 9)
    (Said(about='brief.urgency', supporting=1, contradicting=1, interviews=9),)
    """
    sides: dict[str, dict[bool, set[int]]] = {}
    for one in evidence:
        sides.setdefault(one.about, {True: set(), False: set()})[one.supports].add(one.interview_id)
    found = [
        Said(about, len(told[True]), len(told[False]), interviews) for about, told in sides.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.supporting - one.contradicting, one.about)))


def missing_kinds(interviews: Sequence[Interview]) -> tuple[InterviewKind, ...]:
    """Kinds nobody of whom was talked with yet."""
    had = {one.kind for one in interviews}
    return tuple(kind for kind in InterviewKind if kind not in had)
