"""What this session plans with, the search that goes on, and what it found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from icp_core.accounts.population import Population
from icp_core.analysis.plan import TeamPlan
from icp_core.errors import IcpError
from icp_core.importing.tables import OnProgress, Progress
from icp_core.profiles.model import Profile
from icp_core.territories.frontier import WEIGHTS, frontier, monotone
from icp_core.territories.plan import SECONDS, TerritoryPlan, solve
from icp_core.territories.planning import Planning
from icp_core.territories.wishes import Locks, Wishes
from icp_core.views import MarketView
from ui import controls, widgets
from ui.texts import _
from ui.work import CancelledError, Work

AT_ONCE: Final = 0.8
"""Seconds that the page waits for work before it shows a progress bar."""
_POLL: Final = 0.5


@dataclass
class TerritorySession:
    """What this session plans.

    Attributes
    ----------
    locks
        Moves that were accepted or refused.
    asked
        What `planning` was made for: accounts, profile, team's plan, wishes and locks.
    planning
        What plans are made from.
    plans
        By place in `WEIGHTS`.
    improved
        Places whose plan was searched for in full.
    work
        The search that goes on.
    place
        Whose plan it is for; None for all of them.
    """

    locks: Locks = field(default_factory=Locks)
    asked: tuple[Any, ...] = ()
    planning: Planning | None = None
    plans: dict[int, TerritoryPlan] = field(default_factory=dict)
    improved: set[int] = field(default_factory=set)
    work: Work[Any] | None = None
    place: int | None = None

    def lock(self, account_ids: list[str], reps: list[str | None]) -> None:
        """Decide who has these accounts; for callbacks."""
        for account_id, rep in zip(account_ids, reps, strict=True):
            if rep is not None:
                self.locks = self.locks.with_account(account_id, rep)

    def put(self, place: int, plan: TerritoryPlan) -> None:
        """Take a plan that was searched for in full; others give way that contradict it."""
        places = sorted(self.plans)
        before = [plan if at == place else self.plans[at] for at in places]
        after = monotone(before, keep=places.index(place))
        self.plans = dict(zip(places, after, strict=True))
        changed = {
            at for at, one, other in zip(places, before, after, strict=True) if one is not other
        }
        self.improved = (self.improved | {place}) - changed

    def unlock(self) -> None:
        """Decide nothing any more; for callbacks."""
        self.locks = Locks()

    def stop(self) -> None:
        """End the search that goes on."""
        if self.work is not None:
            self.work.cancel()
        self.work = None


def planned() -> TerritorySession:
    """The territories of this session."""
    return widgets.own("territories", TerritorySession)


def planning_of(market: MarketView, plan: TeamPlan, wishes: Wishes) -> Planning:
    """What plans are made from, made anew where accounts, profile, team, wishes or locks changed.

    Raises
    ------
    PlanError
        If there are no reps or no matches.
    """
    session = planned()
    asked: tuple[Population, Profile, TeamPlan, Wishes, Locks] = (
        market.population, market.profile, plan, wishes, session.locks,
    )  # fmt: skip
    old = session.asked
    if session.planning is None or old[0] is not asked[0] or old[1:] != asked[1:]:
        session.stop()
        session.planning = market.planning(plan, wishes=wishes, locks=session.locks)
        session.asked = asked
        session.plans, session.improved = {}, set()
    return session.planning


def plan_for(place: int) -> TerritoryPlan:
    """The plan of a weight; draws a progress bar and stops the page while there is none.

    The plan itself is improved while one looks at it, and the page drawn again when that is done.
    """
    session = planned()
    if not session.plans and session.planning is not None:
        if session.work is None:
            session.work, session.place = Work(_all(session.planning)), None
        if not session.work.wait(AT_ONCE):
            _watch(_("Looking for plans"))
            st.stop()
        for at, found in enumerate(_made(session.work)):
            session.plans[at] = found
        session.work = None
    _improve(session, place)
    return session.plans[place]


def _improve(session: TerritorySession, place: int) -> None:
    """Have the plan of a weight searched for in full; what was found when it is done."""
    if session.place != place:
        session.stop()
    if place in session.improved or session.planning is None:
        return
    if session.work is None:
        session.place = place
        session.work = Work(_one(session.planning, place, session.plans[place]))
    if session.work.wait(0.05):
        session.put(place, _made(session.work))
        session.work = None


def progress() -> None:
    """Draw how far the search is, and the way to end it; nothing where none goes on."""
    if planned().work is not None:
        _watch(_("Looking for a better plan"))


def _watch(step: str) -> None:
    st.fragment(_watched, run_every=_POLL)(step)


def _watched(step: str) -> None:
    session = planned()
    if session.work is None or session.work.is_done:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        controls.progress(step, session.work.progress.done)
        if session.plans and st.button(
            _("Enough"), icon=":material/close:", key="territories_enough"
        ):
            if session.place is not None:
                session.improved.add(session.place)
            session.stop()
            st.rerun()


def _made(work: Work[Any]) -> Any:
    try:
        return work.result()
    except (CancelledError, IcpError):
        planned().work = None
        raise


def _steps(tell: OnProgress) -> tuple[Callable[[float], None], Callable[[], bool]]:
    """What is told how far a search is, and what it asks whether to go on."""
    last = Progress("", 0.0)

    def told(done: float) -> None:
        nonlocal last
        last = Progress("", min(1.0, done))

    def stopped() -> bool:
        try:
            tell(last)
        except CancelledError:
            return True
        return False

    return told, stopped


def _all(planning: Planning) -> Callable[[OnProgress], tuple[TerritoryPlan, ...]]:
    def work(tell: OnProgress) -> tuple[TerritoryPlan, ...]:
        told, stopped = _steps(tell)
        found = frontier(planning, progress=told, cancelled=stopped)
        tell(Progress("", 1.0))
        return found

    return work


def _one(
    planning: Planning, place: int, start: TerritoryPlan
) -> Callable[[OnProgress], TerritoryPlan]:
    def work(tell: OnProgress) -> TerritoryPlan:
        told, stopped = _steps(tell)
        found = solve(
            planning,
            seconds=SECONDS,
            disruption=WEIGHTS[place],
            start=start,
            progress=lambda one: told(one.seconds / SECONDS),
            cancelled=stopped,
        )
        tell(Progress("", 1.0))
        return found

    return work
