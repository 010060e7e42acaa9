"""What every page begins with: configuration, sidebar, navigation, and one way to show errors."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import polars as pl
import streamlit as st

from icp_core.accounts.columns import describe_all, labels
from icp_core.accounts.universe import Universe
from icp_core.errors import IcpError, ProfileError, SourceError
from icp_core.evaluation.engines.evaluation import lift_limit
from icp_core.profiles import first_draft
from icp_core.profiles.model import Profile
from icp_core.profiles.starters import starters_for
from icp_core.views import MarketView, Question
from icp_core.workspace import Status
from ui import data, header, in_browser, navigation, new_profile, state, theme, widgets
from ui.builder import editing, words
from ui.format import listed, number, plain
from ui.navigation import ACCOUNTS, ROOT, link, pages
from ui.state import View
from ui.texts import _, ngettext

ICON: Final = ROOT / "static" / "icon.svg"

_SIDEBAR_WIDTH: Final = 216  # pixels: six short names with their icons, and a note below
_INDUSTRY_WORDS: Final = "industry_text"  # what lists say instead of codes
_MOST_NARROWING: Final = 3  # ways out that are offered: more is a list to read


@dataclass
class Answers:
    """What engines answered in this session.

    Attributes
    ----------
    found
        The last answer by list, and by whether it has the excluded accounts too.
    failed
        The question that could not be answered, and why; it is not asked again by itself.
    """

    found: dict[tuple[str, bool], MarketView] = field(default_factory=dict)
    failed: tuple[tuple[str, Profile, bool], SourceError] | None = None

    def forget_failure(self) -> None:
        """Have the question asked again."""
        self.failed = None


def page(key: str, *, always: bool = False) -> View:
    """Begin a page: configuration, header, navigation. Stops with a message where nothing can be shown.

    Parameters
    ----------
    key
        As in `Page`.
    always
        Whether the page works although the list cannot be read or the profile does not fit it: what
        mends that must stay open. The message is shown all the same.

    Returns
    -------
    View
        Its list loads and its profile fits it, unless the page works always.
    """
    here = next(one for one in pages() if one.key == key)
    st.set_page_config(
        # A Material icon would be fetched from outside.
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state=_SIDEBAR_WIDTH,
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    widgets.arrive(key)
    state.leave_missing_dataset()
    view = state.view()
    st.set_page_config(page_title=f"{here.label} · {view.profile.name}")
    state.write_address()
    theme.everywhere()
    in_browser.run()
    with st.sidebar:
        st.markdown("**" + _("Target accounts") + "**")
        navigation.sidebar(here)
        notes = {"sidebar": st.container()}
    # The header is filled in two steps, so that a list that fails can still be changed in it.
    top = header.begin(view)
    heading = st.container(horizontal=True, vertical_alignment="center", gap="small")
    heading.title(plain(here.label), anchor=False, width="content")
    badge = heading.empty()
    with heading:
        navigation.beside(here)
        # At the end of a row, where it leaves no gap on a wide screen.
        notes["menu"] = navigation.menu(here)
    # In a place of its own: what is drawn below would else be drawn anew, and drop what is being typed.
    with st.container():
        for notice in widgets.notices():
            st.warning(plain(notice), icon=":material/info:")
    for done in widgets.confirmed():
        st.toast(plain(done), icon=":material/check:")
    try:
        universe = data.universe(view.list_name)
    except IcpError as error:
        _complain(error)
        if not always:
            st.stop()
        return view
    if universe.fictional:
        badge.badge(_("Fictional data"), icon=":material/science:", color="orange")
    header.complete(top, view, universe)
    new_profile.dialog()
    for place, note in notes.items():
        with note:
            _legal_note(universe, here=key, place=place)
    if not _fits(view, universe) and not always:
        st.stop()
    return view


def market(
    view: View, *, needs: Sequence[Question] = (), quiet: bool = False, everybody: bool = False
) -> MarketView:
    """The profile of the view on its accounts; stops with a message where it cannot answer.

    While an engine fails, the last answer of this session stays, with a message over it.

    Parameters
    ----------
    view
        What is looked at.
    needs
        What the page asks of it.
    quiet
        Whether another part of the page shows the message.
    everybody
        As for `data.market`.

    Raises
    ------
    IcpError
        As `data.market`, or of an engine that has not answered yet.
    """
    found = _answered(view, quiet=quiet, everybody=everybody)
    if not found.supports.issuperset(needs):
        too_many(found)
        st.stop()
    return found


def asked(view: View) -> MarketView | None:
    """The market of the view, for a part of a page that does without it where it cannot be asked."""
    try:
        return market(view, quiet=True)
    except IcpError:
        return None


def _answered(view: View, *, quiet: bool, everybody: bool) -> MarketView:
    if not data.stays_in_engine(view.list_name):
        return data.market(view.list_name, view.profile, everybody=everybody)
    answers = widgets.own("answers", Answers)
    asked, kind = (view.list_name, view.profile, everybody), (view.list_name, everybody)
    if answers.failed is None or answers.failed[0] != asked:
        try:
            answers.found[kind] = data.market(view.list_name, view.profile, everybody=everybody)
            answers.failed = None
        except SourceError as error:
            answers.failed = asked, error
    if answers.failed is None:
        return answers.found[kind]
    failure = answers.failed[1]
    last = answers.found.get(kind)
    if not quiet:
        if last is not None:
            st.warning(
                f"{plain(str(failure))} {_('What you see is the last answer.')}",
                icon=":material/cloud_off:",
            )
        st.button(_("Try again"), icon=":material/refresh:", on_click=answers.forget_failure)
    if last is None:
        raise SourceError(str(failure)) from failure
    return last


def too_many(found: MarketView, *, needing: str = "") -> None:
    """Say how many accounts the must-haves leave, and which criterion would make them few enough.

    Parameters
    ----------
    found
        The market, in an engine.
    needing
        A sentence on what needs the accounts in memory; the whole page unless given.
    """
    needing = needing or _("This page needs the accounts in memory.")
    left = found.totals.matching + found.totals.possible
    most = lift_limit()
    if found.refusal:
        st.info(
            plain(
                _("{needing} They cannot be brought there: {reason}").format(
                    needing=needing, reason=found.refusal
                )
            ),
            icon=":material/cloud:",
        )
        return
    if not most:
        st.info(
            _(
                "{needing} Here all stay in their engine. Download the {count} that match or may "
                "match as CSV on the Export page, and load them on the Import page."
            ).format(needing=needing, count=number(left)),
            icon=":material/cloud:",
        )
        return
    st.info(
        _(
            "{needing} {count} match or may match; up to {most} are brought from the engine. Narrow the "
            "must-haves."
        ).format(needing=needing, count=number(left), most=number(most)),
        icon=":material/cloud:",
    )
    columns = found.population.columns
    helping = [one for one in found.narrowing() if 0 < one.left < left]
    for one in helping[:_MOST_NARROWING]:
        offer(
            found.profile.changing(one.index, role=one.criterion.role),
            _("Require {criterion}: {count} left{enough}").format(
                criterion=plain(words.gate_name(one.criterion, columns)),
                count=number(one.left),
                enough=_(", few enough") if one.left <= most else "",
            ),
            key=f"narrow_{one.index}",
        )
    if not helping:
        link("builder", _("Narrow the profile"), ":material/arrow_forward:")


def offer(profile: Profile, text: str, *, key: str) -> None:
    """Draw what a changed profile would bring, with the button that makes the change."""
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.button(
            _("Apply"),
            type="tertiary",
            icon=":material/arrow_forward:",
            key=key,
            on_click=state.set_profile,
            args=(profile,),
            help=_("Change the profile; Undo takes it back."),
        )
        st.markdown(text, width="stretch")


@contextmanager
def guard() -> Iterator[None]:
    """Show an error of ours as one message, and stop the page there.

    Where a part of a page finds its list deleted meanwhile, the page is drawn anew on another one.
    """
    try:
        yield
    except IcpError as error:
        if state.view().list_name not in data.all_lists():
            st.rerun()
        _complain(error)
        st.stop()


def _legal_note(universe: Universe, *, here: str, place: str) -> None:
    count = _("{count} accounts.").format(count=number(len(universe)))
    st.caption(
        plain(universe.note)
        if data.stays_in_engine(universe.name)
        else f"{count} {plain(universe.note)}"
    )
    _left_out(universe.name, here=here, place=place)
    st.caption(_("Company data stays on this machine."))


def _left_out(list_name: str, *, here: str, place: str) -> None:
    """Say how many accounts are in no number because somebody excluded them, and lead to them."""
    try:
        count = len(data.excluded(list_name))
    except SourceError:
        # The page itself says what is wrong with the engine.
        return
    if not count:
        return
    st.caption(
        ngettext(
            "{count} excluded account is not counted in the market.",
            "{count} excluded accounts are not counted in the market.",
            count,
        ).format(count=number(count))
    )
    label, icon = _("Show excluded"), ":material/visibility:"
    if here == ACCOUNTS:
        # A link to the page that is open changes none of its widgets.
        key = f"show_excluded_{place}"
        st.button(label, icon=icon, type="tertiary", on_click=_show_excluded, key=key)
        return
    accounts = next(one for one in pages() if one.key == ACCOUNTS)
    filters = {"accounts_state": _("All"), "accounts_decisions": _("Excluded")}
    navigation.link_to(accounts, label=label, icon=icon, widgets=filters)


def _show_excluded() -> None:
    widgets.set_kept("accounts_state", "any")
    widgets.set_kept("accounts_decisions", [Status.EXCLUDED.value])


def _fits(view: View, universe: Universe) -> bool:
    """Whether the profile can be evaluated; offers to mend a copy of it where it cannot.

    What accounts lack is unknown for all of them.
    """
    lacking = view.profile.lacking(universe.columns)
    try:
        view.profile.check(universe.columns | describe_all(lacking))
    except ProfileError as error:
        _complain(error)
        _offer_to_mend(view, universe)
        return False
    if lacking:
        _say_lacking(view.profile, universe, lacking)
    return True


def _say_lacking(profile: Profile, universe: Universe, lacking: Mapping[str, pl.DataType]) -> None:
    names = listed([_(label) for label in labels(lacking)], _("{first} and {last}"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            _(
                ":material/help: This list does not tell {columns}: unknown for all accounts."
            ).format(columns=plain(names)),
            width="content",
        )
        if (
            "industry" in lacking
            and _INDUSTRY_WORDS in universe.columns
            and st.button(
                _("Its industries are words: test those"),
                type="tertiary",
                icon=":material/arrow_forward:",
                key="test_words",
            )
        ):
            editing.open_one(_INDUSTRY_WORDS)
            navigation.go("builder")
        fitting = _fitting(profile, universe)
        if fitting is not None:
            st.button(
                _("Remove from the profile"),
                type="tertiary",
                icon=":material/content_cut:",
                on_click=state.set_profile,
                args=(fitting,),
                help=_("Undo takes it back."),
                key="remove_lacking",
            )


def _offer_to_mend(view: View, universe: Universe) -> None:
    fitting = _fitting(view.profile, universe)
    with st.container(horizontal=True):
        if fitting is not None:
            removed = len(view.profile.criteria) - len(fitting.criteria)
            st.button(
                ngettext(
                    "Remove the criterion that does not fit",
                    "Remove the {count} criteria that do not fit",
                    removed,
                ).format(count=removed),
                icon=":material/content_cut:",
                on_click=state.set_profile,
                args=(fitting,),
            )
        offers = {entry.slug: entry.profile.name for entry in starters_for(universe)[:1]}
        for slug, name in (offers or {state.SUGGESTED: _(first_draft.PROFILE_NAME)}).items():
            st.button(
                _("Use “{name}”").format(name=plain(name)),
                icon=":material/swap_horiz:",
                on_click=state.choose_starter,
                args=(slug,),
            )
    st.caption(_("Or choose other accounts above. Nothing of your profile is lost until you do."))


def _fitting(profile: Profile, universe: Universe) -> Profile | None:
    """A copy without the criteria these accounts cannot be tested on; None if nothing is left."""

    def fits(one: Profile) -> bool:
        try:
            one.check(universe.columns)
        except ProfileError:
            return False
        return True

    bare = profile.replace(criteria=())
    kept = [one for one in profile.criteria if fits(bare.adding(one))]
    return profile.replace(criteria=tuple(kept)) if kept and fits(bare) else None


def _complain(error: IcpError) -> None:
    if widgets.is_news(str(error)):
        st.error(plain(str(error)), icon=":material/error:")
