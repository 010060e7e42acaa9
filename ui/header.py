"""What stands on top of every page: the list, the profile, and what can be done with it as a whole."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date
from math import ceil
from typing import Final
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from icp_core.accounts.universe import Universe
from icp_core.errors import ProfileError, WorkspaceError
from icp_core.profiles import first_draft
from icp_core.profiles.files import Agreed
from icp_core.profiles.starters import starters, starters_for
from icp_core.workspace import Draft
from ui import data, new_profile, saving, state, theme, widgets
from ui.builder import words
from ui.format import moment, plain
from ui.state import View
from ui.texts import _

MAX_PROFILE_MB: Final = 1  # the least Streamlit's uploader can be limited to; a profile is a few kB

_OWN: Final = ""
_SAVED: Final = "saved:"
_NEW: Final = "new"
_DRAFT: Final = "draft:"
_MOST_DRAFTS: Final = 5  # of what nobody saved, among the choices
_LIST_WIDTH: Final = 210  # pixels: most names of lists
_PROFILE_WIDTH: Final = 350  # pixels at least; beside the list on a tablet
_ARROW: Final = 30  # pixels of a box that its text has not
_LETTER: Final = 6.6  # pixels, rather too many than too few
_BESIDE: Final = 912  # pixels of a window that the name of the profile has not, sidebar and buttons
_WHOLE_NAME: Final = "profile_whole_name"


def begin(view: View) -> DeltaGenerator:
    """Draw the choice of a list, which works also where the list itself cannot be read.

    Returns
    -------
    DeltaGenerator
        Where `complete` draws the rest.
    """
    state.header_shows(None)
    labels = data.all_lists()
    top = st.container(horizontal=True, vertical_alignment="center", gap="xsmall")
    with top:
        st.selectbox(
            _("Accounts"),
            list(labels),
            format_func=labels.__getitem__,
            key=widgets.shown("dataset", view.list_name),
            on_change=lambda: state.set_dataset(widgets.picked("dataset")),
            label_visibility="collapsed",
            width=_LIST_WIDTH,
        )
    return top


def complete(top: DeltaGenerator, view: View, universe: Universe) -> None:
    """Draw the choice of a profile, and what can be done with it as a whole."""
    with top:
        trouble = _choose_profile(view, universe)
        _actions()
        _whole_name(view)
    until = view.profile.valid_until
    if until is not None and until < date.today():
        st.badge(
            _("Time box ended on {day}").format(day=until),
            icon=":material/event_busy:",
            color="orange",
        )
    if trouble is not None:
        saving.unavailable(trouble, key="workspace_again")


def _choose_profile(view: View, universe: Universe) -> WorkspaceError | None:
    """Draw it; why saved profiles are not among the choices, if they are not."""
    trouble, saved = None, {}
    try:
        saved = {_SAVED + one.slug: one.newest for one in data.saved_profiles()}
    except WorkspaceError as error:
        trouble = error
    drafts = {f"{_DRAFT}{one.seat}:{one.key}": one for one in state.recent()[:_MOST_DRAFTS]}
    fitting = [entry.slug for entry in starters_for(universe)]
    first = state.first_starter(view.list_name)
    offered = [*drafts, *saved, *([] if first in fitting else [first]), *fitting]
    current = _current(view)
    if current not in offered:
        offered.insert(0, current)
    names = {key: saving.version_label(one.name, one.number) for key, one in saved.items()}
    names |= {entry.slug: entry.profile.name for entry in starters()}
    names |= {
        key: _("Unsaved: {name}, {moment}").format(name=one.name, moment=moment(one.touched_at))
        for key, one in drafts.items()
    }
    names[state.SUGGESTED] = _(first_draft.PROFILE_NAME)
    label = _label(view)
    names[current] = _("Edited: {name}").format(name=label) if view.edited else label
    taken = Counter(names[key] for key in offered)
    for key in offered:
        # What came by a link or a file has no key: the others of its name have theirs.
        if taken[names[key]] > 1 and (mark := key.removeprefix(_SAVED)):
            names[key] += f" ({mark})"
    names[_NEW] = _("+ New profile")
    st.selectbox(
        _("Profile"),
        [*offered, _NEW],
        format_func=names.__getitem__,
        key=widgets.shown("profile", current),
        on_change=lambda: _replace_profile(widgets.picked("profile"), offered, drafts),
        label_visibility="collapsed",
        width="stretch",
    )
    return trouble


def _whole_name(view: View) -> None:
    """The profile's name in as many lines as it takes, where the window is too narrow for its box.

    It is drawn by its longest form, so that an edit shifts nothing.
    """
    longest = _("Edited: {name}").format(name=_label(view))
    width = ceil(len(longest) * _LETTER)
    if width <= _PROFILE_WIDTH - _ARROW:
        return
    with st.container(key=_WHOLE_NAME):
        st.caption(plain(_label(view)))
    row = f":has(> .st-key-{_WHOLE_NAME})"
    theme.style(
        f"{row} {{ flex-basis: 100% }}"
        f" @media (min-width: {width + _BESIDE}px) {{ {row} {{ display: none }} }}"
    )


def _label(view: View) -> str:
    name = view.profile.name
    return saving.version_label(name, view.version) if view.version else name


def _current(view: View) -> str:
    """The option of the profile list that the view stands on."""
    return _SAVED + view.saved if view.saved else view.starter or _OWN


def _replace_profile(key: str, offered: Collection[str], drafts: Mapping[str, Draft]) -> None:
    # A browser that answers while the label of its option changes ("Edited: …") names an option that
    # is gone, and then the current one again; nobody picked either, and an edit must not be lost.
    if key == _NEW:
        new_profile.ask()
        return
    if key not in offered or key == _current(state.view()):
        return
    if key in drafts:
        state.resume(drafts[key])
        return
    if not key.startswith(_SAVED):
        state.choose_starter(key)
        return
    try:
        saving.open_version(data.workspace().version(key.removeprefix(_SAVED)))
    except WorkspaceError as error:
        widgets.notify(str(error))


@st.fragment
def _actions() -> None:
    """Undo, redo, save, share, and in a menu what is done more seldom."""
    offered = state.offered()
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        gap="xxsmall",
        width="content",
        key=theme.HEADER_ACTIONS,
    ):
        if st.button(
            _("Undo"),
            icon=":material/undo:",
            disabled=not offered.undo,
            help=_("Undo the last change of profile, list or plan"),
            key="undo",
        ):
            _step(state.undo, _("Taken back: {what}."))
        if st.button(
            _("Redo"),
            icon=":material/redo:",
            disabled=not offered.redo,
            help=_("Redo what was taken back"),
            key="redo",
        ):
            _step(state.redo, _("Made again: {what}."))
        st.button(
            _("Save"),
            icon=":material/save:",
            help=_("Save the profile in the workspace, as a version that stays."),
            on_click=saving.ask,
            key="save",
        )
        if st.button(
            _("Share"), icon=":material/link:", help=_("A link to what you see."), key="share"
        ):
            # The title is translated when the dialog opens, not when this module is read.
            st.dialog(_("Share this view"))(_link)()
        with st.popover(_("More"), width="content"):
            _more(offered)
    state.header_shows(offered)
    saving.dialog()


def _step(take: Callable[[], state.Change | None], said: str) -> None:
    """Undo or redo, and say what was changed by it."""
    before = state.view()
    what = take()
    if what is not None:
        names = words.changed_criteria(before.profile, state.view().profile, {})
        told = _CHANGES[what]()
        if what == "edit" and names:
            told = f"{told} ({', '.join(names)})"
        widgets.confirm(said.format(what=told))
    st.rerun()


# What undo and redo say they did; translated when they do.
_CHANGES: Final[Mapping[state.Change, Callable[[], str]]] = {
    "list": lambda: _("the choice of the list"),
    "profile": lambda: _("the choice of the profile"),
    "edit": lambda: _("an edit of the profile"),
    "begun": lambda: _("a new criterion"),
    "plan": lambda: _("a change of the plan, in this session"),
    "team": lambda: _("a saved plan of the team"),
}


def _more(offered: state.Offered) -> None:
    if st.button(
        _("Revert all edits"),
        icon=":material/restart_alt:",
        disabled=not offered.revert,
        help=_("Back to the profile as it was opened; Undo brings the edits back."),
        key="revert",
    ):
        state.revert()
        widgets.confirm(_("All edits are taken back. Undo brings them back."))
        st.rerun()
    saving.profile_download(_("Download the profile"), key="profile_download")
    if st.button(_("Open a profile file"), icon=":material/folder_open:", key="open_file"):
        st.dialog(_("Open a profile file"))(_file)()


def _file() -> None:
    file = st.file_uploader(
        _("Profile file (.json)"),
        type="json",
        max_upload_size=MAX_PROFILE_MB,
        key=f"profile_file_{state.epoch()}",
    )
    if file is not None:
        _open(file.name, file.getvalue())


def _link() -> None:
    page = (st.context.url or "").partition("?")[0]
    st.code(f"{page}?{urlencode(state.link())}", language=None, wrap_lines=True)
    st.caption(_("Whoever can open this app sees the list and the profile as they are now."))
    if state.is_shareable() and not state.is_brief_shareable():
        st.warning(
            _(
                "Answers and buying group as they stand are too long for a link, so it is without "
                "them. Save the profile, then share."
            ),
            icon=":material/link_off:",
        )
    if not state.is_shareable():
        st.warning(
            _(
                "This profile is too long for a link, so its edits are missing. Save it, then share."
            ),
            icon=":material/link_off:",
        )


def _open(name: str, content: bytes) -> None:
    try:
        remarks: list[str] = []
        agreed = Agreed.from_file(name, content, remarks=remarks)
    except ProfileError as error:
        st.error(plain(str(error)), icon=":material/error:")
    else:
        for remark in remarks:
            widgets.notify(remark)
        state.open_profile(agreed.profile, agreed.brief)
        st.rerun()
