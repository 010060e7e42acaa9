"""Versions: how a profile became what it is, what a change did, and what was exported."""

from datetime import date

import streamlit as st

from ui import data, saving, shell, widgets
from ui.controls import one_of, side_by_side
from ui.texts import _
from ui.versions import comparing, exports, history, said

PARTS = {"history": _("History"), "compare": _("Compare"), "exports": _("Export log")}

view = shell.page("versions", always=True)
if not data.remembers():
    st.markdown(
        _(
            "Versions and the export log cannot be shown while the workspace cannot be used; the "
            "header says why. Nothing in it is lost."
        )
    )
    st.stop()

with shell.guard():
    workspace = data.workspace()
    saved_versions = workspace.history(view.saved) if view.saved else []
    saved_profiles = workspace.profiles(archived=True)

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    part = one_of(_("Show"), PARTS, **widgets.kept("versions_part"))
    saving.author_popover(_("Saving as {author}"))

match part:
    case "compare":
        with shell.guard():
            choices = comparing.sides(
                view, data.universe(view.list_name), versions=saved_versions, saved=saved_profiles
            )
            usual = comparing.usual(
                view, choices, newest=saved_versions[0].number if saved_versions else None
            )
            before, after = comparing.choose(choices, *usual)
            comparison = data.comparison(view.list_name, before.profile, after.profile)
        left, right = side_by_side("versions_compared_halves", shares=(6, 5), gap="small")
        with left.container(border=True, height="stretch"):
            comparing.side_by_side(comparison)
        with right.container(border=True, height="stretch"):
            comparing.transitions(comparison)
        comparing.changes(comparison)
        with shell.guard():
            said.draw(before.agreed, after.agreed, comparison.before.population.columns)
    case "exports":
        with st.container(border=True), shell.guard():
            exports.export_log(workspace.exports(limit=exports.ROWS))
    case _:
        left, right = side_by_side("versions_halves", shares=(3, 1), gap="small")
        with left.container(border=True, height="stretch"):
            history.history(
                view,
                saved_versions,
                archived=any(one.archived for one in saved_profiles if one.slug == view.saved),
            )
        with right.container(border=True):
            history.time_box(view.profile, today=date.today())
        with right.container(border=True):
            history.archive(view, saved_profiles)
exports.workspace_place(workspace.place)
