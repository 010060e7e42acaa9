"""The one page, set in type once for whoever looks at the same."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from icp_core.analysis.interviews import InterviewKind
from icp_core.documents.guide import guide_file
from icp_core.documents.one_page import Cut, OnePage
from icp_core.documents.word_file import word_file


@dataclass(frozen=True)
class Printed:
    """The page as a picture, and how full it is; as in `OnePage`."""

    picture: bytes
    size: float | None
    words: int
    cut: Cut | None
    not_printed: tuple[str, ...]


def printed(content: Mapping[str, Any]) -> Printed:
    """The page of that content (`one_page.content`)."""
    return _printed(json.dumps(content, ensure_ascii=False), date.today())


def printed_pdf(content: Mapping[str, Any]) -> bytes:
    """The page as PDF.

    Raises
    ------
    DocumentError
        If it does not fit.
    """
    return OnePage(content, date.today()).pdf()


def printed_word(content: Mapping[str, Any]) -> bytes:
    """The page as a Word file."""
    return word_file(content, on=date.today())


def printed_guide(title: str, language: str, kind: InterviewKind) -> bytes:
    """The interview guide as PDF.

    Raises
    ------
    DocumentError
        As `guide_file`.
    """
    return guide_file(title, language, kind, on=date.today())


@st.cache_data(max_entries=16, show_spinner=False)
def _printed(content: str, on: date) -> Printed:
    page = OnePage(json.loads(content), on)
    return Printed(page.picture(), page.size, page.words, page.cut, page.not_printed)
