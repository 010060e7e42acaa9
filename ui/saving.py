"""Saving the profile to the workspace, and what to do when somebody else saved first."""

from typing import Final

import streamlit as st

from icp_core.errors import IcpError, WorkspaceError
from icp_core.profiles.model import Profile
from icp_core.workspace import ConflictError, SavedVersion, slug_of
from icp_core.workspace.database import MAX_NAME, MAX_REASON
from ui import data, state, theme, typed, widgets
from ui.builder import editing
from ui.controls import most_letters
from ui.downloads import download
from ui.format import moment, plain
from ui.texts import _

_DIALOG: Final = "save"


def ask() -> None:
    """Have the save dialog drawn, with the profile as it stands then; for a button's callback."""
    state.set_conflict(None)
    widgets.open_dialog(_DIALOG)


def dialog() -> None:
    """Draw the save dialog while it is asked for."""
    if widgets.open_now() == _DIALOG:
        # The title is translated when the dialog opens, not when this module is read.
        st.dialog(_("Save the profile"), on_dismiss=widgets.close_dialog)(_form)()


def version_label(name: str, number: int) -> str:
    """A saved version as a choice, short enough for a choice."""
    return _("{name} · v{number}").format(name=name, number=number)


def unavailable(error: WorkspaceError, *, key: str) -> None:
    """Say why the workspace cannot be used, and offer to try again."""
    if widgets.is_news(str(error)):
        st.warning(plain(str(error)), icon=":material/cloud_off:")
    st.caption(_("Everything else works without it; keep your profile as a file meanwhile."))
    if st.button(_("Try again"), icon=":material/refresh:", key=key):
        data.refresh_saved()
        st.rerun()


def profile_download(label: str, *, key: str) -> None:
    """A button that downloads the profile as it stands when it is pressed."""
    view, later = state.view(), state.later()

    def content() -> str:
        return later().agreed.to_json()

    download(
        label,
        content,
        name=f"{view.saved or view.starter or slug_of(view.profile.name)}.json",
        mime="application/json",
        key=key,
    )


def author_popover(label: str) -> None:
    """A quiet button, labelled with who works in this session (`{author}`), to change the name."""
    with st.popover(
        label.format(author=plain(state.author()) or _("nobody")),
        type="tertiary",
        icon=":material/person:",
    ):
        typed.text_field(
            _("Your name"),
            most=MAX_NAME,
            key=widgets.shown("author", state.author()),
            on_change=lambda: state.set_author(widgets.picked("author")),
        )


def _form() -> None:
    view = state.view()
    try:
        data.workspace()
    except WorkspaceError as error:
        unavailable(error, key="save_again")
        profile_download(_("Download the profile"), key="save_download")
        return
    name = typed.text_field(
        _("Name"), view.profile.name, most=most_letters(Profile, "name"), key="save_name"
    )
    as_new = view.saved is None or st.toggle(
        _("As a new profile"),
        key="save_as_new",
        help=_("Otherwise it becomes the next version of the saved profile."),
    )
    why = typed.text_field(
        _("What changed, and why"),
        placeholder=_("Shown in the history"),
        most=MAX_REASON,
        key="save_why",
    )
    author = typed.text_field(_("Your name"), state.author(), most=MAX_NAME, key="save_author")
    waits = _waiting()
    if name is None or why is None or author is None or waits:
        return
    try:
        profile = view.profile.replace(name=name.strip())
    except IcpError:
        st.caption(_("A profile needs a name."))
        return
    slug = slug_of(profile.name) if as_new or view.saved is None else view.saved
    based_on = 0 if as_new else view.version
    unchanged = not as_new and not view.edited and profile == view.profile
    if unchanged:
        st.caption(_("Nothing has changed since version {number}.").format(number=view.version))
    slot = st.empty()
    if not _is_overtaken(slug) and slot.button(
        _("Save"),
        type=theme.emphasis(),
        icon=":material/save:",
        disabled=unchanged or not author.strip(),
        key="save_now",
    ):
        _save(profile, slug=slug, based_on=based_on, why=why, author=author)
    newest = state.conflict()
    if newest is not None and _is_overtaken(slug):
        slot.empty()
        _overtaken(newest, profile, why=why, author=author)


def _waiting() -> bool:
    """Whether texts of the profile are too long still; says which, and offers to go on without them."""
    waiting = editing.waiting()
    if not waiting:
        return False
    st.warning(
        plain(
            _(
                "Too long to be saved: {fields}. Shorten what stands there, or leave it out: then what "
                "was there before is saved."
            ).format(fields=", ".join(label for label, _text in waiting.values()))
        ),
        icon=":material/content_cut:",
    )
    if st.button(_("Leave it out"), key="save_without"):
        editing.let_go()
        st.rerun()
    return True


def _is_overtaken(slug: str) -> bool:
    newest = state.conflict()
    return newest is not None and newest.slug == slug


def _overtaken(newest: SavedVersion, profile: Profile, *, why: str, author: str) -> None:
    said = f" “{newest.why}”" if newest.why else ""
    st.warning(
        plain(
            _(
                "{author} saved version {number} of {name} on {moment}.{said} Nothing of yours was "
                "saved or lost."
            ).format(
                author=newest.author,
                number=newest.number,
                name=newest.name,
                moment=moment(newest.saved_at),
                said=said,
            )
        ),
        icon=":material/group:",
    )
    with st.container(horizontal=True):
        if st.button(
            _("Save mine as version {number}").format(number=newest.number + 1),
            type=theme.emphasis(),
            key="save_next",
        ):
            _save(profile, slug=newest.slug, based_on=newest.number, why=why, author=author)
        if st.button(
            _("Open version {number}").format(number=newest.number),
            help=_("Your changes are dropped; download them first to keep them."),
            key="save_open_newest",
        ):
            open_version(newest)
            widgets.close_dialog()
            st.rerun()
        profile_download(_("Download mine"), key="save_download")
    st.caption(_("Or give yours another name and save it as a new profile."))


def _save(profile: Profile, *, slug: str, based_on: int | None, why: str, author: str) -> None:
    state.set_author(author)
    try:
        saved = data.workspace().save_profile(
            profile,
            brief=state.view().brief,
            slug=slug,
            based_on=based_on,
            why=why,
            author=author,
        )
    except ConflictError as error:
        data.refresh_saved()
        state.set_conflict(error.newest)
        return
    except WorkspaceError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    data.refresh_saved()
    state.open_saved(saved)
    widgets.close_dialog()
    # A message of this drawing would be gone with it.
    widgets.confirm(
        _("Saved as version {number} of {name}.").format(number=saved.number, name=saved.name)
    )
    st.rerun()


def open_version(version: SavedVersion) -> None:
    """Make a saved version the profile of the view; leave a message where it cannot be read."""
    try:
        state.open_saved(version)
    except IcpError as error:
        widgets.notify(str(error))
