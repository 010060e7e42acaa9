"""The files for a CRM in one archive, and the report that comes with them."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from icp_core.exporting import cells
from icp_core.exporting.prepare import FICTIONAL_PREFIX, unwritable
from icp_core.exporting.rep_files import archive
from icp_core.reference.numbers import number

CRMS: Final[Mapping[str, str]] = MappingProxyType(
    {"salesforce": "Salesforce", "hubspot": "HubSpot"}
)
"""Whose files can be made, and how they are called."""

_LINE_END: Final = "\r\n"


@dataclass(frozen=True, eq=False)
class CrmFile:
    """One file of the archive.

    Attributes
    ----------
    name
        With its ending; a number says in which order they are loaded.
    purpose
        What to do with it, one sentence.
    frame
        Its cells, clean, under the receiver's headings.
    for_people
        Whether people read it, and no system does.
    """

    name: str
    purpose: str
    frame: pl.DataFrame
    for_people: bool = False

    def to_bytes(self) -> bytes:
        """Content of the file."""
        out = io.BytesIO()
        self.frame.write_csv(
            out,
            # A byte order mark would become part of the first heading an upload is recognised by.
            include_bom=self.for_people,
            line_terminator=_LINE_END,
            quote_style="non_numeric" if self.for_people else "necessary",
        )
        return out.getvalue()


@dataclass(frozen=True)
class CrmReport:
    """What becomes of a plan on its way into a CRM.

    Attributes
    ----------
    crm
        Whose files they are.
    file_name
        Of the archive.
    fictional
        Whether the companies are invented.
    accounts, moved
        Accounts of the plan that get a rep, and those of them whose rep is another than today.
    rows
        Rows of each file, also of those that are left out because they have none.
    lacking
        What cannot be loaded and why, with how many; those rows are in no file but that of what lacks.
    cells_cleaned
        Text cells that lost control characters or a formula lead, or were shortened.
    warnings
        What may go wrong, each with what to do.
    steps
        What to load, in order.
    left_behind
        What the files do not change in the CRM.
    read
        Exports of the org that were matched with.
    """

    crm: str
    file_name: str
    fictional: bool
    accounts: int
    moved: int
    rows: Mapping[str, int]
    lacking: Mapping[str, int]
    cells_cleaned: int
    warnings: tuple[str, ...]
    steps: tuple[str, ...]
    left_behind: tuple[str, ...]
    read: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The report as text, a line each."""
        found = [
            f"{CRMS[self.crm]}: {number(self.accounts)} accounts with a rep, "
            f"{number(self.moved)} of them with another than today or none"
        ]
        if self.fictional:
            found.append("These companies are invented; use the files to try things out only.")
        found += ["", "Files"]
        found += [f"{rows:>8,}  {name}" for name, rows in self.rows.items()]
        if self.lacking:
            found += ["", "Lacking, and so in none of them"]
            found += [f"{count:>8,}  {what}" for what, count in self.lacking.items()]
        for title, texts in (
            ("Before you load", self.warnings),
            ("How to load", self.steps),
            ("What stays as it is", self.left_behind),
            ("Matched with", self.read),
        ):
            if texts:
                found += ["", title, *(f"- {text}" for text in texts)]
        if self.cells_cleaned:
            found += ["", f"{number(self.cells_cleaned)} cells were cleaned or shortened."]
        return found


@dataclass(frozen=True, eq=False)
class CrmFiles:
    """An archive ready to be written.

    Attributes
    ----------
    report
        What became of the plan.
    files
        Those that have rows.
    """

    report: CrmReport
    files: tuple[CrmFile, ...]
    _made: list[bytes] = field(default_factory=list, repr=False)

    @property
    def file_name(self) -> str:
        """Suggested name of the archive."""
        return self.report.file_name

    @property
    def log_format(self) -> str:
        """As the export log names the format."""
        return f"territories for {CRMS[self.report.crm]}"

    @property
    def sha256(self) -> str:
        """Hash of the archive, in hexadecimal: what the export log keeps."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """The archive: the files, and the report as text."""
        if not self._made:
            prefix = FICTIONAL_PREFIX if self.report.fictional else ""
            content = [(f"{prefix}{file.name}", file.to_bytes()) for file in self.files]
            text = _LINE_END.join([*self.report.lines(), ""])
            self._made.append(archive([("report.txt", text.encode("utf-8-sig")), *content]))
        return self._made[0]

    def write(self, path: Path) -> Path:
        """Write the archive and return where it lies, as `Prepared.write` does.

        Raises
        ------
        ExportError
            If it cannot be written there.
        """
        target = path / self.file_name if path.is_dir() else path
        if self.report.fictional and not target.name.startswith(FICTIONAL_PREFIX):
            target = target.with_name(FICTIONAL_PREFIX + target.name)
        try:
            target.write_bytes(self.to_bytes())
        except OSError as error:
            raise unwritable(target, error) from error
        return target


def archive_name(crm: str, *, on: date, fictional: bool) -> str:
    """Name of the archive; the fictional say so."""
    return f"{FICTIONAL_PREFIX if fictional else ''}territories-{crm}-{on}.zip"


def safe(frame: pl.DataFrame, *, for_people: bool = False) -> tuple[pl.DataFrame, int]:
    """Cells that no spreadsheet runs, and how many of them changed more than their blanks."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    clean = cells.guarded if for_people else cells.cleaned
    made = frame.with_columns(clean(pl.col(name)).alias(name) for name in texts)
    changed = sum(
        int(frame.select(cells.tidied(pl.col(name))).to_series().ne_missing(made[name]).sum())
        for name in texts
    )
    return made, changed
