"""What a session learns from and how: customers, choices, and the work that goes on."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final, TypeVar

import streamlit as st

from icp_core.accounts.universe import Universe
from icp_core.errors import IcpError
from icp_core.importing import customer_lists
from icp_core.importing.customer_lists import CustomerList
from icp_core.importing.customers import DealAnswers, Deals, template
from icp_core.importing.library import Library
from icp_core.learning import Outcomes
from icp_core.workspace import Status
from ui import controls, data, navigation, shell, state, theme, widgets
from ui.controls import one_of
from ui.downloads import download
from ui.format import number, plain
from ui.importing import deals as deal_questions
from ui.learning.request import HAND_PICKED, LEARN_FROM, Given, Request, Settings
from ui.state import View
from ui.texts import _, ngettext
from ui.work import CancelledError, Work

AT_ONCE: Final = 0.8
"""Seconds that a page waits for work before it shows a progress bar."""
MOST_MB: Final = 50
_POLL: Final = 0.5

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Waiting:
    """A deal export of which a person has to say something.

    Attributes
    ----------
    name, content
        Of the file.
    deals
        As read.
    answers
        What was said of it already.
    """

    name: str
    content: bytes
    deals: Deals
    answers: DealAnswers


@dataclass
class LearningSession:
    """What this session has chosen.

    Attributes
    ----------
    settings
        How to learn.
    given
        Customers from a file or a list, by list and kind.
    paused
        Key of the question whose answer was cancelled.
    round
        Counts the uploads, so that each begins with an empty uploader.
    waiting
        Deal exports with open questions, by list.
    assumed
        What was assumed of a deal export, in words, by list.
    """

    settings: Settings = field(default_factory=Settings)
    given: dict[tuple[str, str], Given] = field(default_factory=dict)
    paused: str = ""
    round: int = 0
    waiting: dict[str, Waiting] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)

    def change(self, **choices: Any) -> None:
        """Choose otherwise."""
        self.settings = replace(self.settings, **choices)

    def forget(self, list_name: str, kind: str) -> None:
        """Put a file or list away."""
        self.given.pop((list_name, kind), None)
        if kind == "file":
            self.waiting.pop(list_name, None)
            self.assumed.pop(list_name, None)


def learning() -> LearningSession:
    """The learning of this session."""
    return widgets.own("learning", LearningSession)


def sources(list_name: str, universe: Universe) -> dict[str, str]:
    """Where customers may come from, by kind, the richest first."""
    kinds = {}
    if list_name.partition(":")[0] == "demo":
        kinds["deals"] = _("Fictional deals")
    elif data.outcomes(list_name) is not None:
        kinds["deals"] = _("Loaded deals")
    if "is_customer" in universe.columns and universe.frame["is_customer"].any():
        kinds["marked"] = _("Marked customers")
    kinds |= {"file": _("A deal export"), "list": _("A list of companies")}
    return kinds | ({HAND_PICKED: _("Hand-picked")} if state.hand_picked() else {})


def customers(view: View, universe: Universe) -> Given:
    """Draw the choice of customers; stops the page with a way to give some where there are none.

    Raises
    ------
    IcpError
        If what was loaded cannot be read.
    """
    kinds = sources(view.list_name, universe)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":small[:gray[{_('Learn from')}]]",
            width="content",
            help=_(
                "A list of companies can be your favourites, or a competitor's reference customers "
                "where you have no customers yet."
            ),
        )
        kind = one_of(_("Learn from"), kinds, **widgets.kept(LEARN_FROM))
        found = _given(view.list_name, kind, universe)
        if found is not None and found.outcomes.fictional:
            st.caption(_("The deals are invented, with planted drivers."), width="content")
        if found is not None and kind in ("file", "list"):
            st.button(
                _("Use others"),
                icon=":material/replay:",
                on_click=learning().forget,
                args=(view.list_name, kind),
                key="learn_replace",
            )
        if kind == HAND_PICKED:
            st.button(
                _("Put them away"),
                icon=":material/close:",
                on_click=_put_away,
                args=(next(iter(kinds)),),
                key="learn_put_away",
            )
            navigation.link("accounts", _("Pick more"), ":material/add:")
    if kind == "file":
        _questions(view.list_name, universe)
    if found is None:
        with st.container(border=True):
            (_ask_for_file if kind == "file" else _ask_for_list)(view.list_name, universe)
        st.stop()
    if found.note:
        missing = ", ".join(found.missing)
        st.caption(plain(found.note + (f" {_('Not found')}: {missing}" if missing else "")))
    return found


def _given(list_name: str, kind: str, universe: Universe) -> Given | None:
    if kind == "marked":
        return Given(customer_lists.flagged(universe), kind)
    if kind == "deals":
        return Given(data.outcomes(list_name) or data.fictional_deals(list_name), kind)
    if kind == HAND_PICKED:
        picked = state.hand_picked()
        count = ngettext(
            "Hand-picked: {count} account.", "Hand-picked: {count} accounts.", len(picked)
        ).format(count=number(len(picked)))
        return Given(Outcomes.of_customers(picked), "\n".join(picked), count)
    return learning().given.get((list_name, kind))


def _put_away(kind: str) -> None:
    state.drop_hand_picked()
    widgets.set_kept(LEARN_FROM, kind)


def _ask_for_file(list_name: str, universe: Universe) -> None:
    st.markdown(f"**{_('Deals and customers from your CRM')}**")
    st.caption(
        _(
            "An export of HubSpot, Salesforce or Pipedrive, or our template. Each row is found among "
            "the accounts by national number, domain or name; the file stays on this machine."
        )
    )
    file = st.file_uploader(
        _("Deal export"),
        type=["csv", "xlsx", "tsv", "txt"],
        max_upload_size=MOST_MB,
        label_visibility="collapsed",
        key=f"learn_file_{learning().round}",
    )
    download(
        _("Download the template"),
        template(),
        name="customers-template.csv",
        mime="text/csv",
        key="learn_template",
    )
    if file is not None:
        learning().forget(list_name, "file")
        if _find(list_name, universe, file.name, file.getvalue(), DealAnswers()):
            learning().round += 1
            st.rerun()


def _find(
    list_name: str, universe: Universe, name: str, content: bytes, answers: DealAnswers
) -> bool:
    """Find the companies of a deal export, as its questions were answered, now or before."""
    found: CustomerList | None = None
    with st.spinner(_("Finding the companies among the accounts")):
        try:
            deals, found = _read(universe, name, content, answers)
            known = answers.beside(Library().remembered_answers(deals.fingerprint))
            if deals.questions and known != answers:
                answers = known
                deals, found = _read(universe, name, content, answers)
        except IcpError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return False
    waiting = learning().waiting
    waiting.pop(list_name, None)
    if deals.questions:
        waiting[list_name] = Waiting(name, content, deals, answers)
    if found is not None:
        _keep(list_name, "file", found, content + repr(answers).encode())
    return True


def _read(
    universe: Universe, name: str, content: bytes, answers: DealAnswers
) -> tuple[Deals, CustomerList | None]:
    """A deal export with its questions, and its companies if any row says something without them."""
    try:
        found = customer_lists.from_file(
            content,
            universe,
            name=name,
            answers=answers.stages,
            currency=answers.currency,
            date_order=answers.date_order,
        )
    except customer_lists.UnansweredError as error:
        return error.deals, None
    return found.deals, found


def _questions(list_name: str, universe: Universe) -> None:
    """Ask what the deal export leaves open, and find its companies again once somebody says."""
    if assumed := learning().assumed.get(list_name):
        st.info(plain(assumed), icon=":material/done_all:")
    waiting = learning().waiting.get(list_name)
    if waiting is None:
        return
    with st.container(border=True):
        answered = deal_questions.ask(waiting.deals, waiting.deals.fingerprint)
    if answered is None:
        return
    given, assumed = answered
    with shell.guard():
        Library().remember_answers(waiting.deals.fingerprint, given)
    learning().assumed[list_name] = assumed
    given = given.beside(waiting.answers)
    if _find(list_name, universe, waiting.name, waiting.content, given):
        st.rerun()


def _ask_for_list(list_name: str, universe: Universe) -> None:
    st.markdown(f"**{_('Companies picked by hand, or a competitor’s reference customers')}**")
    st.caption(
        _(
            "A new company starts from the customers that its competitors name on their websites. "
            "One company a line: name, domain or national number."
        )
    )
    verified = _verified(universe)
    text = st.text_area(
        _("Companies, one a line"),
        height=180,
        key="learn_list",
        placeholder="Exempel AB\nexempel.se\nNO-923609016",
    )
    with st.container(horizontal=True, gap="small"):
        asked = st.button(
            _("Learn from these"),
            type=theme.emphasis(),
            icon=":material/school:",
            key="learn_list_go",
        )
        if verified:
            st.button(
                ngettext(
                    "Put in the verified account",
                    "Put in the {count} verified accounts",
                    len(verified),
                ).format(count=number(len(verified))),
                icon=":material/fact_check:",
                on_click=widgets.set_kept,
                args=("learn_list", "\n".join(verified)),
                key="learn_verified",
            )
    if asked:
        with st.spinner(_("Finding the companies among the accounts")):
            try:
                found = customer_lists.from_text(text, universe)
            except IcpError as error:
                st.error(plain(str(error)), icon=":material/error:")
                return
        _keep(list_name, "list", found, text.encode())
        st.rerun()


def _keep(list_name: str, kind: str, found: CustomerList, content: bytes) -> None:
    learning().given[list_name, kind] = Given(
        found.outcomes, sha256(content).hexdigest(), found.sentence(asking=False), found.missing
    )


def _verified(universe: Universe) -> list[str]:
    """Accounts that somebody looked at and found right; none where the workspace cannot be read."""
    if not data.remembers():
        return []
    decided = data.decisions()
    found = decided.filter(decided["status"] == Status.VERIFIED)["account_id"]
    return found.filter(found.is_in(universe.frame["account_id"].implode())).to_list()


def done(work: Work[_Made], request: Request) -> _Made:
    """What the work made; while it goes on, draws how far it is, and stops the page there.

    Raises
    ------
    IcpError
        What stopped the work.
    """
    if not work.wait(AT_ONCE):
        st.fragment(_watched, run_every=_POLL)(work, request.key)
        st.stop()
    try:
        return work.result()
    except CancelledError:
        # Somebody else asked the same and cancelled it; the next run begins it anew.
        st.rerun()


def stop_if_paused(request: Request) -> None:
    """Where the answer to this question was cancelled, offer to begin again, and stop the page."""
    if learning().paused != request.key:
        return
    st.info(_("Cancelled. What you chose is still there."), icon=":material/pause_circle:")
    st.button(_("Begin again"), icon=":material/play_arrow:", on_click=_resume, key="learn_again")
    st.stop()


def _watched(work: Work[Any], key: str) -> None:
    if work.is_done:
        st.rerun()
    progress = work.progress
    with st.container(border=True):
        controls.progress(_(progress.step or "Starting"), progress.done)
        if st.button(_("Cancel"), icon=":material/close:", key="learn_cancel"):
            work.cancel()
            learning().paused = key
            st.rerun()


def _resume() -> None:
    learning().paused = ""
