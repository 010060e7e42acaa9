"""Every text that people read goes through here, so that other languages can follow.

The source is English. A translation is `locale/<language>/LC_MESSAGES/ui.mo`; where there is none for
the reader's browser, the English text stands.
"""

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Final

import streamlit as st

LOCALE: Final = Path(__file__).resolve().parent.parent / "locale"


@cache
def _translation(language: str) -> NullTranslations:
    return translation("ui", LOCALE, languages=[language], fallback=True)


def _current() -> NullTranslations:
    return _translation((st.context.locale or "en").replace("-", "_"))


def language() -> str:
    """Of the texts, as ISO 639-1: the reader's where there is a translation, else English."""
    code = (st.context.locale or "en").replace("-", "_")
    there = (one for one in (code, code.partition("_")[0]) if (LOCALE / one).is_dir())
    return "en" if next(there, None) is None else code.partition("_")[0].lower()


def _(text: str) -> str:
    """The text in the reader's language."""
    return _current().gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The text for that count in the reader's language."""
    return _current().ngettext(singular, plural, count)
