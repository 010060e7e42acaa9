"""The history of a saved profile: its versions, its time box, and the archive."""

from collections.abc import Sequence
from datetime import date

import polars as pl
import streamlit as st

from icp_core.errors import IcpError
from icp_core.profiles.model import Profile
from icp_core.workspace import SavedProfile, SavedVersion
from ui import data, navigation, saving, state, theme, widgets
from ui.controls import section
from ui.format import moment, number, plain
from ui.state import View
from ui.tables import Field, Table
from ui.texts import _, ngettext


def history(view: View, versions: Sequence[SavedVersion], *, archived: bool) -> None:
    """Draw the versions of the saved profile of the view, and what can be done with one."""
    if not versions:
        section(_("History"))
        st.markdown(
            _(
                "This profile is not saved yet. Save it, and every later save becomes a version here: "
                "who changed it, when and why, to go back to or to compare with."
            )
        )
        st.button(
            _("Save the profile"),
            type=theme.emphasis(),
            icon=":material/save:",
            on_click=saving.ask,
        )
        return
    newest = versions[0]
    if archived:
        st.caption(_("This profile is archived: it is kept, but no longer offered as a choice."))
    Table(
        history_data(versions, shown=view.version),
        (
            Field("number", _("Version"), "number", digits=0, width="small"),
            Field("saved_at", _("Saved")),
            Field("author", _("By")),
            Field("why", _("What changed, and why"), width="large"),
            Field("based_on", _("Made from"), "number", digits=0, width="small"),
            Field("shown", _("Shown"), "flag", width="small", in_file=False),
        ),
        title=plain(_("History of {name}").format(name=newest.name)),
        file=f"history-{newest.slug}",
    ).draw(unknown="")
    _act_on(view, {one.number: one for one in versions})


def history_data(versions: Sequence[SavedVersion], *, shown: int | None) -> pl.DataFrame:
    """Number, when, by whom, why, made from which version, and whether it is the one shown."""
    return pl.DataFrame(
        {
            "number": [one.number for one in versions],
            "saved_at": [moment(one.saved_at) for one in versions],
            "author": [one.author for one in versions],
            "why": [one.why for one in versions],
            "based_on": [one.based_on for one in versions],
            "shown": [one.number == shown for one in versions],
        },
        schema_overrides={"based_on": pl.Int64},
    )


def _act_on(view: View, versions: dict[int, SavedVersion]) -> None:
    newest_version = next(iter(versions.values()))
    slug, newest = newest_version.slug, newest_version.number
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            _("Version"),
            list(versions),
            index=list(versions).index(view.version) if view.version in versions else 0,
            key=f"versions_chosen_{slug}_{newest}",
            width=120,
        )
        is_shown = chosen == view.version and not view.edited
        st.button(
            _("Open"),
            icon=":material/visibility:",
            disabled=is_shown,
            help=_("Open it and work with it; nothing is saved."),
            on_click=saving.open_version,
            args=(versions[chosen],),
        )
        st.button(
            _("Restore as version {number}").format(number=newest + 1),
            icon=":material/settings_backup_restore:",
            disabled=chosen == newest,
            help=_("Save it again as the newest version; the versions between stay."),
            on_click=_restore,
            args=(slug, chosen),
        )
    if view.edited:
        st.caption(_("Opening or restoring a version drops the edits that are not saved."))


def _restore(slug: str, version: int) -> None:
    try:
        restored = data.workspace().restore(
            slug,
            version,
            author=state.author(),
            why=_("Restored version {number}").format(number=version),
        )
    except IcpError as error:
        widgets.notify(str(error))
        return
    data.refresh_saved()
    saving.open_version(restored)


def time_box(profile: Profile, *, today: date) -> None:
    """Draw until when the profile holds, and a reminder once that is over."""
    section(_("Time box"))
    sentence, is_over = time_box_data(profile, today=today)
    if is_over:
        st.badge(_("Time to review"), icon=":material/event_busy:", color="orange")
    st.markdown(sentence)
    navigation.link("builder", _("Change it in the Builder"), ":material/arrow_forward:")


def time_box_data(profile: Profile, *, today: date) -> tuple[str, bool]:
    """Until when a profile holds, in words, and whether that is over."""
    start, end = profile.valid_from, profile.valid_until
    if end is None:
        return (
            _(
                "Set no end yet. A profile holds for three to twelve months; give it an end, and you "
                "are reminded to review it."
            ),
            False,
        )
    days = (end - today).days
    if days < 0:
        return (
            ngettext(
                "It ended on {end}, {days} day ago. Review the profile against what you have won and "
                "lost since, then save the next version with a new time box.",
                "It ended on {end}, {days} days ago. Review the profile against what you have won "
                "and lost since, then save the next version with a new time box.",
                -days,
            ).format(end=end, days=number(-days)),
            True,
        )
    left = ngettext("{days} day left", "{days} days left", days).format(days=number(days))
    if start is None:
        return _("Holds until {end}: {left}.").format(end=end, left=left), False
    if today < start:
        return _("Holds from {start} to {end}.").format(start=start, end=end), False
    return _("Holds from {start} to {end}: {left}.").format(start=start, end=end, left=left), False


def archive(view: View, saved: Sequence[SavedProfile]) -> None:
    """Draw what puts the saved profile of the view away, and what takes others back."""
    away = {one.slug: one.newest for one in saved if one.archived}
    section(_("Archive"))
    if view.saved is not None and view.saved not in away:
        st.button(
            _("Archive this profile"),
            icon=":material/archive:",
            help=_("It is no longer offered as a choice; all its versions are kept."),
            on_click=_archive,
            args=(view.saved,),
        )
    if not away:
        st.caption(_("No profile is archived."))
        return
    slugs = list(away)
    chosen = st.selectbox(
        _("Archived profiles"),
        slugs,
        index=slugs.index(view.saved) if view.saved in away else 0,
        format_func=lambda slug: saving.version_label(away[slug].name, away[slug].number),
        key=f"versions_archived_{view.saved}",
    )
    st.button(
        _("Take back"),
        icon=":material/unarchive:",
        on_click=_archive,
        args=(chosen,),
        kwargs={"archived": False},
    )


def _archive(slug: str, *, archived: bool = True) -> None:
    try:
        data.workspace().archive_profile(slug, archived=archived)
    except IcpError as error:
        widgets.notify(str(error))
    data.refresh_saved()
