"""The only module with caches. What it returns is shared by all users and never changed in place."""

import streamlit as st

from icp_core import sources
from icp_core.profile import Profile
from icp_core.scoreboard import Evaluation, Scoreboard
from icp_core.universe import Universe
from ui.texts import _


def datasets() -> dict[str, str]:
    """Labels of the datasets that can be chosen, by name.

    Only these are ever loaded for an address: a path in a shared link must not read a file.
    """
    return {entry.name: entry.label for entry in sources.BUILT_IN}


@st.cache_resource(max_entries=4, show_spinner=_("Loading the accounts"))
def universe(source: str) -> Universe:
    """The accounts of a source.

    Raises
    ------
    IcpError
        As `sources.load`.
    """
    return sources.load(source)


@st.cache_resource(max_entries=4, show_spinner=_("Getting the accounts ready"))
def scoreboard(source: str) -> Scoreboard:
    """What evaluates profiles on a source, with all that it keeps in between."""
    return Scoreboard(universe(source))


@st.cache_resource(
    max_entries=16, show_spinner=False, hash_funcs={Profile: Profile.model_dump_json}
)
def evaluation(source: str, profile: Profile) -> Evaluation:
    """A profile on a source; everything drawn in one run shares it and its parts.

    Raises
    ------
    ProfileError
        If the profile does not fit the accounts.
    """
    return scoreboard(source).evaluate(profile)
