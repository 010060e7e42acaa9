"""The lists that were loaded: choose, rename, delete, and what each load did."""

from collections.abc import Sequence

import streamlit as st

from icp_core.errors import ImportRefused
from icp_core.importing.library import ImportedList, Library
from ui import navigation, shell, state, theme, typed, widgets
from ui.controls import most_letters
from ui.format import moment, number, plain
from ui.importing import report
from ui.state import View
from ui.texts import _, ngettext

CHOSEN = "import_list"


def draw(imported_lists: Sequence[ImportedList], view: View) -> None:
    """Draw one of the lists with its report."""
    if not imported_lists:
        st.caption(_("Nothing is loaded yet. Choose “Company list” above."))
        return
    by_key = {imported.key: imported for imported in imported_lists}
    shown = next(
        (imported.key for imported in imported_lists if imported.source == view.list_name),
        imported_lists[0].key,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(
            _("Loaded list"),
            list(by_key),
            index=list(by_key).index(shown),
            format_func=lambda one: _about(by_key[one]),
            width=480,
            key=f"{CHOSEN}_{shown}",
        )
        imported = by_key[key]
        if imported.source != view.list_name:
            st.button(
                _("Choose"),
                icon=":material/check:",
                on_click=state.set_dataset,
                args=(imported.source,),
                key="import_choose",
            )
        with st.popover(_("Rename"), icon=":material/edit:"):
            label = typed.text_field(
                _("Name"),
                imported.label,
                most=most_letters(ImportedList, "label"),
                key=f"import_label_{imported.key}",
            )
            if (
                st.button(_("Rename"), key="import_rename", disabled=not (label or "").strip())
                and label
            ):
                with shell.guard():
                    Library().rename(imported.key, label.strip())
                st.rerun()
        with st.popover(_("Delete"), icon=":material/delete:"):
            st.markdown(
                _("Delete {name}, its report and its deals from this machine?").format(
                    name=plain(imported.label)
                )
            )
            st.button(
                _("Delete for good"),
                type=theme.emphasis(),
                on_click=_delete,
                args=(imported,),
                key="import_delete",
            )
        if imported.source == view.list_name:
            navigation.link("builder", _("Open the Builder"), ":material/arrow_forward:")
    with shell.guard():
        report.draw(imported)


def _about(imported: ImportedList) -> str:
    count = ngettext("{count} company", "{count} companies", imported.rows)
    return " · ".join(
        [imported.label, count.format(count=number(imported.rows)), moment(imported.loaded_at)]
    )


def _delete(imported: ImportedList) -> None:
    try:
        Library().delete(imported.key)
    except ImportRefused as error:
        widgets.notify(str(error))
