"""Every kind of element that takes Markdown, with every hostile text, escaped as pages do."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1] / "ui")]

import streamlit as st  # noqa: E402
from hostile_world import EVERY  # noqa: E402

from ui.format import in_badge, plain  # noqa: E402


def draw(text: str, place: int) -> None:
    """Draw a text in each of them."""
    shown = plain(text)
    with st.container(key=f"markdown_{place}"):
        st.markdown(f"**{shown}** :small[:gray[{shown}]]")
    with st.container(key=f"line_{place}"):
        st.caption(f"x  \n{shown}")
    with st.container(key=f"button_{place}"):
        st.button(shown, key=f"b{place}")
    with st.container(key=f"metric_{place}"):
        st.metric(shown, shown, shown)
    with st.container(key=f"badge_{place}"):
        st.badge(in_badge(text))
    with st.container(key=f"pills_{place}"):
        st.pills("x", [shown], key=f"p{place}", label_visibility="collapsed")
    with st.container(key=f"table_{place}"):
        st.table({shown: [shown]})
    with st.container(key=f"expander_{place}"):
        st.expander(shown)
    with st.container(key=f"error_{place}"):
        st.error(shown)
    with st.container(key=f"progress_{place}"):
        st.progress(0.5, text=shown)
    with st.container(key=f"heading_{place}"):
        st.subheader(shown, anchor=False)
    with st.container(key=f"multiselect_{place}"):
        # Its options are text; were they ever read as Markdown, it would show here.
        st.multiselect("x", [text], [text], key=f"m{place}")


for number, one in enumerate(EVERY):
    draw(one, number)
st.caption("All drawn.")
