"""What customers teach: at work in the background, shared by all who ask the same."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import polars as pl
import streamlit as st

import icp_core.learning
from icp_core.accounts.universe import Universe
from icp_core.importing.tables import Progress
from icp_core.learning import LearningResult, RankedCustomers, disagreement, learn
from icp_core.learning.customers import Outcomes
from icp_core.learning.segments import Segments
from icp_core.learning.suggestion import Disagreement
from icp_core.learning.twins import Twins
from icp_core.profiles.model import Profile
from ui.data.lists import Edition, edition_of, market, stays_in_engine, universe_of
from ui.data.saved import ByAccount
from ui.learning.request import Request
from ui.work import Work

_BY_QUESTION: Final[dict[str | type[Any], Callable[[Any], Any]]] = {
    Request: lambda request: request.key,
    ByAccount: lambda decided: decided.digest,
}


def fictional_deals(source: str) -> Outcomes:
    """The invented deals of the fictional accounts.

    Raises
    ------
    LearningError
        If the accounts are others.
    """
    return _fictional_deals(source, edition_of(source))


def rank_customers(request: Request) -> RankedCustomers:
    """Who the best and the worst customers are.

    Raises
    ------
    LearningError
        As `customers.rank_customers`.
    """
    return _rank_customers(request, edition_of(request.source), date.today())


def learning_result(request: Request, *, judged: bool) -> Work[LearningResult]:
    """What the customers teach, at work or done; judged out of sample too, which takes longer."""
    return _going_on(_learning_result, request, edition_of(request.source), date.today(), judged)


def twins(
    request: Request, taught: LearningResult, customers: tuple[str, ...], count: int
) -> Work[Twins]:
    """Accounts like these customers, or like the best where none are named; at work or done.

    Learning knows all accounts, but nobody is led to those that somebody excluded.
    """
    edition = edition_of(request.source, excluding=True)
    return _going_on(_twins, request, edition, date.today(), customers, count, taught)


def customer_segments(request: Request, taught: LearningResult) -> Work[Segments]:
    """The best customers in groups; at work or done."""
    return _going_on(_customer_segments, request, edition_of(request.source), date.today(), taught)


def ranked_apart(
    request: Request, taught: LearningResult
) -> tuple[tuple[Disagreement, ...], pl.DataFrame] | None:
    """Where the current and the learned profile part; None where there is no learned one."""
    return _ranked_apart(request, edition_of(request.source), date.today(), taught)


def _learnable(source: str, profile: Profile, edition: Edition) -> Universe:
    """The accounts to learn from: all of a source, or those of its engine that match or may match."""
    if stays_in_engine(source):
        return market(source, profile, everybody=True).accounts()
    return universe_of(source, edition)


def _going_on(begin: Any, *asked: Any) -> Work[Any]:
    """The work that was begun for this question; begun again where it was cancelled."""
    work: Work[Any] = begin(*asked)
    if work.is_cancelled:
        begin.clear(*asked)
        work = begin(*asked)
    return work


def _told(tell: Callable[[Progress], None]) -> Callable[[float, str], None]:
    return lambda share, what: tell(Progress(what, share))


@st.cache_resource(max_entries=2, show_spinner=False)
def _fictional_deals(source: str, edition: Edition) -> Outcomes:
    return icp_core.learning.demo_deals(universe_of(source, edition).frame)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=_BY_QUESTION)
def _rank_customers(request: Request, edition: Edition, today: date) -> RankedCustomers:
    chosen = request.settings
    return icp_core.learning.rank_customers(
        request.given.outcomes,
        _learnable(request.source, request.hand, edition),
        weights=chosen.weights,
        best=chosen.best,
        worst=chosen.worst,
        today=today,
    )


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=_BY_QUESTION)
def _learning_result(
    request: Request, edition: Edition, today: date, judged: bool
) -> Work[LearningResult]:
    found = _learnable(request.source, request.hand, edition)
    found = found.with_unknown(request.hand.lacking(found.columns))
    chosen = request.settings
    return Work(
        lambda tell: learn(
            found,
            request.given.outcomes,
            hand=request.hand,
            weights=chosen.weights,
            best=chosen.best,
            worst=chosen.worst,
            against=chosen.against,
            keep=chosen.keep,
            leave_out=chosen.leave_out,
            judge=judged,
            today=today,
            progress=_told(tell),
        )
    )


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=_BY_QUESTION)
def _twins(
    request: Request,
    edition: Edition,
    today: date,
    customers: tuple[str, ...],
    count: int,
    _taught: LearningResult,
) -> Work[Twins]:
    del request, today  # part of the cache key
    excluded = edition.excluded.told
    return Work(
        lambda tell: _taught.twins(
            customers or None, count=count, without=excluded, progress=_told(tell)
        )
    )


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=_BY_QUESTION)
def _customer_segments(
    request: Request, edition: Edition, today: date, _taught: LearningResult
) -> Work[Segments]:
    del request, edition, today  # part of the cache key
    return Work(lambda tell: _taught.segments(progress=_told(tell)))


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=_BY_QUESTION)
def _ranked_apart(
    request: Request, edition: Edition, today: date, _taught: LearningResult
) -> tuple[tuple[Disagreement, ...], pl.DataFrame] | None:
    del request, edition, today  # part of the cache key
    return disagreement(_taught)
