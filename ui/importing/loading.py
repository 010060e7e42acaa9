"""Loading a company list: choose files, look at what they are, load, agree to a refresh."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

import polars as pl
import streamlit as st

from icp_core.accounts.columns import BY_NAME
from icp_core.errors import ImportRefused
from icp_core.importing.cleaning import Rules
from icp_core.importing.deal_headings import signs_of_deals
from icp_core.importing.encodings import CODE_PAGES
from icp_core.importing.library import ImportedList, Library
from icp_core.importing.reading import SERVER_FOLDERS, server_path
from icp_core.importing.refresh import WATCHED, Changes
from ui import tables, theme, typed, widgets
from ui.controls import most_letters, one_of, section
from ui.format import in_badge, number, plain
from ui.importing import mapping
from ui.importing.session import FileChoice, ImportSession, OpenedFile, Refresh, watch
from ui.texts import _, ngettext
from ui.uploads import several_files

_SHOWN = 200
_NAMED = 4
_LISTED = ("name", "country", "city", "industry", "employees", "revenue")
_NEW_LIST = ""


def draw(session: ImportSession) -> None:
    """Draw where the load stands: files to choose, to look at, a load at work, a refresh to agree to."""
    if session.opening is not None:
        watch(session.opening)
    elif session.loading is not None:
        watch(session.loading)
    elif session.waiting is not None:
        _agree(session, session.waiting)
    elif session.opened:
        _look(session)
    else:
        _choose(session)


def _choose(session: ImportSession) -> None:
    with st.container(border=True):
        section(_("Any list of companies, or the files of a register"))
        files = several_files(_("Files"), key=f"import_files_{session.round}")
        st.caption(
            _(
                "CSV, Excel, Parquet, JSON, or one of these in a zip. Proff, Allabolag, Vainu, Bisnode "
                "and CRM lists; Brønnøysund, Bolagsverket, SCB, PRH and CVR files. Several files of one "
                "country are joined on the national number. Nothing leaves this machine."
            )
        )
        path = ""
        if os.environ.get(SERVER_FOLDERS):
            path = st.text_input(
                _("Or a file on the server"),
                help=_("For files too large for a browser; inside the folders allowed."),
                key=f"import_path_{session.round}",
            )
        if st.button(
            _("Preview"),
            type=theme.emphasis(),
            icon=":material/search:",
            disabled=not files and not path,
            key="import_open",
        ):
            try:
                named = [FileChoice(server_path(path))] if path else []
            except ImportRefused as error:
                session.problem = str(error)
            else:
                session.open([FileChoice(file) for file in files] + named)
            st.rerun()


def _look(session: ImportSession) -> None:
    _save_as(session)
    mapping.questions(session)
    for place, opened in enumerate(session.opened):
        with st.container(border=True):
            _about(session, place, opened)
            if opened.file.register is None:
                mapping.editor(place)
            else:
                st.caption(mapping.summary(opened.file.mapping))


def _about(session: ImportSession, place: int, opened: OpenedFile) -> None:
    file = opened.file
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        section(plain(file.name), width="content")
        if file.register is not None:
            st.badge(in_badge(file.register), icon=":material/verified:", color="green")
        else:
            st.badge(in_badge(file.kind), icon=":material/table:", color="gray")
        st.caption(
            plain(
                " · ".join(
                    [
                        ngettext("{count} row", "{count} rows", file.rows_read).format(
                            count=number(file.rows_read)
                        ),
                        *file.notes,
                    ]
                )
            ),
            width="content",
        )
        if len(file.sheets) > 1:
            sheets = {sheet: sheet for sheet in file.sheets}
            _reopen(
                session, place, "sheet", label=_("Sheet"), options=sheets, current=file.sheets[0]
            )
        if file.code_page:
            _reopen(
                session,
                place,
                "code_page",
                label=_("Encoding"),
                options=CODE_PAGES,
                current=file.code_page,
            )


def _reopen(
    session: ImportSession,
    place: int,
    field: str,
    *,
    label: str,
    options: Mapping[str, str],
    current: str,
) -> None:
    """Draw how a file is read, and read it again where a person picks another way."""
    name = f"import_{field}_{place}"

    def again() -> None:
        files = [opened.choice for opened in session.opened]
        files[place] = replace(files[place], **{field: widgets.picked(name)})
        session.open(files)

    st.selectbox(
        label,
        list(options),
        format_func=options.__getitem__,
        label_visibility="collapsed",
        width=200,
        key=widgets.shown(name, current),
        on_change=again,
    )


def _save_as(session: ImportSession) -> None:
    imported_lists = {imported.key: imported for imported in Library().lists()}
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            replacing = st.selectbox(
                _("Load as"),
                [_NEW_LIST, *imported_lists],
                format_func=lambda key: (
                    _("Newer version of {name}").format(name=imported_lists[key].label)
                    if key
                    else _("A new list")
                ),
                width=280,
                key=f"import_as_{session.round}",
            )
            label: str | None = ""
            if replacing == _NEW_LIST:
                most = most_letters(ImportedList, "label")
                with st.container(gap="xxsmall", width=280):
                    label = typed.text_field(
                        _("Name"),
                        PurePath(session.opened[0].file.name).stem.replace("_", " ")[:most],
                        most=most,
                        key=f"import_name_{session.round}",
                    )
        with st.container(horizontal=True):
            keep_persons = st.toggle(
                _("Keep sole proprietors"),
                help=_("Persons' firms are personal data; they are left out otherwise."),
                key="import_persons",
            )
            keep_inactive = st.toggle(
                _("Keep inactive companies"),
                help=_("Bankrupt, dissolving and deregistered ones."),
                key="import_inactive",
            )
            merge_shared = st.toggle(
                _("One company a domain"),
                help=_(
                    "Merge companies of one country that share a web domain although their names or "
                    "national numbers differ. Otherwise the report lists them."
                ),
                key="import_merge_domains",
            )
        waiting = mapping.open_questions(session)
        is_nameless = mapping.is_nameless(session)
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                _("Load"),
                type=theme.emphasis(),
                icon=":material/upload:",
                disabled=bool(waiting)
                or is_nameless
                or (replacing == _NEW_LIST and not (label or "").strip()),
                key="import_load",
            ):
                session.load(
                    (label or "").strip(),
                    rules=Rules(
                        keep_persons=keep_persons,
                        keep_inactive=keep_inactive,
                        merge_shared=merge_shared,
                    ),
                    replacing=imported_lists.get(replacing),
                )
                st.rerun()
            st.button(
                _("Discard"), icon=":material/close:", on_click=session.clear, key="import_clear"
            )
            if is_nameless:
                of_deals = any(signs_of_deals(one.file.headings) for one in session.opened)
                st.caption(
                    _("This is a list of deals: load it as customers, or set a column to Name.")
                    if of_deals
                    else _("Which column has the companies' names? Set it to Name.")
                )
            elif waiting:
                st.caption(plain(_held_back([row.heading for _place, row, _doubt in waiting])))


def _held_back(headings: Sequence[str]) -> str:
    """Which questions hold the load back, in a line."""
    several = list(dict.fromkeys(headings))
    named = ", ".join(several[:_NAMED])
    if more := len(several) - _NAMED:
        named += _(" and {count} more").format(count=more) if more > 0 else ""
    return ngettext(
        "{count} question is open: {headings}.",
        "{count} questions are open: {headings}.",
        len(headings),
    ).format(count=number(len(headings)), headings=named)


def _agree(session: ImportSession, refresh: Refresh) -> None:
    changes = refresh.changes
    with st.container(border=True):
        st.markdown(
            _("**What is new in {name}**").format(name=plain(refresh.imported.label)),
        )
        with st.container(horizontal=True):
            st.metric(_("Companies now"), number(refresh.result.accounts.height), border=True)
            st.metric(_("New"), number(changes.new.height), border=True)
            st.metric(_("Gone"), number(changes.gone.height), border=True)
            st.metric(
                _("Headcount or revenue moved by 10 % or more"),
                number(changes.moved["account_id"].n_unique()),
                border=True,
            )
        _changes(changes)
        st.caption(
            _(
                "Decisions, notes, samples and deals stay with their accounts. Customers, owners and "
                "territories stay where the newer files do not name them."
            )
        )
        with st.container(horizontal=True):
            st.button(
                _("Replace the older list"),
                type=theme.emphasis(),
                icon=":material/check:",
                on_click=session.replace,
                key="import_replace",
            )
            st.button(
                _("Keep the older list"),
                icon=":material/close:",
                on_click=session.clear,
                key="import_keep",
            )


def moved_data(moved: pl.DataFrame) -> pl.DataFrame:
    """Figures that moved, as people read them: labels for columns, the change in per cent."""
    labels = {name: BY_NAME[name].label for name in WATCHED}
    return moved.select(
        "name", pl.col("column").replace(labels), "before", "after", change=100 * pl.col("change")
    )


def _changes(changes: Changes) -> None:
    frames = {"new": changes.new, "gone": changes.gone, "moved": changes.moved}
    titles = {"new": _("New"), "gone": _("Gone"), "moved": _("Moved")}
    shown = one_of(_("Changes"), titles, default="moved", key="import_changes")
    frame = frames[shown]
    if frame.is_empty():
        st.caption(_("None."))
        return
    few = frame.head(_SHOWN)
    if shown == "moved":
        tables.Table(
            moved_data(few),
            (
                tables.Field("name", _("Name")),
                tables.Field("column", _("Figure")),
                tables.Field("before", _("Before"), "number"),
                tables.Field("after", _("After"), "number"),
                tables.Field("change", _("Change, %"), "change"),
            ),
        ).draw()
    else:
        known = [name for name in _LISTED if name in few.columns]
        tables.Table(
            tables.accounts_data(few, known), [tables.account_field(name) for name in known]
        ).draw()
    if frame.height > _SHOWN:
        st.caption(_("The first {count} are shown.").format(count=_SHOWN))
