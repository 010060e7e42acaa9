"""What a session keeps while it loads a list: files, mappings, the work, what it waits for."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any, Final, TypeVar

import polars as pl
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from icp_core.errors import IcpError
from icp_core.importing import refresh, sandbox
from icp_core.importing.cleaning import Rules
from icp_core.importing.customers import DealAnswers, Deals, MatchedDeals
from icp_core.importing.library import ImportedList, Library
from icp_core.importing.load import ImportResult
from icp_core.importing.mapping import Mapping
from icp_core.importing.sandbox import PreparedFile
from icp_core.importing.tables import OnProgress, Progress, within
from ui import controls, widgets
from ui.texts import _
from ui.work import CancelledError, Work

AT_ONCE: Final = 0.8
"""Seconds that a page waits for work before it shows a progress bar."""
_POLL: Final = 0.5

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class FileChoice:
    """A file to open: what was uploaded, or a path on the server."""

    content: UploadedFile | Path
    sheet: str | None = None
    code_page: str | None = None

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.content.name


@dataclass(frozen=True)
class OpenedFile:
    """A file that was read, and how."""

    choice: FileChoice
    file: PreparedFile


@dataclass(frozen=True)
class Refresh:
    """A newer load that waits for the user to put it in the place of an older one."""

    imported: ImportedList
    result: ImportResult
    changes: refresh.Changes


@dataclass(frozen=True)
class DealReview:
    """Deals that were read and matched, and what was decided of the ambiguous ones.

    Attributes
    ----------
    name
        Of the file.
    deals
        As read.
    accounts
        Of the universe, those that any of them may be.
    labels
        How these are told apart, by id.
    matches
        Before anything was decided.
    decisions
        Account id by row, None where it is none of them.
    file
        The list of deals, to be read again once somebody says what its stages mean.
    answers
        What was said of its stages, the currency of its amounts, the order of its dates.
    """

    name: str
    deals: Deals
    accounts: pl.DataFrame
    labels: dict[str, str]
    matches: MatchedDeals
    decisions: dict[int, str | None] = field(default_factory=dict)
    file: io.BytesIO | None = None
    answers: DealAnswers = field(default_factory=DealAnswers)


@dataclass
class ImportSession:
    """One session's; changed in place.

    Attributes
    ----------
    opened
        Files whose mapping is looked at.
    opening, loading
        Work that goes on.
    waiting
        A refresh to agree to.
    reviews
        Deals to agree to, by key of their list.
    problem, notice
        To be said on the page: what went wrong, what happened.
    round
        Counts the uploads, so that each begins with an empty uploader.
    asked
        How many questions of the mappings the page shows.
    """

    opened: tuple[OpenedFile, ...] = ()
    opening: Work[tuple[OpenedFile, ...]] | None = None
    loading: Work[ImportedList | Refresh] | None = None
    waiting: Refresh | None = None
    reviews: dict[str, DealReview] = field(default_factory=dict)
    problem: str = ""
    notice: str = ""
    round: int = 0
    asked: int = 0

    def open(self, files: Sequence[FileChoice]) -> None:
        """Begin to read files."""
        self.problem = self.notice = ""
        self.opening = Work(lambda tell: _open(files, tell))

    def load(self, label: str, *, rules: Rules, replacing: ImportedList | None) -> None:
        """Begin to load what is open, as a new list or to replace an older one."""
        self.problem = self.notice = ""
        files = [opened.file for opened in self.opened]
        if replacing is None:
            self.loading = Work(lambda tell: _load(files, label, rules, tell))
        else:
            self.loading = Work(lambda tell: _refresh(files, replacing, rules, tell))

    def said(self) -> tuple[str, str]:
        """The problem, and the notice, which is only said once."""
        notice, self.notice = self.notice, ""
        return self.problem, notice

    def replace(self) -> None:
        """Begin to put the newer load in the place of the older one."""
        waiting, self.waiting = self.waiting, None
        if waiting is not None:
            self.loading = Work(lambda tell: _replace(waiting, tell))

    def map(self, place: int, mapping: Mapping) -> None:
        """Have one of the open files mapped so."""
        before = self.opened[place]
        changed = replace(before, file=before.file.with_mapping(mapping))
        self.opened = (*self.opened[:place], changed, *self.opened[place + 1 :])

    def clear(self) -> None:
        """Put the files away."""
        self.opened, self.waiting = (), None
        self.round += 1

    def settle(self) -> ImportedList | None:
        """Take what work has ended; a list that is loaded and kept now, if there is one."""
        if self.opening is not None and self.opening.wait(AT_ONCE):
            work, self.opening = self.opening, None
            self.opened = self._taken(work) or self.opened
        if self.loading is not None and self.loading.wait(AT_ONCE):
            finished, self.loading = self.loading, None
            made = self._taken(finished)
            if isinstance(made, Refresh):
                self.waiting = made
            elif made is not None:
                self.clear()
                return made
        return None

    def _taken(self, work: Work[_Result]) -> _Result | None:
        try:
            return work.result()
        except CancelledError:
            self.notice = _("Cancelled. Nothing was changed.")
        except IcpError as error:
            self.problem = str(error)
        return None


def import_session() -> ImportSession:
    """What this session keeps on the Import page."""
    return widgets.own("import_session", ImportSession)


def watch(work: Work[Any]) -> None:
    """Draw how far a piece of work is, with a button that cancels it, until it is done."""
    st.fragment(_watched, run_every=_POLL)(work)


def _watched(work: Work[Any]) -> None:
    if work.is_done:
        st.rerun()
    progress = work.progress
    with st.container(border=True):
        step = _("Stopping") if work.is_cancelled else _(progress.step or "Starting")
        controls.progress(step, progress.done)
        st.button(
            _("Cancel"),
            icon=":material/close:",
            on_click=work.cancel,
            disabled=work.is_cancelled,
            key="import_cancel",
        )
        st.caption(_("Other pages can be used meanwhile. What is loaded already stays as it is."))


def _open(files: Sequence[FileChoice], tell: OnProgress) -> tuple[OpenedFile, ...]:
    opened = []
    remembered = Library().remembered()
    for place, choice in enumerate(files):
        file = sandbox.open_file(
            choice.content,
            name=PurePath(choice.name).name,
            sheet=choice.sheet,
            code_page=choice.code_page,
            remembered=remembered,
            on_progress=within(tell, place / len(files), 1 / len(files)),
        )
        opened.append(OpenedFile(choice, file))
    return tuple(opened)


def _load(
    files: Sequence[PreparedFile], label: str, rules: Rules, tell: OnProgress
) -> ImportedList:
    result = sandbox.load(files, rules=rules, on_progress=within(tell, 0, 0.95))
    tell(Progress("Saving", 0.95))
    return Library().save(result, label)


def _replace(waiting: Refresh, tell: OnProgress) -> ImportedList:
    tell(Progress("Saving", 0.5))
    return Library().save(waiting.result, waiting.imported.label, replacing=waiting.imported.key)


def _refresh(
    files: Sequence[PreparedFile], imported: ImportedList, rules: Rules, tell: OnProgress
) -> Refresh:
    result = sandbox.load(files, rules=rules, on_progress=within(tell, 0, 0.9))
    tell(Progress("Comparing with the older list", 0.9))
    before = Library().open(imported.key).frame
    return Refresh(imported, result, refresh.compare(before, result.accounts))
