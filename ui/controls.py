"""Controls and rows that many pages draw alike."""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeVar

import streamlit as st
from annotated_types import MaxLen
from pydantic import BaseModel
from streamlit.delta_generator import DeltaGenerator

from ui import theme
from ui.format import percent, plain

_Option = TypeVar("_Option")


def one_of(
    label: str,
    names: Mapping[_Option, str],
    *,
    default: _Option | None = None,
    labelled: bool = False,
    **options: Any,
) -> _Option:
    """Draw a few options, of which one is always chosen.

    Parameters
    ----------
    label
        What is chosen.
    names
        The options as they are called.
    default
        To begin with; the first unless given.
    labelled
        Whether the label can be seen.
    options
        For `st.segmented_control`, its key among them.
    """
    chosen: _Option = st.segmented_control(
        label,
        list(names),
        format_func=names.__getitem__,
        default=next(iter(names)) if default is None else default,
        required=True,
        label_visibility="visible" if labelled else "collapsed",
        wrap=True,  # beside other things it would scroll instead, with no sign that there is more
        **options,
    )
    return chosen


_LEAST_HALF: Final = "27rem"  # as wide as a criterion's editor needs
_STAYS: Final = "position: sticky; top: 1rem; align-self: flex-start"

_SVG: Final = (
    "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2014%2014'"
    "%20width='14'%20height='14'%20fill='none'%20stroke='%237A858E'%20stroke-width='1.6'%3E%3Cpath%20d="
)  # a grey that can be seen on a light and on a dark page
PICTURES: Final = {
    "edit": f"{_SVG}'M1.5%2012.5l1-4%207-7%203%203-7%207zM7.5%203.5l3%203'/%3E%3C/svg%3E",
    "fold": f"{_SVG}'M1.5%2010l5.5-6%205.5%206'/%3E%3C/svg%3E",
    "remove": f"{_SVG}'M2%202l10%2010M12%202L2%2012'/%3E%3C/svg%3E",
}


def pictured(of: str, name: str, **options: Any) -> None:
    """Draw a button that is nothing but a `picture`; options are for `st.button`."""
    st.button(picture(of, name), type="tertiary", width=28, **options)


def opens(label: str, *, key: str, **options: Any) -> None:
    """Draw lines of text that open something when they are pressed.

    One element, where a text with a button beside it would be two: each costs the browser at every edit.

    Parameters
    ----------
    label
        As Markdown of a line or two.
    key
        Names the button among all that open something.
    options
        For `st.button`.
    """
    key = f"{theme.OPENS}{key}"
    st.button(label, type="tertiary", width="stretch", key=key, **options)


def picture(of: str, name: str) -> str:
    """A picture that is called by a name, as Markdown.

    Of an icon of Streamlit's own, assistive technology reads only what the icon is called.

    Parameters
    ----------
    of
        `edit`, `fold` or `remove`.
    name
        What pressing it does, and to what: as Markdown.
    """
    return f"![{name}]({PICTURES[of]})"


def most_letters(model: type[BaseModel], field: str) -> int:
    """How long a text of a model may be: what its input takes at most."""
    return next(
        one.max_length for one in model.model_fields[field].metadata if isinstance(one, MaxLen)
    )


def progress(step: str, done: float) -> None:
    """Draw how far a piece of work is: what it does, and the share that is done."""
    st.progress(min(max(done, 0.0), 1.0), text=f"{plain(step)} · {percent(done)}")


def side_by_side(
    key: str,
    *,
    shares: tuple[int, int] = (1, 1),
    gap: Literal["small", "medium"] = "medium",
    stays: bool = False,
) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Two parts of a page, of which the second comes below the first where there is no room for both.

    Streamlit's columns would squeeze them until a screen is as narrow as a phone's.

    Parameters
    ----------
    key
        Of the row.
    shares
        What each has of the row's width.
    gap
        Between them.
    stays
        Whether the second stays in view while the first, which is longer, is scrolled.
    """
    # A row that does not wrap scrolls by itself, and the wheel over it would not move the page.
    theme.style(
        f".st-key-{key} > * {{ min-width: min(100%, {_LEAST_HALF}); flex-basis: 0 }}"
        f".st-key-{key} > :first-child {{ flex-grow: {shares[0]} }}"
        f".st-key-{key} > :last-child {{ flex-grow: {shares[1]} }}"
        f".st-key-{key} [data-testid=stHorizontalBlock] {{ overflow: visible }}"
        f"{f'.st-key-{key} > :last-child {{ {_STAYS} }}' if stays else ''}"
    )
    with st.container(horizontal=True, gap=gap, key=key):
        return (
            st.container(gap="small", height="content" if stays else "stretch"),
            st.container(gap="small", height="content" if stays else "stretch"),
        )


def section(
    title: str, *, help: str | None = None, width: Literal["content", "stretch"] = "stretch"
) -> None:
    """The title of a card or part, a heading to those who hear the page too.

    Parameters
    ----------
    title
        In Markdown.
    help
        What stands behind it, one hover away.
    width
        `content` where something stands beside it.
    """
    st.header(title, anchor=False, help=help, width=width)


def apart() -> DeltaGenerator:
    """A row whose first part stands at its left end and the last at its right."""
    return st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )
