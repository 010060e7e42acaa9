"""The content plan: what to say to whom at which stage, and what nobody has written for yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from icp_core.profiles.brief import Brief, Persona

MAX_TITLE: Final = 120
MAX_TEXT: Final = 200


class Stage(StrEnum):
    """How far a buyer is."""

    AWARE = "aware"
    CONSIDERING = "considering"
    DECIDING = "deciding"
    CUSTOMER = "customer"


class Source(StrEnum):
    """Where what to write about comes from."""

    CUSTOMERS = "customers"
    SELLERS = "sellers"
    CONFERENCES = "conferences"
    COMPETITORS = "competitors"
    JOURNALS = "journals"
    EXPERTS = "experts"
    LAWS_AND_TRENDS = "laws_and_trends"


class Progress(StrEnum):
    """How far a piece is."""

    IDEA = "idea"
    IN_WORK = "in_work"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Piece:
    """One piece of content.

    Attributes
    ----------
    key
        Stays while everything else is edited.
    persona, stage
        Key of the persona it is for, and how far that one is.
    title, answers
        A working title, empty until it has one, and what it answers: an objection, a challenge, a
        question.
    source, form, channel, owner
        Where it comes from, what it is, where it goes, and who makes it.
    due
        When; None while that is open.
    progress
        How far it is.
    """

    key: str
    persona: str
    stage: Stage
    title: str
    answers: str = ""
    source: Source = Source.CUSTOMERS
    form: str = ""
    channel: str = ""
    owner: str = ""
    due: date | None = None
    progress: Progress = Progress.IDEA


@dataclass(frozen=True)
class Unanswered:
    """An objection that no piece answers.

    Attributes
    ----------
    persona
        Whose it is.
    objection
        As it stands in the buying group.
    """

    persona: Persona
    objection: str


def grid(brief: Brief, pieces: Sequence[Piece]) -> Mapping[tuple[str, Stage], int]:
    """How many pieces there are for every persona and stage; 0 is a gap.

    A piece without a title says nothing yet, and one of a persona that is gone is for nobody: neither
    counts.
    """
    counts = {(one.key, stage): 0 for one in brief.buying_group for stage in Stage}
    for piece in pieces:
        if piece.title.strip() and (piece.persona, piece.stage) in counts:
            counts[piece.persona, piece.stage] += 1
    return counts


def unanswered(brief: Brief, pieces: Sequence[Piece]) -> tuple[Unanswered, ...]:
    """Objections that no piece for that persona answers, by its very words; the team's order."""
    answered = {(piece.persona, piece.answers.strip().casefold()) for piece in pieces}
    return tuple(
        Unanswered(one, objection)
        for one in brief.buying_group
        for objection in one.objections
        if (one.key, objection.strip().casefold()) not in answered
    )
