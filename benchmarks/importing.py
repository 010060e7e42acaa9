"""How fast a national register loads: `python -m benchmarks.importing`.

A file of 1,470,000 rows and 90 columns is made by repeating the Norwegian sample that ships, with new
valid numbers. DuckDB alone scanning it to Parquet is the yardstick, taken in the same run. Each part
runs in a process of its own, so that its peak of memory is its own.

With `--page` the same file is also loaded through the Import page in a real Chromium, by its path on
the server; then a second load that would replace it is cancelled midway, and must leave all as it was.

    python -m benchmarks.importing [--rows N] [--page]
"""

import argparse
import csv
import io
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

import duckdb
import polars as pl
from playwright.sync_api import Page

from benchmarks import browser
from icp_core.importing.load import run_import
from icp_core.importing.reading import read
from icp_core.importing.tables import Progress
from icp_core.sources.norway import FILE as SAMPLE

_Made = TypeVar("_Made")

ROWS: Final = 1_470_000
COLUMNS: Final = 90
LIMIT_SECONDS: Final = 120
LIMIT_BYTES: Final = 6 << 30
LIMIT_RATIO: Final = 6
_UNIT: Final = 1 if sys.platform == "darwin" else 1024
_POSITIONS: Final = 20
_WEIGHTS: Final = (3, 2, 7, 6, 5, 4, 3, 2)


def numbers(start: int = 80_000_000) -> Iterator[str]:
    """Valid Norwegian national numbers, rising (check digit modulo 11)."""
    stem = start
    while True:
        digits = str(stem)
        stem += 1
        check = -sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True)) % 11
        if check < 10:
            yield f"{digits}{check}"


def make(path: Path, rows: int) -> None:
    """Write a register of that many companies in 90 columns."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        header, *sample = list(csv.reader(file))
    more = [f"tillegg{i}" for i in range(COLUMNS - len(header))]
    templates = []
    for row in sample:
        line = io.StringIO()
        csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(
            [*row[1:], *[""] * len(more)]
        )
        templates.append(line.getvalue())
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(f'"{heading}"' for heading in [*header, *more]) + "\n")
        for place, number in enumerate(islice(numbers(), rows)):
            file.write(f'"{number}",{templates[place % len(templates)]}')


def scan(path: Path) -> int:
    """DuckDB alone, to Parquet."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "scan.parquet")
        connection = duckdb.connect()
        connection.execute("SET enable_progress_bar = false")
        connection.read_csv(str(path), all_varchar=True).write_parquet(out)
        return int(pl.scan_parquet(out).select(pl.len()).collect().item())


def read_only(path: Path) -> int:
    """Our reading: survey, text table, every line accounted for."""
    return read(path).rows


def load(path: Path) -> int:
    """The whole load: reading, cleaning, merging, report."""
    seen: list[float] = []

    def watch(progress: Progress) -> None:
        seen.append(progress.done)

    report = run_import([path], on_progress=watch).report
    if report.read != report.kept + report.rejected + report.merged or len(set(seen)) < _POSITIONS:
        raise AssertionError("rows are missing, or the progress bar stood still")
    return report.read


def timed(work: Callable[[Path], int], path: Path) -> tuple[int, float, float, int]:
    """Rows, seconds on the clock, seconds of processor and peak bytes of one part."""
    clock, processor = time.perf_counter(), time.process_time()
    rows = work(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return rows, time.perf_counter() - clock, time.process_time() - processor, peak * _UNIT


@dataclass(frozen=True)
class OnPage:
    """What a load through the page took.

    Attributes
    ----------
    opening, loading
        Seconds until the mapping is shown, and from the button to the loaded list.
    shown
        Different positions of the progress bar that were seen.
    cancelling
        Seconds from the button until the page says that nothing was changed.
    peak
        Bytes of the server at most.
    """

    opening: float
    loading: float
    shown: int
    cancelling: float
    peak: int


def through_page(path: Path) -> OnPage:
    """Load a file by its path on the server, then begin to replace it and cancel."""
    with tempfile.TemporaryDirectory() as data:
        settings = {"ICP_DATA_DIR": data, "ICP_IMPORT_DIRS": str(path.parent)}
        with (
            browser.served(environment=settings) as address,
            browser.chromium(webgl=False) as chrome,
        ):
            page = chrome.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(600_000)
            seen: set[str] = set()
            opening = _open(page, address, path, seen)
            start = time.perf_counter()
            page.get_by_role("button", name="Load", exact=True).click()
            _watch(page, "is loaded and chosen", seen)
            loading = time.perf_counter() - start
            before = _files(Path(data))
            _open(page, address, path, seen)
            page.get_by_role("combobox", name="Load as").click()
            page.get_by_role("option", name="Newer version").click()
            browser.settle(page)
            page.get_by_role("button", name="Load", exact=True).click()
            page.get_by_test_id("stProgress").get_by_text("Cleaning the rows").wait_for()
            page.wait_for_timeout(2_000)
            start = time.perf_counter()
            page.get_by_role("button", name="Cancel").click()
            page.get_by_text("Cancelled. Nothing was changed.").wait_for()
            cancelling = time.perf_counter() - start
            if not before or _files(Path(data)) != before:
                raise AssertionError("a cancelled load changed what was kept")
    # The server is the largest of the processes that this one has waited for.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return OnPage(opening, loading, len(seen), cancelling, peak * _UNIT)


def _open(page: Page, address: str, path: Path, seen: set[str]) -> float:
    """Name a file by its path and wait for its mapping; returns the seconds."""
    page.goto(f"{address}/Import")
    field = page.get_by_role("textbox", name="Or a file on the server")
    field.fill(str(path))
    field.press("Enter")
    browser.settle(page)
    start = time.perf_counter()
    page.get_by_role("button", name="Look at it").click()
    _watch(page, "Load as", seen)
    browser.settle(page)
    return time.perf_counter() - start


def _watch(page: Page, text: str, seen: set[str]) -> None:
    """Look at the progress bar until a text is there."""
    bar = page.get_by_test_id("stProgress")
    while not page.get_by_text(text).count():
        seen.update(bar.all_inner_texts())
        page.wait_for_timeout(100)


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of everything that is kept of loaded lists."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted((folder / "universes").rglob("*"))
        if path.is_file()
    }


def _apart(work: Callable[..., _Made], *arguments: object) -> _Made:
    """Do it in a fresh process: threads of an engine do not survive a fork."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *arguments).result()


def _broken_on(page: OnPage) -> tuple[tuple[str, bool], ...]:
    whole = page.opening + page.loading
    return (
        (f"the page takes more than {LIMIT_SECONDS} s", whole > LIMIT_SECONDS),
        (f"the server needs more than {LIMIT_BYTES >> 30} GB", page.peak > LIMIT_BYTES),
        ("the progress bar stands still", page.shown < _POSITIONS),
    )


def main() -> int:
    """Print the table; 1 if a limit is broken at full size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--page", action="store_true", help="through the Import page too")
    options = parser.parse_args()
    rows = options.rows
    on_page: OnPage | None = None
    with tempfile.TemporaryDirectory(prefix="register-") as folder:
        path = Path(folder) / "enheter.csv"
        make(path, rows)
        print(f"{rows:,} rows, {COLUMNS} columns, {path.stat().st_size / 1e9:.2f} GB\n")
        print(f"{'':24}{'rows':>12}{'seconds':>10}{'× scan':>8}{'cpu s':>8}{'peak GB':>9}")
        results = []
        for label, work in (
            ("DuckDB scan to Parquet", scan),
            ("reading", read_only),
            ("whole load", load),
        ):
            result = _apart(timed, work, path)
            results.append(result)
            count, seconds, cpu, peak = result
            ratio = seconds / results[0][1]
            print(
                f"{label:24}{count:>12,}{seconds:>10.1f}{ratio:>8.1f}{cpu:>8.1f}{peak / 1e9:>9.2f}"
            )
        if options.page:
            on_page = _apart(through_page, path)
            print(
                f"\nthrough the page: opening {on_page.opening:.1f} s, loading {on_page.loading:.1f} s, "
                f"{on_page.shown} positions of the progress bar seen,\n"
                f"cancelled in {on_page.cancelling:.1f} s with nothing changed, "
                f"server's peak {on_page.peak / 1e9:.2f} GB"
            )
    _, base, _, _ = results[0]
    _, whole, _, peak = results[2]
    broken = [
        text
        for text, bad in (
            (
                f"reading takes more than {LIMIT_RATIO} × the scan",
                results[1][1] > LIMIT_RATIO * base,
            ),
            (f"the load takes more than {LIMIT_SECONDS} s", whole > LIMIT_SECONDS),
            (f"the load needs more than {LIMIT_BYTES >> 30} GB", peak > LIMIT_BYTES),
            ("rows are missing", any(result[0] != rows for result in results)),
            *(_broken_on(on_page) if on_page else ()),
        )
        if bad
    ]
    for text in broken:
        print(f"\nover the limit: {text}")
    return 1 if broken and rows >= ROWS else 0


if __name__ == "__main__":
    raise SystemExit(main())
