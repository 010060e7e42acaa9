"""What every page begins with: configuration, sidebar, navigation, and one way to show errors."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from icp_core.accounts.universe import Universe
from icp_core.errors import IcpError, ProfileError, SourceError
from icp_core.evaluation.engines.evaluation import lift_limit
from icp_core.profiles import first_draft
from icp_core.profiles.model import Profile
from icp_core.profiles.starters import starters_for
from icp_core.views import MarketView, Question
from icp_core.workspace import Status
from ui import data, header, state
from ui.builder import words
from ui.format import number, plain
from ui.state import View
from ui.texts import _, ngettext

ROOT: Final = Path(__file__).resolve().parent.parent
ICON: Final = ROOT / "static" / "icon.svg"
START: Final = "start"
ACCOUNTS: Final = "accounts"
NO_WIDGETS: Final[Mapping[str, str]] = MappingProxyType({})

_ICONS: Final = {
    START: ":material/home:",
    "builder": ":material/tune:",
    "market": ":material/monitoring:",
    "map": ":material/map:",
    "tiers": ":material/stacks:",
    "accounts": ":material/table_rows:",
    "verification": ":material/fact_check:",
    "versions": ":material/history:",
    "export": ":material/download:",
    "import": ":material/upload_file:",
    "learn": ":material/school:",
}
_SIDEBAR_WIDTH: Final = 216  # pixels: six short names with their icons, and a note below
_MOST_NARROWING: Final = 3  # ways out that are offered: more is a list to read
_OTHER_ICON: Final = ":material/article:"
Width = Literal["content", "stretch"]


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


@dataclass(frozen=True)
class Page:
    """A page of the app.

    Attributes
    ----------
    key
        Its short name, lower case.
    path
        Of its file, from the root.
    label, icon
        As in the navigation.
    """

    key: str
    path: str
    label: str
    icon: str


@dataclass(frozen=True)
class Group:
    """Pages that belong together.

    Attributes
    ----------
    label, icon
        As in the sidebar.
    pages
        In the order of their links, one at least.
    """

    label: str
    icon: str
    pages: tuple[Page, ...]


def _groups() -> tuple[Group, ...]:
    """The groups that have pages; a page that no group names stands in the last one."""
    named = {
        (_("Profile"), ":material/tune:"): ("builder", "learn", "versions"),
        (_("Market"), ":material/monitoring:"): ("market", "map", "tiers"),
        (_("Accounts"), ":material/table_rows:"): (ACCOUNTS, "verification"),
        (_("Data"), ":material/database:"): ("import", "export"),
    }
    found = {one.key: one for one in pages() if one.key != START}
    groups = [
        Group(label, icon, tuple(found.pop(key) for key in keys if key in found))
        for (label, icon), keys in named.items()
    ]
    groups[-1] = replace(groups[-1], pages=(*groups[-1].pages, *found.values()))
    return tuple(one for one in groups if one.pages)


def pages() -> tuple[Page, ...]:
    """The start page and every file in `pages/`, in the order of the numbers before their names."""
    found = [Page(START, "app.py", _("Start"), _ICONS[START])]
    files = (ROOT / "pages").glob("[0-9]*_*.py")
    for file in sorted(files, key=lambda file: int(file.stem.split("_")[0])):
        name = file.stem.split("_", 1)[1]
        key = name.lower()
        label = _("Learn from customers") if key == "learn" else _(name.replace("_", " "))
        found.append(Page(key, f"pages/{file.name}", label, _ICONS.get(key, _OTHER_ICON)))
    return tuple(found)


def page(key: str) -> View:
    """Begin a page: configuration, sidebar, heading. Stops with a message where nothing can be shown.

    Parameters
    ----------
    key
        As in `Page`.

    Returns
    -------
    View
        Its list loads and its profile fits it.
    """
    here = next(one for one in pages() if one.key == key)
    st.set_page_config(
        # A Material icon would be fetched from outside.
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state=_SIDEBAR_WIDTH,
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    state.leave_missing_dataset()
    view = state.view()
    st.set_page_config(page_title=f"{here.label} · {view.profile.name}")
    state.write_address()
    with st.sidebar:
        st.markdown("**" + _("Target accounts") + "**")
        _navigation(here)
        legal_note = st.container()
    # The header is filled in two steps, so that a list that fails can still be changed in it.
    top = header.begin(view)
    heading = st.container(horizontal=True, vertical_alignment="center", gap="small")
    heading.title(plain(here.label), anchor=False, width="content")
    for notice in state.notices():
        st.warning(plain(notice), icon=":material/info:")
    for done in state.confirmed():
        st.toast(plain(done), icon=":material/check:")
    with guard():
        universe = data.universe(view.list_name)
    if universe.fictional:
        heading.badge(_("Fictional data"), icon=":material/science:", color="orange")
    with heading:
        _group_links(here)
    header.complete(top, view, universe)
    with legal_note:
        _legal_note(universe, here=key)
    _stop_if_unfit(view, universe)
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


def _answered(view: View, *, quiet: bool, everybody: bool) -> MarketView:
    if not data.stays_in_engine(view.list_name):
        return data.market(view.list_name, view.profile, everybody=everybody)
    answers = state.own("answers", Answers)
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
    """Show an error of ours as one message, and stop the page there."""
    try:
        yield
    except IcpError as error:
        _complain(error)
        st.stop()


def link(
    key: str,
    label: str | None = None,
    icon: str | None = None,
    *,
    widgets: Mapping[str, str] = NO_WIDGETS,
) -> None:
    """A link to a page that takes the address along; nothing if there is no such page.

    Parameters
    ----------
    key
        As in `Page`.
    label, icon
        The page's own unless given.
    widgets
        What widgets of that page show when they are reached, as the address writes it.
    """
    for one in pages():
        if one.key == key:
            _link(one, label=label or plain(one.label), icon=icon or one.icon, widgets=widgets)


def go(key: str) -> None:
    """Go on to a page, taking the view along."""
    path = next(one.path for one in pages() if one.key == key)
    # Parameters of this page's widgets cannot be set from here.
    st.switch_page(path, query_params=state.address())


def _navigation(here: Page) -> None:
    """Start and the groups; a group leads to its first page, and stands marked on each of them."""
    groups = _groups()
    with st.container(gap="small"):
        for one in pages():
            if one.key == START:
                _link(one, label=plain(one.label), icon=one.icon, width="stretch")
        for group in groups:
            target = here if here in group.pages else group.pages[0]
            _link(target, label=plain(group.label), icon=group.icon, width="stretch")


def _group_links(here: Page) -> None:
    """The other pages beside this one: what a phone gets about by."""
    group = next((one.pages for one in _groups() if here in one.pages), ())
    if len(group) > 1:
        with st.container(horizontal=True, gap="xxsmall", width="content"):
            for one in group:
                _link(one, label=plain(one.label), icon=one.icon)


def _link(
    target: Page,
    *,
    label: str,
    icon: str,
    width: Width = "content",
    widgets: Mapping[str, str] = NO_WIDGETS,
) -> None:
    try:
        st.page_link(
            target.path,
            label=label,
            icon=icon,
            width=width,
            query_params=state.whole_address() | dict(widgets),
        )
    except StreamlitPageNotFoundError:
        # A page file that is run by itself has no other pages to link to.
        st.caption(label)


def _legal_note(universe: Universe, *, here: str) -> None:
    count = _("{count} accounts.").format(count=number(len(universe)))
    st.caption(
        plain(universe.note)
        if data.stays_in_engine(universe.name)
        else f"{count} {plain(universe.note)}"
    )
    _left_out(universe.name, here=here)
    st.caption(_("Company data stays on this machine."))


def _left_out(list_name: str, *, here: str) -> None:
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
    label, icon = _("Show excluded accounts"), ":material/visibility:"
    if here == ACCOUNTS:
        # A link to the page that is open changes none of its widgets.
        st.button(label, icon=icon, type="tertiary", on_click=_show_excluded, key="show_excluded")
        return
    accounts = next(one for one in pages() if one.key == ACCOUNTS)
    filters = {"accounts_state": _("All"), "accounts_decisions": _("Excluded")}
    _link(accounts, label=label, icon=icon, widgets=filters)


def _show_excluded() -> None:
    state.set_kept("accounts_state", "any")
    state.set_kept("accounts_decisions", [Status.EXCLUDED.value])


def _stop_if_unfit(view: View, universe: Universe) -> None:
    """Where the profile tests what these accounts lack, offer to mend a copy of it."""
    try:
        view.profile.check(universe.columns)
    except ProfileError as error:
        _complain(error)
    else:
        return
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
    st.stop()


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
    st.error(plain(str(error)), icon=":material/error:")
