"""The lists that were loaded: choose, rename, delete, and what each load did."""

from collections.abc import Sequence

import streamlit as st

from icp_core.errors import ImportRefused
from icp_core.importing.library import Entry, Library
from ui import shell, state
from ui.format import moment, number, plain
from ui.importing import report
from ui.state import View
from ui.texts import _, ngettext

CHOSEN = "import_list"


def draw(entries: Sequence[Entry], view: View) -> None:
    """Draw one of the lists with its report."""
    if not entries:
        st.caption(_("Nothing is loaded yet. Choose “Company list” above."))
        return
    by_key = {entry.key: entry for entry in entries}
    shown = next((entry.key for entry in entries if entry.source == view.dataset), entries[0].key)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(
            _("Loaded list"),
            list(by_key),
            index=list(by_key).index(shown),
            format_func=lambda one: _about(by_key[one]),
            width=480,
            key=f"{CHOSEN}_{shown}",
        )
        entry = by_key[key]
        if entry.source != view.dataset:
            st.button(
                _("Choose"),
                icon=":material/check:",
                on_click=state.set_dataset,
                args=(entry.source,),
                key="import_choose",
            )
        with st.popover(_("Rename"), icon=":material/edit:"):
            label = st.text_input(
                _("Name"), entry.label, max_chars=120, key=f"import_label_{entry.key}"
            )
            if st.button(_("Rename"), key="import_rename", disabled=not label.strip()):
                with shell.guard():
                    Library().rename(entry.key, label.strip())
                st.rerun()
        with st.popover(_("Delete"), icon=":material/delete:"):
            st.markdown(
                _("Delete {name}, its report and its deals from this machine?").format(
                    name=plain(entry.label)
                )
            )
            st.button(
                _("Delete for good"),
                type="primary",
                on_click=_delete,
                args=(entry,),
                key="import_delete",
            )
        if entry.source == view.dataset:
            shell.link("builder", _("Open the Builder"), ":material/arrow_forward:")
    with shell.guard():
        report.draw(entry)


def _about(entry: Entry) -> str:
    count = ngettext("{count} company", "{count} companies", entry.rows)
    return " · ".join(
        [entry.label, count.format(count=number(entry.rows)), moment(entry.loaded_at)]
    )


def _delete(entry: Entry) -> None:
    try:
        Library().delete(entry.key)
    except ImportRefused as error:
        state.notify(str(error))
