"""Files of what reps have: one each, all of them in an archive, and one of the whole team."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Final

import polars as pl
import streamlit as st

from icp_core.analysis.listing import Wanted
from icp_core.analysis.team import key_of
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
_OUTSIDE: Final = "owner-not-in-the-team"
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
                "One file for each rep, one of the accounts that nobody owns and one of those whose "
                "owner is not in the team, in an archive: each account in one of them."
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
    return _as_file(market, _rows(market, owners), format)


def packed(market: MarketView, lists: dict[str, tuple[str, ...]], format: str) -> bytes:
    """A file of each rep, of the accounts that nobody owns, and of those with other owners.

    Each match is in one of them; who has none has no file.

    Parameters
    ----------
    market
        Whose matches.
    lists
        How the accounts spell each rep.
    format
        Of the files.
    """
    names = [*lists, _NOBODY, _OUTSIDE]
    nobody, outside = len(lists), len(lists) + 1
    place = {key_of(owner): at for at, owners in enumerate(lists.values()) for owner in owners}
    place[""] = nobody
    rows = _rows(market, ())
    owners = rows["owner"] if "owner" in rows.columns else pl.Series([""] * rows.height)
    found = {one: place.get(key_of(one or ""), outside) for one in owners.unique()}
    # By place, not by name: a rep may be called like a file.
    whose = pl.Series([found[one] for one in owners], dtype=pl.Int64)
    return archive(
        (_called(market, names[at], format), _as_file(market, rows.filter(whose == at), format))
        for at in sorted(set(whose))
    )


def _rows(market: MarketView, owners: Owners) -> pl.DataFrame:
    return market.page(Wanted(owners=owners), limit=market.totals.universe).rows


def _as_file(market: MarketView, rows: pl.DataFrame, format: str) -> bytes:
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
