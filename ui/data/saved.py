"""What the team saved, read once and shared by all users."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, Generic, TypeVar

import polars as pl
import streamlit as st

from icp_core.errors import WorkspaceError
from icp_core.workspace import (
    GivenAs,
    SavedGiving,
    SavedPlan,
    SavedProfile,
    Workspace,
    default_url,
)

_Told = TypeVar("_Told")

_LOOK_AGAIN: Final = 30
"""Seconds after which what other programs saved is seen, or a workspace that failed is tried again."""


def workspace() -> Workspace:
    """What the team saves, open for as long as the server runs.

    Raises
    ------
    WorkspaceError
        If it cannot be opened or read; at once when it could not a moment ago.
    """
    url = default_url()
    found = _saved(url)
    if isinstance(found, WorkspaceError):
        raise WorkspaceError(str(found)) from found
    return _opened(url)


def saved_profiles() -> tuple[SavedProfile, ...]:
    """The saved profiles that are not archived.

    What other programs save shows after half a minute at most; after a save of our own call
    `refresh_saved`.

    Raises
    ------
    WorkspaceError
        As `workspace`.
    """
    found = _saved(default_url())
    if isinstance(found, WorkspaceError):
        raise WorkspaceError(str(found)) from found
    return found


def remembers() -> bool:
    """Whether the workspace can be used; if not, the header of every page says why."""
    return not isinstance(_saved(default_url()), WorkspaceError)


def refresh_saved() -> None:
    """Read the saved profiles again at the next look, or try a workspace again that failed."""
    if isinstance(_saved(default_url()), WorkspaceError):
        _opened.clear()
    _saved.clear()


@dataclass(frozen=True)
class ByAccount(Generic[_Told]):
    """What somebody decided, by account_id; compared by `digest` alone."""

    digest: str = ""
    told: Mapping[str, _Told] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, told: Mapping[str, _Told]) -> "ByAccount[_Told]":
        """The same for the same decisions, in whatever order."""
        if not told:
            return cls()
        text = json.dumps(sorted(told.items()))
        return cls(blake2b(text.encode(), digest_size=16).hexdigest(), told)


def decisions() -> pl.DataFrame:
    """Where every account stands that anybody decided on, as `Workspace.decisions` gives it.

    Raises
    ------
    WorkspaceError
        As `workspace`.
    """
    return _decisions(default_url(), workspace().revision())


def givings(given_as: GivenAs) -> tuple[SavedGiving, ...]:
    """What was given to owners and can be taken back, newest first, as `Workspace.givings`.

    Raises
    ------
    WorkspaceError
        As `workspace`.
    """
    return _givings(default_url(), workspace().revision(), given_as)


def saved_plans() -> tuple[SavedPlan, ...]:
    """Every version of every plan of territories, those put away too, as `Workspace.plans` has them.

    Raises
    ------
    WorkspaceError
        As `workspace`.
    """
    return _plans(default_url(), workspace().plans_revision())


@st.cache_resource(max_entries=2, show_spinner=False, on_release=Workspace.close)
def _opened(url: str) -> Workspace:
    return Workspace.open(url)


@st.cache_resource(max_entries=2, ttl=_LOOK_AGAIN, show_spinner=False)
def _saved(url: str) -> tuple[SavedProfile, ...] | WorkspaceError:
    try:
        return tuple(_opened(url).profiles())
    except WorkspaceError as error:
        return error


@st.cache_resource(max_entries=2, show_spinner=False)
def excluded_at(url: str, revision: str) -> Mapping[str, str]:
    """Reasons by account_id of the accounts kept out, at one revision of the workspace."""
    del revision  # part of the cache key
    return _opened(url).exclusions()


@st.cache_resource(max_entries=2, show_spinner=False)
def marked_at(url: str, revision: str) -> Mapping[str, bool]:
    """Who is marked as a customer or as none, by account_id, at one revision of the workspace."""
    del revision  # part of the cache key
    return _opened(url).customer_marks()


@st.cache_resource(max_entries=2, show_spinner=False)
def owners_at(url: str, revision: str) -> Mapping[str, str | None]:
    """Owners that somebody gave, by account_id, at one revision of the workspace."""
    del revision  # part of the cache key
    return _opened(url).owners()


@st.cache_resource(max_entries=2, show_spinner=False)
def territories_at(url: str, revision: str) -> Mapping[str, str]:
    """Territories that somebody gave, by account_id, at one revision of the workspace."""
    del revision  # part of the cache key
    return _opened(url).territories()


@st.cache_resource(max_entries=2, show_spinner=False)
def _decisions(url: str, revision: str) -> pl.DataFrame:
    del revision  # part of the cache key
    return _opened(url).decisions()


@st.cache_resource(max_entries=4, show_spinner=False)
def _givings(url: str, revision: str, given_as: GivenAs) -> tuple[SavedGiving, ...]:
    del revision  # part of the cache key
    return tuple(_opened(url).givings(given_as))


@st.cache_data(max_entries=32, show_spinner=False)
def added_at(url: str, source: str, revision: str) -> str:
    """Accounts added to a source by hand, as text to compare, at one revision of the workspace."""
    del revision  # part of the cache key
    damaged: list[str] = []
    accounts = _opened(url).added_accounts(source, damaged=damaged)
    return accounts.write_ndjson() + "\n".join(damaged) if accounts.height or damaged else ""


@st.cache_resource(max_entries=2, show_spinner=False)
def _plans(url: str, revision: str) -> tuple[SavedPlan, ...]:
    del revision  # part of the cache key
    return tuple(_opened(url).plans(archived=True))
