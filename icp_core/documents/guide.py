"""The interview guide to print: whom one talks with, the questions for them, and room to write."""

from datetime import date
from typing import Any, Final

from icp_core.analysis.interviews import InterviewKind, Question, form, heads, questions
from icp_core.documents.printing import Ink, Typeset
from icp_core.reference import colours

_SIZE: Final = 9.6  # points
_FIELDS: Final = ("company", "job_title", "day", "asked_by")


def guide_file(title: str, language: str, kind: InterviewKind, *, on: date) -> bytes:
    """The guide as PDF/UA-1.

    Parameters
    ----------
    title
        Of the profile.
    language
        One of the guide's.
    kind
        Whom it is for.
    on
        The day it is made.

    Raises
    ------
    DocumentError
        As `Typeset.pdf`.
    """
    said = {name: texts[language] for name, texts in form().items()}
    content = {
        "language": language,
        "title": said["title"],
        "subtitle": f"{title} · {said[kind]}",
        "fields": [said[name] for name in _FIELDS],
        "consent": said["consent"],
        "no_name": said["no_name"],
        "parts": _parts(questions(kind), language),
        "footer": f"{title} · {on.isoformat()}",
        "colours": {
            "text": colours.TEXT,
            "muted": colours.MUTED,
            "accent": colours.TIERS[0],
        },
    }
    return Typeset("guide.typ", Ink().all(content)).pdf(_SIZE, on=on)


def _parts(asked: tuple[Question, ...], language: str) -> list[dict[str, Any]]:
    by_head: dict[str, list[str]] = {}
    for one in asked:
        by_head.setdefault(one.head, []).append(one.text[language])
    return [
        {"head": heads()[head][language], "questions": texts} for head, texts in by_head.items()
    ]
