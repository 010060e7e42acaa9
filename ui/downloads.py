"""The one button that gives a file, and the mark in the file's name that keeps it this user's.

Streamlit tells files of more than 1 MiB apart by their length, three samples, their type and their name.
Two users' exports of equal length and equal samples would be one file to it, the one made first. So each
name carries a hash of the content; or, where that is made at the click, of the session and of which
drawing of the page it was: between them they fix everything the content is made from.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePath
from secrets import token_hex
from typing import Any, Final

import streamlit as st

from ui import widgets

MARK: Final = 8  # hexadecimal digits

Content = bytes | str


@dataclass
class _Drawings:
    """Files that this session was offered."""

    secret: str = field(default_factory=token_hex)
    count: int = 0


def download(
    label: str,
    content: Content | Callable[[], Content],
    *,
    name: str,
    mime: str,
    key: str,
    on_click: Callable[[str], None] | None = None,
    on_made: Callable[[str, bytes], None] | None = None,
    again: bool = False,
    **options: Any,
) -> str:
    """Draw a button that gives a file.

    Parameters
    ----------
    content
        Of the file, or what makes it at the click, outside of the session.
    name
        Of the file, with its ending; the mark is put before that.
    on_click
        Called with the name in full, in a run of its own.
    on_made
        Called with the name in full and the content, each time it is made, outside of the session.
    again
        Whether the page is drawn anew after a click, so that the next file has a name of its own; for
        content that others change meanwhile.
    options
        For Streamlit's button.

    Returns
    -------
    str
        Name in full.
    """
    full = marked(name, _offered() if callable(content) else content)

    def made() -> bytes:
        now = _bytes(content() if callable(content) else content)
        if on_made is not None:
            on_made(full, now)
        return now

    st.download_button(
        label,
        made if callable(content) else content,
        file_name=full,
        mime=mime,
        icon=":material/download:",
        on_click=on_click or ("rerun" if again else "ignore"),
        args=(full,) if on_click else None,
        key=key,
        **options,
    )
    return full


def marked(name: str, origin: Content) -> str:
    """`accounts-all_3f9c2a1b.csv`: a name with a hash of the content, or of what stands for it."""
    path = PurePath(name)
    return f"{path.stem}_{sha256(_bytes(origin)).hexdigest()[:MARK]}{path.suffix}"


def _offered() -> str:
    drawings = widgets.own("downloads", _Drawings)
    drawings.count += 1
    return f"{drawings.secret} {drawings.count}"


def _bytes(content: Content) -> bytes:
    return content.encode() if isinstance(content, str) else content
