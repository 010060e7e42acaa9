"""The content plan: who gets what at which stage, what is missing, and each piece to edit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from secrets import token_hex
from typing import Any, Final

import polars as pl
import streamlit as st

from icp_core.analysis.content_plan import (
    MAX_TEXT,
    MAX_TITLE,
    Piece,
    Progress,
    Source,
    Stage,
    grid,
    unanswered,
)
from icp_core.documents.sheets import Sheet, workbook
from icp_core.errors import IcpError
from icp_core.profiles.brief import Brief
from icp_core.workspace import slug_of
from ui import data, state, typed, widgets
from ui.controls import pictured, section
from ui.downloads import download
from ui.format import labelled, number, plain
from ui.state import View
from ui.tables import Field, Table
from ui.texts import _

_OPEN: Final = "content_open"
_MOST_GAPS: Final = 6  # objections listed: more is a list to read


def stages() -> dict[Stage, str]:
    """What the stages are called."""
    return {
        Stage.AWARE: _("Aware"),
        Stage.CONSIDERING: _("Considering"),
        Stage.DECIDING: _("Deciding"),
        Stage.CUSTOMER: _("Customer"),
    }


def _sources() -> dict[Source, str]:
    return {
        Source.CUSTOMERS: _("Customers"),
        Source.SELLERS: _("Sellers"),
        Source.CONFERENCES: _("Conferences"),
        Source.COMPETITORS: _("Competitors"),
        Source.JOURNALS: _("Journals"),
        Source.EXPERTS: _("Experts"),
        Source.LAWS_AND_TRENDS: _("Laws and trends"),
    }


def _progress() -> dict[Progress, str]:
    return {
        Progress.IDEA: _("Idea"),
        Progress.IN_WORK: _("In work"),
        Progress.PUBLISHED: _("Published"),
    }


def draw(view: View) -> None:
    """Draw the plan of a saved profile.

    Raises
    ------
    WorkspaceError
        If the workspace cannot be read.
    """
    if view.saved is None or not data.remembers():
        st.markdown(
            _("The content plan is kept with a saved profile: press **Save** on top of the page.")
        )
        return
    pieces = data.workspace().pieces(view.saved)
    _overview(view.brief, pieces)
    _missing(view, pieces)
    for piece in pieces:
        _row(view, piece)
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("New piece"),
            icon=":material/add:",
            key="content_new",
            on_click=_begin,
            args=(view, view.brief.buying_group[0].key, Stage.AWARE, ""),
        )
        if pieces:
            download(
                _("Workbook"),
                _file(view.brief, pieces),
                name=f"{slug_of(view.profile.name)}-content.xlsx",
                mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                key="content_xlsx",
            )


def grid_data(brief: Brief, pieces: Sequence[Piece]) -> pl.DataFrame:
    """One row a persona: its name, and how many pieces each stage has; null is a gap."""
    counts = grid(brief, pieces)
    rows = [
        {"persona": one.name, **{stage.value: counts[one.key, stage] or None for stage in Stage}}
        for one in brief.buying_group
    ]
    schema = {"persona": pl.String} | {stage.value: pl.Int64() for stage in Stage}
    return pl.DataFrame(rows, schema=schema)


def _overview(brief: Brief, pieces: Sequence[Piece]) -> None:
    with st.container(border=True):
        Table(
            grid_data(brief, pieces),
            (
                Field("persona", _("Persona")),
                *(Field(stage.value, name, "number") for stage, name in stages().items()),
            ),
            title=_("Pieces by persona and stage"),
            file="content-by-stage",
        ).draw_printed(unknown=_("gap"))


def _missing(view: View, pieces: Sequence[Piece]) -> None:
    found = unanswered(view.brief, pieces)
    if not found:
        return
    with st.container(border=True, gap="xsmall"):
        section(_("Objections that nothing answers"))
        for place, one in enumerate(found[:_MOST_GAPS]):
            with st.container(
                horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"
            ):
                st.markdown(
                    f"{plain(one.objection)}  \n:small[:gray[{plain(one.persona.name)}]]",
                    width="stretch",
                )
                st.button(
                    _("Plan an answer"),
                    type="tertiary",
                    key=f"content_answer_{place}",
                    on_click=_begin,
                    args=(view, one.persona.key, Stage.DECIDING, one.objection),
                )
        if len(found) > _MOST_GAPS:
            st.caption(_("And {count} more.").format(count=number(len(found) - _MOST_GAPS)))


def _begin(view: View, persona: str, stage: Stage, answers: str) -> None:
    # It has no title yet and counts for nothing until somebody gives it one.
    piece = Piece(token_hex(8), persona, stage, "", answers)
    if _keep(view, piece):
        widgets.own(_OPEN, dict[str, str])["key"] = piece.key


def _keep(view: View, piece: Piece, *, removed: bool = False, **to: Any) -> bool:
    """Keep a piece, with these fields changed."""
    workspace, slug = data.workspace(), view.saved or ""
    try:
        # Another field may have been changed since this was drawn.
        now = next((one for one in workspace.pieces(slug) if one.key == piece.key), piece)
        workspace.keep_piece(slug, replace(now, **to), author=state.author(), removed=removed)
    except IcpError as error:
        widgets.notify(str(error))
        return False
    return True


def _row(view: View, piece: Piece) -> None:
    is_open = widgets.own(_OPEN, dict[str, str]).get("key") == piece.key
    who = view.brief.persona(piece.persona)
    title = piece.title.strip() or piece.answers.strip() or _("New piece")
    facts = [
        "" if piece.title.strip() else _("counts once it has a title"),
        who.name if who else _("a persona that is gone"),
        stages()[piece.stage],
        _progress()[piece.progress],
        piece.owner,
        piece.due.isoformat() if piece.due else "",
    ]
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
            said = plain(" · ".join(fact for fact in facts if fact))
            st.markdown(f"**{plain(title)}**  \n:small[:gray[{said}]]", width="stretch")
            pictured(
                "fold" if is_open else "edit",
                plain((_("Close {name}") if is_open else _("Edit {name}")).format(name=title)),
                key=f"content_edit_{piece.key}",
                on_click=_toggle,
                args=(piece.key,),
            )
            pictured(
                "remove",
                plain(_("Take {name} off the plan").format(name=title)),
                key=f"content_remove_{piece.key}",
                on_click=_take_off,
                args=(view, piece),
            )
        if is_open:
            _editor(view, piece)


def _take_off(view: View, piece: Piece) -> None:
    _keep(view, piece, removed=True)


def _toggle(key: str) -> None:
    held = widgets.own(_OPEN, dict[str, str])
    if held.pop("key", None) != key:
        held["key"] = key


def _editor(view: View, piece: Piece) -> None:
    people = {one.key: one.name for one in view.brief.buying_group}
    if piece.persona not in people:
        people[piece.persona] = _("a persona that is gone")
    _text(view, piece, "title", _("Working title"), most=MAX_TITLE)
    _text(view, piece, "answers", _("What it answers"))
    left, right = st.columns(2, gap="small")
    with left:
        _choice(view, piece, "persona", _("For"), people)
        _choice(view, piece, "source", _("Comes from"), _sources())
        _text(view, piece, "form", _("Format"))
        _text(view, piece, "owner", _("Who makes it"))
    with right:
        _choice(view, piece, "stage", _("Stage"), stages())
        _choice(view, piece, "progress", _("Progress"), _progress())
        _text(view, piece, "channel", _("Channel"))
        st.date_input(_("Due"), value=None, **_edits(view, piece, "due"))


def _edits(view: View, piece: Piece, field: str) -> dict[str, Any]:
    name = f"content_{piece.key}_{field}"

    def changed() -> None:
        to: Any = widgets.picked(name)
        if not _keep(view, piece, **{field: to}) and isinstance(to, str):
            # What could not be kept stays in its box.
            widgets.wait(key, field, to)

    key = widgets.shown(name, getattr(piece, field))
    return {"key": key, "on_change": changed}


def _text(view: View, piece: Piece, field: str, label: str, *, most: int = MAX_TEXT) -> None:
    typed.text_field(labelled(label), most=most, **_edits(view, piece, field))


def _choice(view: View, piece: Piece, field: str, label: str, names: Mapping[Any, str]) -> None:
    st.selectbox(
        labelled(label),
        list(names),
        format_func=names.__getitem__,
        **_edits(view, piece, field),
    )


def _file(brief: Brief, pieces: Sequence[Piece]) -> bytes:
    """The plan as a workbook: pieces, and the gaps."""
    names = {one.key: one.name for one in brief.buying_group}
    rows = tuple(
        (
            names.get(one.persona, one.persona),
            stages()[one.stage],
            one.title,
            one.answers,
            _sources()[one.source],
            one.form,
            one.channel,
            one.owner,
            one.due.isoformat() if one.due else "",
            _progress()[one.progress],
        )
        for one in pieces
    )
    headings = (
        _("Persona"),
        _("Stage"),
        _("Working title"),
        _("What it answers"),
        _("Comes from"),
        _("Format"),
        _("Channel"),
        _("Who makes it"),
        _("Due"),
        _("Progress"),
    )
    gaps = tuple(
        (names[persona], stages()[stage], "")
        for (persona, stage), count in grid(brief, pieces).items()
        if not count
    ) + tuple((one.persona.name, "", one.objection) for one in unanswered(brief, pieces))
    return workbook(
        (
            Sheet(_("Content plan"), headings, rows),
            Sheet(_("Gaps"), (_("Persona"), _("Stage"), _("Objection")), gaps),
        ),
        on=date.today(),
    )
