"""Lists, what they offer, and the market of a profile on them: shared by all users, never changed."""

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

import polars as pl
import streamlit as st

from icp_core import sources
from icp_core.accounts.columns import Column
from icp_core.accounts.universe import Universe
from icp_core.analysis.compare import Comparison
from icp_core.analysis.listing import Wanted
from icp_core.errors import ImportRefused, SourceError, WorkspaceError
from icp_core.evaluation import engines
from icp_core.evaluation.engines import EngineAccounts
from icp_core.evaluation.engines.addresses import short_name, without_secrets
from icp_core.evaluation.engines.evaluation import SECONDS, lift_limit
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.exporting import Customers, Prepared
from icp_core.importing.library import IMPORTED, Library
from icp_core.learning.customers import Outcomes
from icp_core.profiles import first_draft
from icp_core.profiles.first_draft import Offers
from icp_core.profiles.model import Profile
from icp_core.reference.numbers import number
from icp_core.views import ExportSpec, InMemory, MarketView, view_of
from icp_core.workspace import default_url
from ui.data.saved import (
    ByAccount,
    added_at,
    excluded_at,
    marked_at,
    owners_at,
    territories_at,
    workspace,
)
from ui.texts import _

_Told = TypeVar("_Told")

TO_VERIFY: Final = "to verify"
"""Tier of possible accounts in a file: they match once their unknown facts are known."""


# A comma in a password ends no name: what follows one that does begins as a name of ours can.
_NEXT: Final = re.compile(
    r",(?=\s*(?:[A-Za-z][\w+.-]*://|(?:demo|listed|norway|loaded)\b|[^,;?=&@]*\.(?:parquet|csv)\s*(?:,|$)|$))"
)

_ENGINE_AGE: Final = 3_600
"""Seconds after which an engine is asked again, because its accounts may have changed."""


_BY_CONTENT: Final[dict[str | type[Any], Callable[[Any], Any]]] = {
    Profile: Profile.model_dump_json,
    ByAccount: lambda decided: decided.digest,
}


def all_lists() -> dict[str, str]:
    """Labels of the lists that can be chosen, by name.

    Those that ship, those that were loaded here, and what the administrator names in the environment
    variable `ICP_DATASETS`, separated by commas: `demo:1000000`, a file, whatever `sources.load` or
    `engines.connect` takes. Only these are ever loaded for an address: a path in a shared link must
    not read a file. An engine goes by its address without secrets, and is shown by a short name.
    """
    return (
        {entry.name: entry.label for entry in sources.BUILT_IN}
        | _labelled(_named())
        | {imported.source: imported.label for imported in Library().lists()}
    )


def _named() -> dict[str, str]:
    """What the administrator names, with secrets, by what it goes by."""
    found: dict[str, str] = {}
    for name in filter(None, map(str.strip, _NEXT.split(os.environ.get("ICP_DATASETS", "")))):
        shown = without_secrets(name)
        place = sum(other == shown or other.startswith(f"{shown} (") for other in found)
        found[f"{shown} ({place + 1})" if place else shown] = name
    return found


def _labelled(named: dict[str, str]) -> dict[str, str]:
    """A short label for each, or what it goes by where two would be called the same."""
    short = {name: short_name(name) if engines.is_address(name) else name for name in named}
    taken = Counter(short.values())
    return {name: label if taken[label] == 1 else name for name, label in short.items()}


def stays_in_engine(source: str) -> bool:
    """Whether the accounts of a source are asked where they are, and only a sample is in memory."""
    return engines.is_address(source)


def universe(source: str) -> Universe:
    """The accounts of a source, and those that somebody added to them by hand.

    Of a source that stays in its engine it is a sample, to suggest criteria from.

    Raises
    ------
    IcpError
        As `sources.load`.
    """
    with st.spinner(_("Loading the accounts")):
        return universe_of(source, edition_of(source))


def outcomes(source: str) -> Outcomes | None:
    """Deals and customers that were loaded for a source; None if there are none.

    Raises
    ------
    IcpError
        If they cannot be read.
    """
    kind, _of, key = source.partition(":")
    if kind != IMPORTED:
        return None
    return _outcomes(key, edition_of(source).version)


def offers(source: str, profile: Profile | None = None) -> Offers:
    """What the accounts of a source, or a sample of them, offer to make criteria from.

    With a profile, what it reads and the accounts lack is among their columns, unknown for all.
    """
    edition = edition_of(source)
    lacking = _lacking(universe_of(source, edition).columns, *([profile] if profile else []))
    return _offers(source, edition, _key(lacking), lacking)


def market(source: str, profile: Profile, *, everybody: bool = False) -> MarketView:
    """A profile on a source; everything drawn in one run shares it and its parts.

    Parameters
    ----------
    source, profile
        The accounts and what they are seen through.
    everybody
        Whether those that somebody excluded are in it too: to look at them, or to learn from all.

    Raises
    ------
    ProfileError
        If the profile does not fit the accounts.
    SourceError
        If the accounts cannot be loaded, or their engine cannot be reached, fails, or takes longer
        than `ICP_QUERY_SECONDS`.
    """
    edition = edition_of(source, excluding=not everybody)
    if not stays_in_engine(source):
        return _market(source, profile, edition)
    try:
        with st.spinner(_("Asking the engine")):
            return view_of(_engine_for(source, edition, profile).evaluate(profile))
    except SourceError:
        # So that the next question connects afresh.
        _engine_with.clear()
        _engine_decided.clear(source, edition)
        _engine.clear(source)
        raise


def excluded(source: str) -> Collection[str]:
    """Ids of the accounts of a source that somebody excluded; none if the workspace cannot be read.

    Raises
    ------
    SourceError
        If the accounts cannot be loaded, or their engine fails.
    """
    found = edition_of(source, excluding=True).excluded
    if not found.told or not stays_in_engine(source):
        return found.told
    left_out = _engine_decided(source, edition_of(source, excluding=True)).left_out()
    return frozenset(left_out["account_id"])


def tried_market(source: str, profile: Profile) -> MarketView:
    """A profile on the accounts in memory; of an engine's, on the sample that criteria come from."""
    return _market(source, profile, edition_of(source, excluding=True))


def comparison(source: str, before: Profile, after: Profile) -> Comparison:
    """Two profiles on a source: who came, who went, who moved, and why.

    Raises
    ------
    ProfileError
        If either does not fit the accounts.
    SourceError
        If the accounts stay in an engine that fails, or too many of them match or may match.
    """
    with st.spinner(_("Comparing")):
        edition = edition_of(source, excluding=True)
        if not stays_in_engine(source):
            return _comparison(source, before, after, edition)
        engine = _engine_for(source, edition, before, after)
        most = lift_limit()
        if not most:
            raise SourceError(
                "Profiles are compared account by account, and here all accounts stay in their engine. "
                "Have ICP_LIFT_ACCOUNTS raised, or load the list on the Import page."
            )
        if engine.left(before, after) > most:
            raise SourceError(
                f"The two profiles leave more than {number(most)} accounts in the "
                "engine, too many to be "
                "compared one by one. Narrow their must-haves."
            )
        return InMemory(engine.lifted(before, after).evaluate(before)).compare(after)


def export(
    source: str,
    profile: Profile,
    *,
    format: str,
    customers: Customers,
    countries: tuple[str, ...],
    tiers: tuple[str | None, ...],
    with_possible: bool,
    on: date,
    ignore_decisions: bool = False,
) -> Prepared:
    """The matches as a file for another system, with its report.

    Parameters
    ----------
    source, profile
        As for `market`.
    format, customers, countries, tiers, on
        As in `ExportSpec`.
    with_possible
        Whether possible accounts come too, behind the matches.
    ignore_decisions
        Whether to do without the workspace, so that excluded accounts come along.

    Raises
    ------
    ProfileError
        If the profile does not fit the accounts.
    WorkspaceError
        As `workspace`, unless decisions are ignored.
    """
    spec = ExportSpec(
        format=format,
        on=on,
        customers=customers,
        countries=countries,
        tiers=tiers,
        possible_as=TO_VERIFY if with_possible else None,
    )
    if not ignore_decisions:
        workspace()  # which raises: a list that ignores what people decided is not made by accident
    with st.spinner(_("Preparing the file")):
        return _export(source, edition_of(source, excluding=not ignore_decisions), profile, spec)


def counts(source: str, column: str, among: Profile) -> Mapping[str, int]:
    """How many of the accounts that match a profile have each value of a column.

    Of a source that stays in its engine, of the sample that criteria are suggested from.

    Raises
    ------
    IcpError
        As `tried_market`.
    """
    return _counts(source, edition_of(source, excluding=True), column, among)


def countries(source: str) -> tuple[str, ...]:
    """Codes of the countries that a source has accounts in.

    Raises
    ------
    SourceError
        If the accounts stay in an engine that fails.
    """
    if stays_in_engine(source):
        return _engine(source).countries()
    return offers(source).values("country")


class Edition(NamedTuple):
    """What changes the accounts of a source: part of the keys of all that is made of them."""

    version: str
    added: str
    customers: ByAccount[bool] = ByAccount()
    owners: ByAccount[str | None] = ByAccount()
    territories: ByAccount[str] = ByAccount()
    excluded: ByAccount[str] = ByAccount()


def edition_of(source: str, *, excluding: bool = False) -> Edition:
    """What the accounts of a source were made from, as they stand now.

    Parameters
    ----------
    source
        Its name.
    excluding
        Whether those that somebody excluded are left out, as of every market: only what is learned, and
        who looks at the excluded themselves, has all accounts.
    """
    kind, _of, key = source.partition(":")
    version = ""
    if kind == IMPORTED:
        try:
            version = Library().find(key).version
        except ImportRefused:
            # Loading the accounts says so.
            version = "gone"
    try:
        edition = _edition(source, version, default_url(), workspace().revision())
    except WorkspaceError:
        # The accounts themselves need no workspace; the page header says what is wrong with it.
        return Edition(version, "")
    return edition if excluding else edition._replace(excluded=ByAccount())


# One look-up where several would be a tenth of what an edit takes until its numbers are there.
@st.cache_resource(max_entries=16, show_spinner=False)
def _edition(source: str, version: str, url: str, revision: str) -> Edition:
    """What was decided in the workspace as it stands at that revision."""
    edition = Edition(version, added_at(url, source, revision))

    def here(told: Mapping[str, _Told]) -> ByAccount[_Told]:
        """What was decided on accounts in memory, so that decisions on others change nothing."""
        if not told or stays_in_engine(source):
            return ByAccount.of(told)
        ids = universe_of(source, edition).frame["account_id"]
        kept = ids.filter(ids.is_in(pl.Series([*told], dtype=pl.String).implode()))
        return ByAccount.of({key: told[key] for key in kept})

    return edition._replace(
        customers=ByAccount() if stays_in_engine(source) else here(marked_at(url, revision)),
        owners=here(owners_at(url, revision)),
        territories=here(territories_at(url, revision)),
        excluded=here(excluded_at(url, revision)),
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def _loaded(source: str, version: str) -> Universe:
    del version  # part of the cache key
    return _sample(source) if stays_in_engine(source) else sources.load(source)


def _sample(source: str) -> Universe:
    return replace(
        _engine(source).sampled(),
        name=source,
        label=all_lists().get(source, short_name(source)),
        note=_("They stay in their engine; criteria are suggested from a sample."),
    )


@st.cache_resource(max_entries=8, ttl=_ENGINE_AGE, show_spinner=False)
def _engine(source: str) -> EngineAccounts:
    return EngineAccounts(
        engines.connect(_named()[source]), seconds=_query_seconds(), lift_up_to=lift_limit()
    )


@st.cache_resource(max_entries=8, ttl=_ENGINE_AGE, show_spinner=False, hash_funcs=_BY_CONTENT)
def _engine_decided(source: str, edition: Edition) -> EngineAccounts:
    """The accounts of an engine without those that somebody excluded, with the owners given."""
    kept = _engine(source).without(edition.excluded.told)
    return kept.assigned(edition.owners.told, edition.territories.told)


def _engine_for(source: str, edition: Edition, *profiles: Profile) -> EngineAccounts:
    """What evaluates these profiles; what they read and the table lacks is unknown for all."""
    found = _engine_decided(source, edition)
    lacking = _lacking(found.columns, *profiles)
    return _engine_with(source, edition, _key(lacking), lacking) if lacking else found


@st.cache_resource(max_entries=8, ttl=_ENGINE_AGE, show_spinner=False, hash_funcs=_BY_CONTENT)
def _engine_with(
    source: str, edition: Edition, key: str, _lacking: Mapping[str, pl.DataType]
) -> EngineAccounts:
    del key  # stands for what is lacking in the key of the cache
    return _engine_decided(source, edition).with_unknown(_lacking)


def _lacking(columns: Mapping[str, Column], *profiles: Profile) -> dict[str, pl.DataType]:
    return {name: dtype for one in profiles for name, dtype in one.lacking(columns).items()}


def _key(lacking: Mapping[str, pl.DataType]) -> str:
    return repr(sorted(lacking.items(), key=str))


def _query_seconds() -> float:
    text = os.environ.get("ICP_QUERY_SECONDS", "").strip()
    try:
        seconds = float(text) if text else SECONDS
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise SourceError(
            f"ICP_QUERY_SECONDS is {text!r}; set it to a number of seconds above 0, such as 60."
        )
    return seconds


@st.cache_resource(max_entries=4, show_spinner=False)
def _outcomes(key: str, version: str) -> Outcomes | None:
    del version  # part of the cache key
    frame = Library().outcomes(key)
    return None if frame is None else Outcomes.of(frame)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=_BY_CONTENT)
def universe_of(source: str, edition: Edition) -> Universe:
    """The accounts of a source in one edition, as somebody added, marked and excluded them."""
    if edition.excluded.told:
        everybody = universe_of(source, edition._replace(excluded=ByAccount()))
        return everybody.without(edition.excluded.told)
    if edition.customers.told:
        unmarked = universe_of(source, edition._replace(customers=ByAccount()))
        return unmarked.marked(edition.customers.told)
    if edition.owners.told or edition.territories.told:
        listed = universe_of(source, edition._replace(owners=ByAccount(), territories=ByAccount()))
        return listed.assigned(edition.owners.told, edition.territories.told)
    loaded = _loaded(source, edition.version)
    if not edition.added:
        return loaded
    damaged: list[str] = []
    found = loaded.joined(workspace().added_accounts(source, damaged=damaged))
    if not damaged:
        return found
    left_out = _(
        "Of the accounts added by hand {count} cannot be read any more and are left out; add them again."
    ).format(count=len(damaged))
    return replace(found, note=f"{found.note} {left_out}".strip())


def _scoreboard(source: str, edition: Edition, *profiles: Profile) -> Scoreboard:
    """What evaluates these profiles; what they read and the accounts lack is unknown for all."""
    lacking = _lacking(universe_of(source, edition).columns, *profiles)
    return _scoreboard_with(source, edition, _key(lacking), lacking)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=_BY_CONTENT)
def _scoreboard_with(
    source: str, edition: Edition, key: str, _lacking: Mapping[str, pl.DataType]
) -> Scoreboard:
    del key  # stands for what is lacking in the key of the cache
    return Scoreboard(universe_of(source, edition).with_unknown(_lacking))


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=_BY_CONTENT)
def _offers(source: str, edition: Edition, key: str, _lacking: Mapping[str, pl.DataType]) -> Offers:
    del key  # as above
    return Offers(universe_of(source, edition).with_unknown(_lacking))


# More than there are sessions at work at one time: each finds its market until its run has ended.
@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=_BY_CONTENT)
def _market(source: str, profile: Profile, edition: Edition) -> MarketView:
    return view_of(_scoreboard(source, edition, profile).evaluate(profile))


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=_BY_CONTENT)
def _counts(source: str, edition: Edition, column: str, among: Profile) -> Mapping[str, int]:
    universe = universe_of(source, edition)
    frame = universe.frame
    if among.criteria:
        ids = _market(source, among, edition).account_ids(Wanted())
        frame = frame.filter(frame["account_id"].is_in(ids.implode()))
    return first_draft.counts(frame[column], universe.columns[column].kind)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=_BY_CONTENT)
def _comparison(source: str, before: Profile, after: Profile, edition: Edition) -> Comparison:
    return view_of(_scoreboard(source, edition, before, after).evaluate(before)).compare(after)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=_BY_CONTENT)
def _export(
    source: str,
    edition: Edition,
    profile: Profile,
    spec: ExportSpec,
) -> Prepared:
    return market(source, profile, everybody=not edition.excluded.told).export(spec)
