"""From accounts to a file: choose rows, remove duplicates, lay out, clean, check the limits."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Final

import polars as pl

from icp_core.errors import ExportError
from icp_core.exporting import content, layouts, limits
from icp_core.exporting.content import Layout
from icp_core.exporting.eligibility import (
    CUSTOMER,
    KEPT,
    SAME_DOMAIN,
    SAME_NAME,
    Companies,
    eligibility_of,
    row_outcome,
    with_exclusions,
)
from icp_core.exporting.formats import Format, named
from icp_core.exporting.limits import Customers
from icp_core.exporting.members import Reach
from icp_core.exporting.preflight import DROPPED, FOR_COMPANY, SIBLING, Preflight
from icp_core.exporting.workbook import workbook
from icp_core.profiles.model import Profile
from icp_core.reference.text import fold

FICTIONAL_PREFIX: Final = "FICTIONAL-"
PREVIEW: Final = 20

NO_EXCLUSIONS: Final[Mapping[str, str]] = MappingProxyType({})
NO_OTHERS: Final = Companies()


@dataclass(frozen=True, eq=False)
class Prepared:
    """A file ready to be looked at and, unless its report has blockers, to be written.

    Attributes
    ----------
    format
        What it is.
    report
        What became of every account.
    profile
        Whose matches these are.
    on
        Date of the file.
    """

    format: Format
    report: Preflight
    profile: Profile = field(repr=False)
    on: date
    _first: Callable[[int | None], pl.DataFrame] = field(repr=False)
    _units: Mapping[str, str] = field(repr=False)
    _made: list[bytes] = field(default_factory=list, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def file_name(self) -> str:
        """Suggested name of the file."""
        return self.report.file_name

    @property
    def frame(self) -> pl.DataFrame:
        """The file's content under its headings, clean."""
        return self._first(None)

    @cached_property
    def preview(self) -> pl.DataFrame:
        """The first `PREVIEW` rows of `frame`, without making the others."""
        return self._first(PREVIEW)

    def to_bytes(self) -> bytes:
        """Content of the file, made when it is first asked for.

        Raises
        ------
        ExportError
            If the receiver would refuse it; the message says why and what to do.
        """
        if self.report.blockers:
            raise ExportError(" ".join(self.report.blockers))
        # A download and the log of it may ask at once.
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def rest(self) -> bytes:
        """Content without headings: what follows when a CSV file is written part by part."""
        return content.csv(self.frame, self.format, is_first=False)

    @property
    def sha256(self) -> str:
        """Hash of the content, in hexadecimal: what the export log keeps.

        Raises
        ------
        ExportError
            As `to_bytes`.
        """
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def _make(self) -> bytes:
        if self.format.suffix != ".xlsx":
            return content.csv(self.frame, self.format)
        about = _about(self.report, target=self.format, profile=self.profile, on=self.on)
        return workbook(self.frame, units=self._units, about=about, on=self.on)

    def write(self, path: Path) -> Path:
        """Write the file and return where it lies.

        Into a directory it goes under its suggested name. A file of fictional companies gets the
        prefix `FICTIONAL-` whatever name was asked for.

        Raises
        ------
        ExportError
            If the receiver would refuse the file, or it cannot be written there.
        """
        content = self.to_bytes()
        target = place(self.report, path)
        try:
            target.write_bytes(content)
        except OSError as error:
            raise unwritable(target, error) from error
        return target


def place(report: Preflight, path: Path) -> Path:
    """Where a file goes that was asked for at `path`, see `Prepared.write`."""
    target = path / report.file_name if path.is_dir() else path
    if report.fictional and not target.name.startswith(FICTIONAL_PREFIX):
        target = target.with_name(FICTIONAL_PREFIX + target.name)
    return target


def unwritable(target: Path, error: OSError) -> ExportError:
    """The error for a file that the system does not let us write."""
    return ExportError(
        f"The file cannot be written to {target} ({error.strerror}); "
        "choose a directory that exists and that you may write to."
    )


def prepare(
    accounts: pl.DataFrame,
    *,
    format: str,
    profile: Profile,
    fictional: bool,
    on: date,
    customers: Customers = "with",
    countries: Collection[str] | None = None,
    tiers: Collection[str | None] | None = None,
    excluded: Mapping[str, str] = NO_EXCLUSIONS,
    whole: Companies = NO_OTHERS,
) -> Prepared:
    """Lay accounts out as a file and report on every one of them.

    Limits of the receiver raise nothing here; they are `report.blockers` and keep `to_bytes` from
    giving a file. An upload file holds a company once: the first row of a domain stays, then the first
    of a normalised name and country. A file for people keeps all.

    In an ad audience an account is also left out if another account of the list with its domain, or its
    name and country, opted out, is excluded or is a suppressed customer, whether that one is among
    these rows or not: the receiver would match that company.

    Parameters
    ----------
    accounts
        Best first, canonical columns where known, and `score`, `coverage`, `tier`, `potential` where
        evaluated.
    format
        A name in `FORMATS`.
    profile
        Gives the file its name, the tiers their order and the potential its currency.
    fictional
        Whether the companies are invented; the file and its report then say so.
    on
        Date in the file name.
    customers
        Keep existing customers, leave them out, or keep only them. Unknown counts as no customer.
    countries, tiers
        Those to keep; None keeps all. None among `tiers` stands for the unranked.
    excluded
        Reason by `account_id` of accounts to leave out.
    whole
        What the rest of the list says about their companies (`companies_of`).

    Raises
    ------
    ExportError
        If there is no such format.
    """
    target = named(format)
    complete = layouts.completed(accounts)
    eligibility = with_exclusions(eligibility_of(complete), excluded).with_columns(complete["tier"])
    if target.is_ad_audience:
        here = Companies.of([eligibility])
        eligibility = eligibility.hstack((here | whole).flags(eligibility))
    outcome = row_outcome(
        eligibility, target=target, customers=customers, countries=countries, tiers=tiers
    )
    layout = Layout.of(accounts.schema, target=target, profile=profile, fictional=fictional, on=on)
    laid_out = layout.content(accounts.filter(outcome == KEPT))
    file = None if target.suffix == ".xlsx" else content.csv(laid_out.frame, target)
    report = reported(
        eligibility,
        outcome,
        target=target,
        profile=profile,
        fictional=fictional,
        on=on,
        customers=customers,
        left_out=whole.left_out,
        cells_cleaned=int(laid_out.cleaned.sum()),
        cells_cut=int(laid_out.cut.sum()),
        size=None if file is None else len(file),
    )
    return Prepared(
        format=target,
        report=report,
        profile=profile,
        on=on,
        _first=lambda rows: laid_out.frame if rows is None else laid_out.frame.head(rows),
        _units=layout.units,
        _made=[] if file is None else [file],
    )


def reported(
    eligibility: pl.DataFrame,
    outcome: pl.Series,
    *,
    target: Format,
    profile: Profile,
    fictional: bool,
    on: date,
    customers: Customers,
    left_out: Mapping[str, int],
    cells_cleaned: int,
    cells_cut: int,
    size: int | None,
) -> Preflight:
    """The report on accounts of which it is known what becomes of them.

    Parameters
    ----------
    eligibility
        As for `row_outcome`.
    outcome
        What it gave.
    target, profile, fictional, on, customers
        As for `prepare`.
    left_out
        Accounts of the list that are in no market, by reason.
    cells_cleaned, cells_cut
        Of the rows kept.
    size
        Bytes of the file, where they are known; a format that limits them must know them.
    """
    kept = eligibility.filter(outcome == KEPT)
    counts = dict(outcome.value_counts().iter_rows())
    assert eligibility.height == sum(counts.values())  # noqa: S101 - every row has exactly one outcome
    dropped = {reason: counts.get(reason, 0) for reason in DROPPED}
    identifiers = _identifiers(kept)
    opted_out = int(kept["opted_out"].sum())
    unknown = 0 if customers == "with" else int(eligibility["customer_unknown"].sum())
    return Preflight(
        format=target.name,
        file_name=_file_name(target, profile=profile, fictional=fictional, on=on),
        fictional=fictional,
        rows_in=eligibility.height,
        rows_written=kept.height,
        identifiers=identifiers,
        duplicates_by_domain=counts.get(SAME_DOMAIN, 0),
        duplicates_by_name=counts.get(SAME_NAME, 0),
        customers_suppressed=counts.get(CUSTOMER, 0),
        customers_unknown=unknown,
        opted_out=opted_out,
        dropped=dropped,
        for_company=_for_company(eligibility, outcome, target=target),
        left_out=dict(left_out),
        exclusions=dict(
            eligibility.filter(outcome == "excluded")
            .group_by(pl.col("exclusion").fill_null(SIBLING))
            .len()
            .sort("len", "exclusion", descending=[True, False])
            .iter_rows()
        ),
        cells_cleaned=cells_cleaned,
        cells_truncated=cells_cut,
        reach=Reach.of(kept) if target.is_ad_audience else None,
        size_bytes=size,
        blockers=tuple(
            limits.blockers(
                target,
                kept,
                size=size or 0,
                dropped=dropped,
                suppressed=counts.get(CUSTOMER, 0),
            )
        ),
        warnings=tuple(
            limits.warnings(
                target,
                kept=kept,
                fictional=fictional,
                customers_unknown=unknown,
                opted_out=opted_out,
                name_only=identifiers["name_only"],
                same_domain=counts.get(SAME_DOMAIN, 0),
            )
        ),
        notes=target.notes,
    )


def _for_company(
    eligibility: pl.DataFrame, outcome: pl.Series, *, target: Format
) -> dict[str, int]:
    """Rows that fell for another account of their company, by what was set for that one."""
    if not target.is_ad_audience:
        return dict.fromkeys(FOR_COMPANY, 0)
    counts = eligibility.select(
        ((outcome == flag) & ~pl.col(flag)).sum().alias(flag) for flag in FOR_COMPANY
    )
    return counts.row(0, named=True)


def _identifiers(kept: pl.DataFrame) -> dict[str, int]:
    names = ("domain", "page_url", "stock_symbol")
    name_only = kept.select(~pl.any_horizontal(names)).to_series()
    return {name: int(kept[name].sum()) for name in names} | {"name_only": int(name_only.sum())}


def _file_name(target: Format, *, profile: Profile, fictional: bool, on: date) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", fold(profile.name)).strip("-") or "accounts"
    prefix = FICTIONAL_PREFIX if fictional else ""
    return f"{prefix}{target.name}-{slug}-{on:%Y-%m-%d}{target.suffix}"


def _about(
    report: Preflight, *, target: Format, profile: Profile, on: date
) -> tuple[tuple[str, str | int], ...]:
    lines: list[tuple[str, str | int]] = [
        ("Profile", profile.name),
        ("Description", profile.description),
        ("Offer", profile.offer),
        ("Date", f"{on:%Y-%m-%d}"),
        ("Data", "Fictional: the companies are invented" if report.fictional else "As loaded"),
    ]
    lines += report.facts()
    lines += [("Note", note) for note in (*report.warnings, *target.notes)]
    return tuple((heading, value) for heading, value in lines if value != "")
