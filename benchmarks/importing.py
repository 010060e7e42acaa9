"""How fast a national register loads: `python -m benchmarks.importing`.

A file of 1,470,000 rows and 90 columns is made by repeating the Norwegian sample that ships, with new
valid numbers. DuckDB alone scanning it to Parquet is the yardstick, taken in the same run. Each part
runs in a process of its own, so that its peak of memory is its own.

    python -m benchmarks.importing [--rows N]
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
from itertools import islice
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from icp_core.importing.load import run_import
from icp_core.importing.reading import read
from icp_core.importing.tables import Progress
from icp_core.sources.norway import FILE as SAMPLE

ROWS: Final = 1_470_000
COLUMNS: Final = 90
LIMIT_SECONDS: Final = 120
LIMIT_BYTES: Final = 6 << 30
LIMIT_RATIO: Final = 6
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
    if report.read != report.kept + report.rejected + report.merged or len(set(seen)) < 20:
        raise AssertionError("rows are missing, or the progress bar stood still")
    return report.read


def timed(work: Callable[[Path], int], path: Path) -> tuple[int, float, float, int]:
    """Rows, seconds on the clock, seconds of processor and peak bytes of one part."""
    clock, processor = time.perf_counter(), time.process_time()
    rows = work(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scale = 1 if sys.platform == "darwin" else 1024
    return rows, time.perf_counter() - clock, time.process_time() - processor, peak * scale


def main() -> int:
    """Print the table; 1 if a limit is broken at full size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
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
            # A fresh process: threads of an engine do not survive a fork.
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                result = pool.submit(timed, work, path).result()
            results.append(result)
            count, seconds, cpu, peak = result
            ratio = seconds / results[0][1]
            print(
                f"{label:24}{count:>12,}{seconds:>10.1f}{ratio:>8.1f}{cpu:>8.1f}{peak / 1e9:>9.2f}"
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
        )
        if bad
    ]
    for text in broken:
        print(f"\nover the limit: {text}")
    return 1 if broken and rows >= ROWS else 0


if __name__ == "__main__":
    raise SystemExit(main())
