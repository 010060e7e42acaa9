"""Import files that somebody has tampered with, for a while: `python -m benchmarks.fuzz --minutes 20`.

Every file is made from a seed and a number, so that what was found can be found again: `--only 17` makes
and imports file 17 alone and keeps it. The readers run in processes of their own, with limits of memory
and of time, but without the product's child process around them: what it would save us from is to be
seen.

It prints how many files were tried, loaded and refused, and what should be none: crashes, files that
took longer than 20 seconds, and violations: an error that is no message for people, rows that do not add
up, memory above the limit, files that are left behind.
"""

import argparse
import gc
import gzip
import io
import json
import lzma
import os
import random
import re
import selectors
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl
import psutil
import xlsxwriter

from icp_core.errors import IcpError

_FIXTURES: Final = Path(__file__).parent.parent / "tests" / "fixtures"
_SECONDS: Final = 20.0
_MEMORY: Final = 1 << 30
_ADDRESSES: Final = 6 << 30
_FILES_A_PROCESS: Final = 400
_MOST_BYTES: Final = 1 << 20

_ODD: Final = (
    "", " ", "0", "-0", "-1", "1e5", "1e999999999", "1e-999999999", "NaN", "Infinity", "9" * 30,
    "9" * 5_000, "0." + "3" * 400, "9223372036854775808", "1,2,3", "1.234.567,89", "2^64", "0x10",
    "9999-12-31", "0000-00-00", "31.12.99999", "1e308", "true", "null", "=1+1", "#REF!", "\u202e",
    "\ufeff", "\x00", "\x1a", "\x85", "\u2028", "𝒜" * 20, "ﷺ" * 50, "a" * 300, "å" * 70_000, '"',
    '""', "'", '"a"b"', "[[[[[[", "{}}}", "]]>", "<!--", "&amp;", "&#0;", "\\", "\\u0000", "\\ud800",
    "|", ";", "\t", "\r", "\r\n", "%s", "{0}", "../../etc", "list[1].csv", "http://x", "-" * 500,
)  # fmt: skip
_BYTES: Final = (
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\r", b"\n", b'"', b"'", b"<", b">", b"\x80",
    b"\xed\xa0\x80", b"PK\x03\x04", b"PAR1", b"{", b"}", b"[", b"]", b",", b"\\", b"\x1f\x8b", b"\x1f",
)  # fmt: skip
_REFERENCES: Final = (
    "A1", "XFD1048576", "xfd1048576", "A0", "A-1", "ZZZZ9", "A99999999999999999999", "1", "$A$1", " A2 ",
    "B", "Å1", "-5", "4294967296", "1.5", "",
)  # fmt: skip


# Files to begin with -----------------------------------------------------------------------------


def seeds() -> dict[str, bytes]:
    """Small sound files of every kind, and the hostile ones, by name."""
    found = {
        path.relative_to(_FIXTURES).as_posix(): path.read_bytes()
        for path in sorted(_FIXTURES.rglob("*"))
        if path.is_file() and path.suffix != ".md" and path.stat().st_size < _MOST_BYTES
    }
    rows = [
        ["Company", "Org.nr", "Country", "City", "Employees", "Revenue", "Founded", "Website"],
        *(
            [
                f"Exempel {n} AB",
                f"55667788{n:02}",
                "SE",
                "Malmö",
                n,
                1_500.5 * n,
                1990 + n,
                f"ex{n}.se",
            ]
            for n in range(1, 25)
        ),
    ]
    text = "\n".join(";".join(map(str, row)) for row in rows).encode()
    frame = pl.DataFrame(rows[1:], schema=[str(cell) for cell in rows[0]], orient="row")
    found["made.csv"] = text
    found["made.tsv"] = text.replace(b";", b"\t").replace(b"Malm\xc3\xb6", b'"Malm\xc3\xb6 ""C"""')
    found["utf16.txt"] = text.replace(b";", b"\t").decode().encode("utf-16")
    found["latin.csv"] = text.decode().encode("cp1252")
    found["bars.txt"] = text.replace(b";", b"|")
    found["made.gz"] = gzip.compress(text, mtime=0) * 2
    found["made.json"] = frame.write_json().encode()
    found["made.jsonl"] = frame.write_ndjson().encode()
    found["nested.json"] = json.dumps(
        {"total": 2, "items": [{"name": "A [x]", "at": {"city": "Oslo", "tags": ["a", "b"]}}] * 9}
    ).encode()
    for name, compression in (("made.parquet", "zstd"), ("plain.parquet", "uncompressed")):
        out = io.BytesIO()
        frame.with_columns(
            tags=pl.lit(["a", "b"]), day=pl.lit("2020-01-02").str.to_date()
        ).write_parquet(out, compression=compression)
        found[name] = out.getvalue()
    found["made.xlsx"] = _workbook(rows)
    found["two.xlsx"] = _workbook(rows, sheets=2, strings=False)
    for name, method in (("lzma", 14), ("bz2", 12), ("deflated", 8), ("stored", 0)):
        found[f"{name}.zip"] = _packed({"list.csv": text}, method)
    return found


def _workbook(rows: Sequence[Sequence[object]], *, sheets: int = 1, strings: bool = True) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": not strings}) as book:
        # The same bytes at every time.
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for _ in range(sheets):
            sheet = book.add_worksheet()
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
                sheet.write_number(place, len(row), 40_000.25 + place, day)
    return out.getvalue()


def _packed(parts: dict[str, bytes], method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, method)
    return out.getvalue()


# Tampering ---------------------------------------------------------------------------------------


def tampered(number: int, seed: int, files: dict[str, bytes]) -> tuple[str, bytes]:
    """File `number` of a seed: the name of what it was made from, and its content."""
    chance = random.Random(seed * 1_000_003 + number)
    name = chance.choice(list(files))
    data = files[name]
    others = list(files.values())
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        data = _change(chance, data, others)[:_MOST_BYTES]
    if chance.random() < 0.04:
        data = gzip.compress(data, 1, mtime=0)
    elif chance.random() < 0.04:
        data = _packed({chance.choice(("list.csv", "../x.csv", "a/b.xlsx")): data}, 8)
    return name, data


def _change(chance: random.Random, data: bytes, others: list[bytes]) -> bytes:
    if data.startswith(b"PK") and chance.random() < 0.85:
        return _change_parts(chance, data, others)
    if data.startswith(b"\x1f\x8b") and chance.random() < 0.5:
        try:
            return gzip.compress(_change(chance, gzip.decompress(data), others), 1, mtime=0)
        except (OSError, EOFError, zlib.error):
            pass
    start = data.lstrip()[:1]
    if start in (b"{", b"[") and chance.random() < 0.6:
        return _change_json(chance, data)
    if start == b"<" and chance.random() < 0.7:
        return _change_xml(chance, data)
    if not data.startswith((b"PAR1", b"PK", b"\x1f\x8b")) and chance.random() < 0.6:
        return _change_table(chance, data)
    return _change_bytes(chance, data, others)


def _change_bytes(  # noqa: PLR0911 - one a kind of change
    chance: random.Random, data: bytes, others: list[bytes]
) -> bytes:
    size = max(1, len(data))
    at = chance.randrange(size)
    end = min(size, at + chance.choice((1, 2, 8, 64, 1_000)))
    other = chance.choice(others)
    if data.startswith(b"PAR1") and chance.random() < 0.5:
        # What the footer tells decides what is read.
        at = max(0, size - 1 - chance.randrange(min(size, 900)))
        end = at + 1
    match chance.randrange(9):
        case 0:
            return (
                data[:at]
                + bytes([data[at] ^ (1 << chance.randrange(8))] if data else [])
                + data[at + 1 :]
            )
        case 1:
            return (
                data[:at]
                + other[chance.randrange(max(1, len(other))) :][: chance.choice((4, 200))]
                + data[end:]
            )
        case 2:
            return data[:at]
        case 3:
            return data[:at] + data[at:end] * chance.choice((2, 3, 50, 2_000)) + data[end:]
        case 4:
            return data[:at] + chance.choice(_BYTES) * chance.choice((1, 1, 2, 3_000)) + data[end:]
        case 5:
            return data[:at] + data[end:]
        case 6:
            return _grown(chance, data)
        case 7:
            return data + chance.choice((data, b"\x00" * 64, b"garbage", other[:200]))
        case _:
            return data[:at] + chance.choice(_ODD).encode("utf-8", "surrogatepass") + data[end:]


def _grown(chance: random.Random, data: bytes) -> bytes:
    """One number of a text made longer."""
    numbers = list(re.finditer(rb"\d+", data[:200_000]))
    if not numbers:
        return data
    found = chance.choice(numbers)
    grown = chance.choice(
        (b"9" * 20, b"9" * 5_000, b"1e999999999", b"-1", b"0", b"4294967296", b".5e")
    )
    return data[: found.start()] + grown + data[found.end() :]


def _change_parts(chance: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """Change, drop, double or rename a part of an archive, which stays sound itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {info.filename: archive.read(info) for info in archive.infolist()[:40]}
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
    ):
        return _change_bytes(chance, data, others)
    if not parts:
        return _change_bytes(chance, data, others)
    likely = [
        p for p in parts if "sheet" in p or "Strings" in p or "workbook" in p or "styles" in p
    ]
    name = chance.choice(likely if likely and chance.random() < 0.8 else list(parts))
    match chance.randrange(12):
        case 0:
            del parts[name]
        case 1:
            parts[
                chance.choice(
                    ("xl/other.xml", name.upper(), name.replace("/", "\\"), "content.xml")
                )
            ] = parts.pop(name)
        case 2:
            parts[chance.choice(list(parts))] = parts[name]
        case 3:
            parts[chance.choice(("mimetype", "word/document.xml", "x.bin", "a.csv"))] = b"x"
        case _:
            parts[name] = _change(chance, parts[name], others)[: 4 * _MOST_BYTES]
    return _packed(parts, chance.choice((0, 8, 8, 8, 12, 14)))


def _change_xml(chance: random.Random, data: bytes) -> bytes:  # noqa: PLR0911 - one a kind
    attributes = list(re.finditer(rb"(\s[\w:]+)=\"([^\"<]{0,200})\"", data[:300_000]))
    tags = list(re.finditer(rb"<(\w[\w:]*)[^<>]*>", data[:300_000]))
    odd = chance.choice(_ODD + _REFERENCES).encode("utf-8", "replace")
    choice = chance.randrange(9)
    if choice < 4 and attributes:
        found = chance.choice(attributes)
        key = found[1] if chance.random() < 0.7 else chance.choice(attributes)[1]
        value = odd if chance.random() < 0.6 else chance.choice(attributes)[2]
        text = key + chance.choice((b'="%s"', b"='%s'", b' = "%s"')) % value.replace(b"%", b"")
        return data[: found.start()] + (b"" if choice == 3 else text) + data[found.end() :]
    if tags:
        found = chance.choice(tags)
        times = chance.choice((2, 50, 5_000))
        match choice:
            case 4:
                return data[: found.start()] + found[0] * times + data[found.start() :]
            case 5:
                return data[: found.end()] + odd + data[found.end() :]
            case 6:
                bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
                return data[: found.start()] + bomb + data[found.start() :]
            case 7:
                other = chance.choice(tags)
                return data[: found.start()] + other[0] + data[found.end() :]
            case _:
                return data.replace(b"<" + found[1], b"<x:" + found[1])
    return data + odd


def _change_json(chance: random.Random, data: bytes) -> bytes:
    """Change one place of a document, mostly so that it stays one."""
    odd = (
        10**4_400, 1e300, -0.0, None, True, [], {}, [[[[]]]], {"": {"": 1}}, "[" * 3_000, "}" * 2_000,
        {str(n): n for n in range(300)}, ["a", None, 5], {"a" * 600: 1}, *_ODD,
    )  # fmt: skip
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        places = [m.start() for m in re.finditer(rb"[:,\[]", data[:200_000])]
        if not places:
            return _grown(chance, data)
        at = chance.choice(places) + 1
        piece = chance.choice(
            (
                b"[" * 5_000,
                b"1" * 5_000,
                b"1e99999999999",
                b'"\\ud800"',
                b"-",
                b'"' + b"[" * 3_000 + b'"',
            )
        )
        return data[:at] + piece + data[at:]
    places = list(_places(value))
    if places:
        holder, key = chance.choice(places)
        new = chance.choice(odd)
        if isinstance(holder, dict) and chance.random() < 0.3:
            holder[chance.choice(("#row", "#left_out", "name", "account_id", "a.b", "å" * 300))] = (
                holder.pop(key)
            )
        else:
            holder[key] = new
    most = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        text = json.dumps(value, ensure_ascii=chance.random() < 0.5)
    finally:
        sys.set_int_max_str_digits(most)
    return text.encode("utf-8", "surrogatepass")


def _places(value: object, depth: int = 0) -> Iterator[tuple[object, object]]:
    items: Sequence[tuple[object, object]] = ()
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, entry in items:
        yield value, key
        if depth < 12:
            yield from _places(entry, depth + 1)


def _change_table(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    separator = max((b";", b",", b"\t", b"|"), key=data.count)
    heading = lines[0].split(separator)
    cells = lines[at].split(separator)
    place = chance.randrange(len(cells))
    odd = chance.choice(_ODD).encode("utf-8", "replace")
    match chance.randrange(10):
        case 0:
            cells[place] = odd
        case 1:
            cells[place] = b'"' + cells[place]
        case 2:
            cells[place] = b'"' + cells[place].replace(b'"', b'""') + b'"'
        case 3:
            heading[chance.randrange(len(heading))] = chance.choice(heading)
            return b"\n".join([separator.join(heading), *lines[1:]])
        case 4:
            del heading[chance.randrange(len(heading))]
            return b"\n".join([separator.join(heading), *lines[1:]])
        case 5:
            lines.insert(at, lines[0])
        case 6:
            lines = lines[:at] + lines[at : at + 1] * chance.choice((2, 900)) + lines[at + 1 :]
        case 7:
            heading[chance.randrange(len(heading))] = chance.choice(
                (
                    b"#row",
                    b"#left_out",
                    b"#file",
                    b"#number_country",
                    b"account_id",
                    b"Column 2",
                    odd,
                )
            )
            return b"\n".join([separator.join(heading), *lines[1:]])
        case 8:
            return data.replace(separator, chance.choice((b";", b",", b"\t", b"|", b"\x1f")))
        case _:
            column = chance.randrange(len(heading))
            rows = [line.split(separator) for line in lines]
            for row in rows[1:]:
                if column < len(row):
                    row[column] = odd
            return b"\n".join(separator.join(row) for row in rows)
    lines[at] = separator.join(cells)
    return b"\n".join(lines)


# One file, in a process of its own ---------------------------------------------------------------


def _try(path: Path) -> dict[str, object]:
    """Import one file; what became of it."""
    from icp_core.importing.load import load, open_file

    try:
        opened = open_file(path)
        read = opened.original.rows_read
        held = (
            opened.original.lazy.select(pl.len()).collect().item()
            + opened.original.unreadable.height
        )
        result = load([opened])
        report = result.report
        if not report.read == read == held == report.kept + report.rejected + report.merged:
            return {"violation": f"rows: {read} read, {held} held, {report.kept} kept, "
                    f"{report.rejected} rejected, {report.merged} merged"}  # fmt: skip
        if result.accounts.height != report.kept or result.rejected.height != report.rejected:
            return {"violation": "rows: the report counts others than there are"}
        for column in result.accounts.select(pl.col(pl.Float64)):
            if not (column.drop_nulls().is_finite() & (column.drop_nulls().abs() < 2.0**63)).all():
                return {"violation": f"{column.name} holds what no number of 64 bits does"}
    except IcpError as error:
        return {"refused": str(error)[:300]}
    except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001 - what is looked for
        where = traceback.extract_tb(error.__traceback__)
        ours = [f"{Path(f.filename).name}:{f.lineno}" for f in where if "icp_core" in f.filename]
        return {
            "violation": f"{type(error).__name__} {str(error)[:120]!r} at {' '.join(ours[-3:])}"
        }
    return {"loaded": result.report.kept}


def _work() -> None:
    """Import the files that are named on standard input, a line each."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["POLARS_MAX_THREADS"] = "1"
    from icp_core.importing import load  # noqa: F401 - not counted with the first file

    gc.collect()
    gc.freeze()  # Looking through all modules after each file takes as long as a file.
    folder = Path(tempfile.gettempdir())
    status = Path("/proc/self/status")
    for line in sys.stdin:
        Path("/proc/self/clear_refs").write_text("5")
        outcome = _try(Path(line.rstrip("\n")))
        peak = int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) << 10  # type: ignore[index]
        if gc.collect() >= 0 and any(folder.iterdir()):
            left = sorted(path.name for path in folder.rglob("*"))[:5]
            outcome = {"violation": f"left behind: {left}"}
        if peak > _MEMORY and "violation" not in outcome:
            outcome = {"violation": f"memory: {peak >> 20} MB"}
        print(json.dumps(outcome), flush=True)


# Many files --------------------------------------------------------------------------------------


@dataclass
class Found:
    """What became of many files."""

    files: int = 0
    loaded: int = 0
    refused: int = 0
    crashes: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def bad(self) -> list[str]:
        """What should be none."""
        return [*self.crashes, *self.hangs, *self.violations]


class _Process:
    """A process that imports files, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done = 0
        self.number = -1
        self.name = ""
        self.since = time.monotonic(), 0.0
        self._temporary = tempfile.TemporaryDirectory(dir=folder)
        environment = os.environ | {
            "TMPDIR": self._temporary.name,
            "POLARS_MAX_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",
            "MALLOC_ARENA_MAX": "2",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.fuzz", "--work"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=Path(__file__).parent.parent,
            text=True,
        )

    def give(self, number: int, name: str, data: bytes) -> None:
        self.number, self.name = number, name
        self.since = time.monotonic(), self._processor()
        self.path.write_bytes(data)
        assert self.process.stdin
        with suppress(BrokenPipeError):
            print(self.path, file=self.process.stdin, flush=True)

    @property
    def hangs(self) -> bool:
        """Whether it works on one file for too long; the machine may be busy, or stand still."""
        return (
            self._processor() - self.since[1] > _SECONDS
            or time.monotonic() - self.since[0] > 10 * _SECONDS
        )

    def _processor(self) -> float:
        """Seconds of the processor that it took."""
        try:
            times = psutil.Process(self.process.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    @property
    def path(self) -> Path:
        return self.folder / f"{id(self)}.file"

    def end(self) -> int:
        self.process.kill()
        code = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()
        self._temporary.cleanup()
        return code


def run(  # noqa: PLR0915 - what the processes share stands in it
    *,
    seed: int,
    count: int | None = None,
    seconds: float | None = None,
    processes: int = 2,
    first: int = 0,
    keep: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Found:
    """Import many files.

    Parameters
    ----------
    seed
        Of the tampering.
    count, seconds
        How many files, or for how long.
    processes
        At a time.
    first
        Number of the first file.
    keep
        Folder for the files that were bad.
    tell
        Told what was bad, when it was.
    """
    files, found = seeds(), Found()
    until = time.monotonic() + (seconds or 1e9)
    numbers = iter(range(first, first + count if count else sys.maxsize))
    with tempfile.TemporaryDirectory(prefix="fuzz-") as temporary:
        folder = Path(temporary)
        selector = selectors.DefaultSelector()

        def next_file(process: _Process) -> None:
            number = next(numbers, None) if time.monotonic() < until else None
            if number is None:
                selector.unregister(process.process.stdout)
                process.end()
                return
            process.give(number, *tampered(number, seed, files))

        def begin() -> None:
            process = _Process(folder)
            selector.register(process.process.stdout, selectors.EVENT_READ, process)
            next_file(process)

        def note(process: _Process, where: list[str], what: str) -> None:
            where.append(f"{process.number} ({process.name}): {what}")
            tell(where[-1])
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{seed}-{process.number}").write_bytes(process.path.read_bytes())

        for _ in range(processes):
            begin()
        while selector.get_map():
            for key, _ in selector.select(0.5):
                process: _Process = key.data
                line = process.process.stdout.readline()  # type: ignore[union-attr]
                found.files += 1
                process.done += 1
                if not line:
                    selector.unregister(process.process.stdout)
                    note(process, found.crashes, f"ended with {process.end()}")
                    begin()
                    continue
                outcome = json.loads(line)
                if "violation" in outcome:
                    note(process, found.violations, outcome["violation"])
                elif "refused" in outcome:
                    found.refused += 1
                    found.reasons[re.sub(r"[\d,.]+|\(.*?\)", "#", outcome["refused"])[-90:]] += 1
                else:
                    found.loaded += 1
                spoiled = outcome.get("violation", "").startswith(("left", "memory"))
                if process.done >= _FILES_A_PROCESS or spoiled:
                    selector.unregister(process.process.stdout)
                    process.end()
                    begin()
                else:
                    next_file(process)
            for key in list(selector.get_map().values()):
                process = key.data
                if process.hangs:
                    found.files += 1
                    selector.unregister(process.process.stdout)
                    note(process, found.hangs, f"longer than {_SECONDS:.0f} s")
                    process.end()
                    begin()
    return found


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", type=int)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for the files that were bad")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        _work()
        return
    if arguments.only is not None:
        name, data = tampered(arguments.only, arguments.seed, seeds())
        path = (arguments.keep or Path()) / f"{arguments.seed}-{arguments.only}"
        path.write_bytes(data)
        print(f"made from {name}: {path}")
        arguments.first, arguments.count = arguments.only, 1
    found = run(
        seed=arguments.seed,
        count=arguments.count,
        seconds=None if arguments.count else 60 * arguments.minutes,
        processes=1 if arguments.only is not None else arguments.processes,
        first=arguments.first,
        keep=arguments.keep,
        tell=print,
    )
    print(
        f"{found.files:,} files: {found.loaded:,} loaded, {found.refused:,} refused; "
        f"{len(found.crashes)} crashes, {len(found.hangs)} longer than {_SECONDS:.0f} s, "
        f"{len(found.violations)} violations"
    )
    for reason, times in found.reasons.most_common(25):
        print(f"{times:7,}  {reason}")
    sys.exit(bool(found.bad))


if __name__ == "__main__":
    main()
