"""Text files as DuckDB can read them: UTF-8, plain line ends, no NUL bytes, no endless lines."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from icp_core.importing.encodings import CODE_PAGES, guess_code_page, is_utf_8
from icp_core.importing.tables import Limits, OnProgress, Progress, refuse
from icp_core.reference.numbers import number

TOO_LONG: Final = "\x1aline too long: "
"""What stands before the start of a line that was cut."""

# Read at a time; a few of them fit a processor's cache, and a file of any size needs no more memory.
_CHUNK_BYTES: Final = 8 << 20
_HEAD_BYTES: Final = 256 << 10


@dataclass(frozen=True)
class Survey:
    """What one pass over the bytes finds."""

    encoding: str
    # Of the lines that are not UTF-8.
    code_page: str | None = None
    nuls: bool = False
    mixed_ends: bool = False
    too_long: bool = False
    lines: int = 0
    blank_lines: int = 0

    @property
    def needs_mending(self) -> bool:
        """Whether DuckDB would misread or lose something of it as it is."""
        return self.encoding != "utf-8" or self.nuls or self.mixed_ends or self.too_long


def survey(path: Path, name: str, limits: Limits, on_progress: OnProgress) -> Survey:
    """Look through all bytes of a file once.

    Raises
    ------
    ImportRefused
        If it is empty or no text.
    """
    size = path.stat().st_size
    if size == 0:
        refuse(name, "it is empty. Export it again.")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if encoding := wide_encoding(head):
        return Survey(encoding)
    controls = sum(head.count(bytes([c])) for c in (*range(1, 9), *range(14, 27), 28, 29, 30))
    if controls > len(head) / 50 or head.count(0) > len(head) / 10:
        refuse(name, "it is not a text file. Load CSV, Excel (.xlsx), Parquet or JSON.")
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf_8, foreign_from = True, 0
    nuls = returns = pairs = newlines = 0
    gaps = {1: 0, 2: 0}
    longest = done = 0
    last, ended_in_return = -1, False
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            if utf_8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    utf_8, foreign_from = False, max(0, done - limits.line_bytes)
            nuls += chunk.count(0)
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (ended_in_return and chunk.startswith(b"\n"))
            ended_in_return = chunk.endswith(b"\r")
            ends = np.flatnonzero(np.frombuffer(chunk, np.uint8) == 10) + done
            if len(ends):
                lengths = np.diff(ends, prepend=last)
                for length in gaps:
                    gaps[length] += int((lengths == length).sum())
                longest, last = max(longest, int(lengths.max())), int(ends[-1])
                newlines += len(ends)
            done += len(chunk)
            on_progress(Progress("Checking the file", 0.1 * done / size))
    if utf_8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            utf_8 = False
    code_page = None
    if not utf_8:
        with path.open("rb") as file:
            file.seek(foreign_from)
            code_page = guess_code_page(file.read(2 * _CHUNK_BYTES).splitlines())
    return Survey(
        encoding="utf-8" if utf_8 else "single bytes",
        code_page=code_page,
        nuls=nuls > 0,
        mixed_ends=returns > 0 and not (returns == pairs == newlines),
        too_long=max(longest, size - last) > limits.line_bytes,
        lines=newlines + (last < size - 1),
        blank_lines=gaps[2] if pairs else gaps[1],
    )


def wide_encoding(head: bytes) -> str | None:
    """UTF-32 or UTF-16, by its mark or by where the zeros stand; None for encodings of single bytes."""
    marks = {
        codecs.BOM_UTF32_LE: "utf-32-le",
        codecs.BOM_UTF32_BE: "utf-32-be",
        codecs.BOM_UTF16_LE: "utf-16-le",
        codecs.BOM_UTF16_BE: "utf-16-be",
    }
    for mark, encoding in marks.items():
        if head.startswith(mark):
            return encoding
    for width, zeros, encoding in (
        (4, (2, 3), "utf-32-le"),
        (4, (0, 1), "utf-32-be"),
        (2, (1,), "utf-16-le"),
        (2, (0,), "utf-16-be"),
    ):
        characters = len(head) // width
        if characters >= 8 and all(
            head[place::width].count(0) > 0.7 * characters for place in zeros
        ):
            return encoding
    return None


def mend(
    path: Path, out: Path, surveyed: Survey, limits: Limits, on_progress: OnProgress
) -> list[str]:
    """Write the file as UTF-8 with plain line ends; returns notes on what was done."""
    size = path.stat().st_size
    foreign = nuls = 0
    with path.open("rb") as file, out.open("wb") as target:
        for line, too_long in _lines(file, surveyed.encoding, limits):
            if too_long:
                # One cell that no reader takes for a row: it is counted as unreadable.
                start = re.sub(rb"[^\w .@-]", b"", line[:200])
                target.write(TOO_LONG.encode() + start + b"\n")
                continue
            nuls += line.count(0)
            clean = line.replace(b"\0", b"")
            if surveyed.code_page and not is_utf_8(clean):
                foreign += 1
                clean = clean.decode(surveyed.code_page, errors="replace").encode()
            target.write(clean + b"\n")
            if foreign % 1000 == 0:
                on_progress(Progress("Converting the file", 0.1 * file.tell() / size))
    notes = []
    if surveyed.code_page:
        label = CODE_PAGES[surveyed.code_page]
        lines = "line" if foreign == 1 else "lines"
        notes.append(f"encoding {label} in {number(foreign)} {lines}, UTF-8 in the others")
    if nuls:
        notes.append(f"{number(nuls)} NUL bytes were removed")
    return notes


def _lines(file: BinaryIO, encoding: str, limits: Limits) -> Iterator[tuple[bytes, bool]]:
    """Lines in UTF-8 or as they are, without their ends; a line over the limit is cut, and marked."""
    decoder = codecs.getincrementaldecoder(
        encoding if encoding.startswith(("utf-16", "utf-32")) else "latin-1"
    )(errors="replace")
    rest, overlong = b"", False
    while True:
        chunk = file.read(1 << 20)
        if encoding.startswith(("utf-16", "utf-32")):
            data = decoder.decode(chunk, final=not chunk).lstrip("\ufeff").encode()
        else:
            data = chunk
        # A carriage return at the very end may be the first half of a pair.
        data = rest + data
        held = b""
        if chunk and data.endswith(b"\r"):
            data, held = data[:-1], b"\r"
        *complete, rest = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        rest += held
        for line in complete:
            yield line, overlong or len(line) > limits.line_bytes
            overlong = False
        if len(rest) > limits.line_bytes:
            rest, overlong = rest[:200], True
        if not chunk:
            if rest:
                yield rest, overlong
            return
