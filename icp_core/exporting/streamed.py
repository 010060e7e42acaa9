"""Files from accounts that stay in an engine: as many as a receiver takes, or part by part."""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from icp_core.errors import ExportError
from icp_core.evaluation.engines.evaluation import EngineEvaluation
from icp_core.exporting.formats import Format
from icp_core.exporting.limits import customers_unknown_warning, opted_out_warning
from icp_core.exporting.preflight import Preflight
from icp_core.exporting.prepare import Prepared, place, unwritable
from icp_core.reference.numbers import number

SPARE: Final = 3
"""Matches taken for every company that the receiver takes, since some are left out or repeated."""

WITHOUT_LIMIT: Final = 300_000
"""Matches taken for a receiver that names no limit."""

LayOut = Callable[[pl.DataFrame], Prepared]


@dataclass(frozen=True)
class Written:
    """A file that was written part by part.

    Attributes
    ----------
    path
        Where it lies.
    report
        What became of every account.
    sha256
        Hash of the content, in hexadecimal.
    """

    path: Path
    report: Preflight
    sha256: str


def most_rows(target: Format) -> int:
    """How many matches are taken from an engine for one file of a format."""
    if target.for_people:
        return target.max_rows or WITHOUT_LIMIT
    return SPARE * target.max_rows if target.max_rows else WITHOUT_LIMIT


def best(found: EngineEvaluation, most: int) -> pl.DataFrame:
    """The best matches in an engine, at most so many.

    Raises
    ------
    SourceError
        If the engine fails.
    """
    batches = list(found.stream(limit=most))
    return pl.concat(batches, how="diagonal_relaxed") if batches else found.page(limit=0)


def with_limit(prepared: Prepared, *, matching: int, most: int) -> Prepared:
    """A file whose report says how many matches were never looked at, if there are such."""
    if matching <= most:
        return prepared
    warning = (
        f"Only the best {number(most)} of {number(matching)} matches were taken; narrow the "
        "must-haves to reach "
        "the others."
    )
    report = replace(prepared.report, warnings=(*prepared.report.warnings, warning))
    return replace(prepared, report=report)


def write_parts(batches: Iterable[pl.DataFrame], lay_out: LayOut, path: Path) -> Written:
    """Write a CSV for people batch by batch, whole or not at all; one batch is in memory at a time.

    Parameters
    ----------
    batches
        Accounts, best first.
    lay_out
        `prepare` with all that it asks for besides the accounts; its format is one for people, where
        no row depends on another.
    path
        File or directory, as for `Prepared.write`.

    Raises
    ------
    ExportError
        If there is no company to write, or the file cannot be written there.
    """
    reports: list[Preflight] = []
    digest = hashlib.sha256()
    part = (path if path.is_dir() else path.parent) / f".{os.getpid()}.part"
    try:
        with part.open("wb") as file:
            is_first = True
            for batch in batches:
                prepared = lay_out(batch)
                reports.append(prepared.report)
                if prepared.report.rows_written:
                    content = prepared.to_bytes() if is_first else prepared.rest()
                    is_first = False
                    digest.update(content)
                    file.write(content)
        if not reports or not any(one.rows_written for one in reports):
            blockers = reports[0].blockers if reports else ("There is no company to export.",)
            raise ExportError(" ".join(blockers))
        report = added_up(reports)
        target = place(report, path)
        os.replace(part, target)  # noqa: PTH105 - the one call that is atomic on every system
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        part.unlink(missing_ok=True)
    return Written(target, report, digest.hexdigest())


def added_up(parts: Sequence[Preflight]) -> Preflight:
    """One report on the parts of a file for people; at least one."""

    def total(name: str) -> int:
        return sum(getattr(one, name) or 0 for one in parts)

    def totals(name: str) -> dict[str, int]:
        keys = dict.fromkeys(key for one in parts for key in getattr(one, name))
        return {key: sum(getattr(one, name).get(key, 0) for one in parts) for key in keys}

    counted = {
        "customers_unknown": customers_unknown_warning,
        "opted_out": opted_out_warning,
    }
    warnings = dict.fromkeys(
        text
        for one in parts
        for text in one.warnings
        if text not in {say(getattr(one, name)) for name, say in counted.items()}
    )
    totalled = [say(total(name)) for name, say in counted.items() if total(name)]
    return replace(
        parts[0],
        rows_in=total("rows_in"),
        rows_written=total("rows_written"),
        identifiers=totals("identifiers"),
        customers_suppressed=total("customers_suppressed"),
        customers_unknown=total("customers_unknown"),
        opted_out=total("opted_out"),
        dropped=totals("dropped"),
        exclusions=totals("exclusions"),
        for_company=totals("for_company"),
        cells_cleaned=total("cells_cleaned"),
        cells_truncated=total("cells_truncated"),
        size_bytes=total("size_bytes"),
        blockers=(),
        warnings=(*warnings, *totalled),
    )
