"""Files that could crash, freeze or bloat a reader: imported in a process with limits, and built."""

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "fixtures"
HOSTILE = FIXTURES / "hostile"

_CHILD = """
import json, re, resource, sys, time
from pathlib import Path

resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from icp_core.errors import IcpError
from icp_core.importing.load import load, open_file

for line in sys.stdin:
    Path("/proc/self/clear_refs").write_text("5")
    before, began = time.process_time(), time.monotonic()
    outcome = {}
    try:
        opened = open_file(Path(line.rstrip("\\n")))
        table = opened.original
        outcome = {"read": table.rows_read, "unreadable": table.unreadable.height,
                   "headings": list(table.headings),
                   "cells": [list(r) for r in
                             table.lazy.head(20).select(table.headings).collect().rows()]}
        report = load([opened]).report
        assert report.read == table.rows_read == report.kept + report.rejected + report.merged
        outcome["kept"] = report.kept
    except IcpError as error:
        outcome["refused"] = str(error)
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    outcome |= {"seconds": time.process_time() - before, "megabytes": peak >> 10}
    print(json.dumps(outcome), flush=True)
"""


@dataclass(frozen=True)
class Outcome:
    """What became of a file.

    Attributes
    ----------
    refused
        The message, of reading or of loading.
    headings, cells
        Of the first rows, where it could be read.
    read, unreadable, kept
        Rows.
    """

    refused: str = ""
    headings: tuple[str, ...] = ()
    cells: tuple[tuple[str | None, ...], ...] = ()
    read: int = 0
    unreadable: int = 0
    kept: int = 0


def imported(*files: Path) -> list[Outcome]:
    """Import files in one process, within 20 seconds and 1 GB each.

    Raises
    ------
    AssertionError
        If it crashes, takes longer or more memory, or rows do not add up.
    """
    run = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input="".join(f"{file}\n" for file in files),
        capture_output=True,
        check=False,
        text=True,
        timeout=30 + 20 * len(files),
        cwd=FIXTURES.parent.parent,
    )
    lines = run.stdout.splitlines()
    assert len(lines) == len(files), (
        f"{files[len(lines)]}: ended with {run.returncode}\n{run.stderr}"
    )
    outcomes = []
    for file, line in zip(files, lines, strict=True):
        told = json.loads(line)
        assert told.pop("seconds") < 20, file
        assert told.pop("megabytes") < 1024, file
        told["cells"] = tuple(map(tuple, told.get("cells", ())))
        outcomes.append(Outcome(**told | {"headings": tuple(told.get("headings", ()))}))
    return outcomes


# Workbooks by hand ---------------------------------------------------------------------------------

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_CELL = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
HEADER = f'<row r="1">{_CELL.format("A1", "Company")}{_CELL.format("B1", "City")}</row>'
TWO = f'<row r="2">{_CELL.format("A2", "A AB")}{_CELL.format("B2", "Oslo")}</row>'


def sheet(rows: str, before: str = "", after: str = "", space: str = MAIN) -> str:
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{space}">{before}<sheetData>{rows}</sheetData>'
        f"{after}</worksheet>"
    )


def workbook(
    path: Path,
    content: str | bytes,
    *,
    part: str = "xl/worksheets/sheet1.xml",
    target: str = "worksheets/sheet1.xml",
    shared: str = "",
    styles: str = "",
    properties: str = "",
    more: dict[str, str | bytes] | None = None,
) -> Path:
    """A workbook of one sheet, part by part."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">{properties}<sheets>'
        '<sheet name="List" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="{target}"/>'
        f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="r3" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        part: content,
    }
    if shared:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    return packed(path, parts | (more or {}))


def packed(path: Path, parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    path.write_bytes(out.getvalue())
    return path
