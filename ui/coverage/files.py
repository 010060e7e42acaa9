"""Files of what reps have: one each, all of them in an archive, and one of the whole team."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Final

import polars as pl
import streamlit as st

from icp_core.analysis.listing import Wanted
from icp_core.evaluation.names import NAMES
from icp_core.exporting import FORMATS, prepare
from icp_core.exporting.rep_files import archive, file_name
from icp_core.territories.coverage import Coverage
from icp_core.views import MarketView
from icp_core.workspace import with_decisions
from ui import data, state
from ui.downloads import download
from ui.format import plain
from ui.texts import _

_RESULTS: Final = ("tier", NAMES.score, NAMES.coverage, NAMES.potential)
_NOBODY: Final = "nobody"
_TEAM: Final = "whole-team"
_LABELS: Final = {"csv": "CSV", "xlsx": "Excel"}

Owners = tuple[str | None, ...]


def of_one(market: MarketView, name: str, owners: Sequence[str]) -> None:
    """Draw the buttons that give the file of one rep."""
    for format, label in _LABELS.items():
        download(
            label,
            partial(content, market, tuple(owners) or (name,), format),
            name=_called(market, name, format),
            mime=FORMATS[format].mime,
            on_made=_log(market, format),
            again=True,
            help=_("The accounts of {name}, best first, with every column.").format(
                name=plain(name)
            ),
            key=f"coverage_rep_{format}",
        )


def of_all(market: MarketView, found: Coverage) -> None:
    """Draw the buttons that give a file a rep, and one of the whole team."""
    lists = {one.rep.name: tuple(one.owners) or (one.rep.name,) for one in found.reps}
    for format, label in _LABELS.items():
        download(
            _("A file per rep, {format}").format(format=label),
            partial(packed, market, lists, format),
            name=_called(market, "reps", format).removesuffix(FORMATS[format].suffix) + ".zip",
            mime="application/zip",
            on_made=_log(market, format),
            again=True,
            help=_(
                "One file for each rep and one of the accounts that nobody owns, in an archive."
            ),
            disabled=not lists,
            key=f"coverage_zip_{format}",
        )
    for format, label in _LABELS.items():
        download(
            _("Whole team, {format}").format(format=label),
            partial(content, market, (), format),
            name=_called(market, _TEAM, format),
            mime=FORMATS[format].mime,
            on_made=_log(market, format),
            again=True,
            help=_("All matching accounts, with their owners."),
            key=f"coverage_team_{format}",
        )


def content(market: MarketView, owners: Owners, format: str) -> bytes:
    """Matches of some owners, or of all where none is named, as a file for people: no formulas."""
    rows = market.page(Wanted(owners=owners), limit=market.totals.universe).rows
    kept = [name for name in (*market.population.columns, *_RESULTS) if name in rows.columns]
    first = [name for name in ("owner", "territory", "last_touch") if name in kept]
    ordered = [*kept[:2], *first, *(name for name in kept[2:] if name not in first)]
    return prepare(
        with_decisions(rows.select(ordered), data.decisions()),
        format=format,
        profile=market.profile,
        fictional=market.population.fictional,
        on=date.today(),
    ).to_bytes()


def packed(market: MarketView, lists: dict[str, tuple[str, ...]], format: str) -> bytes:
    """A file of each rep, and one of the accounts that nobody owns."""
    whose: dict[str, Owners] = {**lists, _NOBODY: (None,)}
    return archive(
        (_called(market, name, format), content(market, owners, format))
        for name, owners in whose.items()
    )


def _called(market: MarketView, name: str, format: str) -> str:
    return file_name(
        name,
        on=date.today(),
        suffix=FORMATS[format].suffix,
        fictional=market.population.fictional,
    )


def _log(market: MarketView, format: str) -> Callable[[str, bytes], None]:
    """What puts a file on record, from outside of the session."""
    view, author = state.view(), state.author()
    matching = market.totals.matching

    def log(name: str, made: bytes) -> None:
        data.workspace().log_export(
            author=author,
            list_name=view.list_name,
            profile=view.profile,
            format=format,
            file_name=name,
            accounts=matching,
            sha256=sha256(made).hexdigest(),
            **view.as_saved,
        )

    return log


def reps_table(found: Coverage) -> pl.DataFrame:
    """The reps as rows, the busiest first."""
    return found.table().sort("load", "needed", descending=True, nulls_last=True)


def tools(market: MarketView, found: Coverage) -> None:
    """Draw the files behind one button, so that they take no room."""
    with st.popover(_("Files"), icon=":material/download:"):
        of_all(market, found)
        st.caption(_("Names of reps are personal data: the files go to this computer only."))
