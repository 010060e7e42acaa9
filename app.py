"""Start: what this is, where you stand, and what to do next."""

import streamlit as st

from ui import data, shell

view = shell.page("start")
with shell.guard():
    evaluation = data.evaluation(view.dataset, view.profile)
    st.metric("Matches", len(evaluation.matches))
