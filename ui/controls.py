"""Controls and rows that many pages draw alike."""

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st
from annotated_types import MaxLen
from pydantic import BaseModel
from streamlit.delta_generator import DeltaGenerator

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
        **options,
    )
    return chosen


def most_letters(model: type[BaseModel], field: str) -> int:
    """How long a text of a model may be: what its input takes at most."""
    return next(
        one.max_length for one in model.model_fields[field].metadata if isinstance(one, MaxLen)
    )


def progress(step: str, done: float) -> None:
    """Draw how far a piece of work is: what it does, and the share that is done."""
    st.progress(min(max(done, 0.0), 1.0), text=f"{plain(step)} · {percent(done)}")


def apart() -> DeltaGenerator:
    """A row whose first part stands at its left end and the last at its right."""
    return st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )
