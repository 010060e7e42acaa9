"""From accounts to a file: choose rows, remove duplicates, lay out, clean, check the limits."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl

from icp_core.errors import ExportError
from icp_core.exporting import cells, layouts, limits
from icp_core.exporting.formats import MAX_EXCEL_CELL, Format, named
from icp_core.exporting.limits import Customers
from icp_core.exporting.preflight import DROPPED, Preflight
from icp_core.exporting.workbook import workbook
from icp_core.names import normalised
from icp_core.profile import Profile
from icp_core.reference.text import fold

FICTIONAL_PREFIX: Final = "FICTIONAL-"

_NO_EXCLUSIONS: Final[Mapping[str, str]] = MappingProxyType({})
_KEPT: Final = "kept"
_CUSTOMER: Final = "customer"
_SAME_DOMAIN: Final = "same_domain"
_SAME_NAME: Final = "same_name"


@dataclass(frozen=True, eq=False)
class Prepared:
    """A file ready to be looked at and, unless its report has blockers, to be written.

    Attributes
    ----------
    format
        What it is.
    frame
        The file's content under its headings, clean; what a preview shows.
    report
        What became of every account.
    """

    format: Format
    frame: pl.DataFrame = field(repr=False)
    report: Preflight
    _csv: bytes | None = field(repr=False)
    _units: Mapping[str, str] = field(repr=False)
    _about: tuple[tuple[str, str | int], ...] = field(repr=False)
    _on: date = field(repr=False)

    @property
    def file_name(self) -> str:
        """Suggested name of the file."""
        return self.report.file_name

    def to_bytes(self) -> bytes:
        """Content of the file.

        Raises
        ------
        ExportError
            If the receiver would refuse it; the message says why and what to do.
        """
        if self.report.blockers:
            raise ExportError(" ".join(self.report.blockers))
        return self._csv if self._csv is not None else self._workbook

    def rest(self) -> bytes:
        """Content without headings: what follows when a CSV file is written part by part."""
        return _csv(self.frame, self.format, is_first=False)

    @cached_property
    def sha256(self) -> str:
        """Hash of the content, in hexadecimal: what the export log keeps.

        Raises
        ------
        ExportError
            As `to_bytes`.
        """
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @cached_property
    def _workbook(self) -> bytes:
        return workbook(self.frame, units=self._units, about=self._about, on=self._on)

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
    excluded: Mapping[str, str] = _NO_EXCLUSIONS,
) -> Prepared:
    """Lay accounts out as a file and report on every one of them.

    Limits of the receiver raise nothing here; they are `report.blockers` and keep `to_bytes` from
    giving a file. An upload file holds a company once: the first row of a domain stays, then the first
    of a normalised name and country. A file for people keeps all.

    In an ad audience an account is also left out if another row with its domain, or its name and
    country, opted out, is excluded or is a suppressed customer: the receiver would match that company.

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
        Those to keep; None keeps all. None among `tiers` stands for accounts without a tier.
    excluded
        Reason by `account_id` of accounts to leave out.

    Raises
    ------
    ExportError
        If there is no such format.
    """
    target = named(format)
    fates = _fates(
        layouts.completed(accounts),
        target=target,
        customers=customers,
        countries=countries,
        tiers=tiers,
        excluded=excluded,
    )
    fate = fates["fate"]
    kept = fates.filter(pl.col("fate") == _KEPT)
    if target.for_people:
        columns, units = layouts.for_people(accounts, profile=profile, fictional=fictional)
    else:
        columns, units = layouts.UPLOADS[target.name](profile, on), {}
    raw = kept.select(value.alias(heading) for heading, value in columns.items())
    frame, cleaned, truncated = _safe(raw, target)
    content = None if target.suffix == ".xlsx" else _csv(frame, target)

    counts = dict(fate.value_counts().iter_rows())
    dropped = {reason: counts.get(reason, 0) for reason in DROPPED}
    opted_out = int(kept["marketing_opt_out"].fill_null(False).sum())
    identifiers = _identifiers(kept)
    assert accounts.height == sum(counts.values())  # noqa: S101 - every row has exactly one fate
    report = Preflight(
        format=target.name,
        file_name=_file_name(target, profile=profile, fictional=fictional, on=on),
        fictional=fictional,
        rows_in=accounts.height,
        rows_written=kept.height,
        identifiers=identifiers,
        duplicates_by_domain=counts.get(_SAME_DOMAIN, 0),
        duplicates_by_name=counts.get(_SAME_NAME, 0),
        customers_suppressed=counts.get(_CUSTOMER, 0),
        opted_out=opted_out,
        dropped=dropped,
        exclusions=dict(
            fates.filter(pl.col("fate") == "excluded")
            .group_by(pl.col("exclusion").fill_null("same company as an excluded one"))
            .len()
            .sort("len", "exclusion", descending=[True, False])
            .iter_rows()
        ),
        cells_cleaned=cleaned,
        cells_truncated=truncated,
        size_bytes=None if content is None else len(content),
        blockers=tuple(
            limits.blockers(
                target,
                kept,
                size=len(content or b""),
                dropped=dropped,
                suppressed=counts.get(_CUSTOMER, 0),
            )
        ),
        warnings=tuple(
            limits.warnings(
                target,
                accounts=accounts,
                kept=kept,
                fictional=fictional,
                customers=customers,
                opted_out=opted_out,
                name_only=identifiers["name_only"],
            )
        ),
        notes=target.notes,
    )
    return Prepared(
        format=target,
        frame=frame,
        report=report,
        _csv=content,
        _units=units,
        _about=_about(report, target=target, profile=profile, on=on),
        _on=on,
    )


def _fates(
    accounts: pl.DataFrame,
    *,
    target: Format,
    customers: Customers,
    countries: Collection[str] | None,
    tiers: Collection[str | None] | None,
    excluded: Mapping[str, str],
) -> pl.DataFrame:
    """The accounts with `fate`: `kept`, or the first reason that keeps a row out."""
    keyed = accounts.with_columns(
        layouts.domain_key().alias("domain_key"),
        normalised("name").alias("name_key"),
        pl.col("account_id")
        .replace_strict(dict(excluded), default=None, return_dtype=pl.String)
        .alias("exclusion")
        if excluded
        else pl.lit(None, dtype=pl.String).alias("exclusion"),
    )

    def company_wide(flag: pl.Expr) -> pl.Expr:
        if not target.is_ad_audience:
            return flag
        by_domain = flag.any().over("domain_key") & pl.col("domain_key").is_not_null()
        by_name = flag.any().over("name_key", "country") & pl.col("name_key").is_not_null()
        return flag | by_domain | by_name

    customer = pl.col("is_customer").fill_null(False)
    identified = cells.cleaned(pl.col("name")).is_not_null()
    if target.name == "hubspot":
        identified = identified | cells.cleaned(layouts.own_domain()).is_not_null()
    reasons: dict[str, pl.Expr] = {}
    if countries is not None:
        reasons["other_country"] = ~layouts.country().is_in(list(countries)).fill_null(False)
    if tiers is not None:
        named_tiers = [tier for tier in tiers if tier is not None]
        reasons["other_tier"] = ~pl.col("tier").is_in(named_tiers).fill_null(None in tiers)
    if customers == "without":
        reasons[_CUSTOMER] = company_wide(customer)
    elif customers == "only":
        reasons["not_customer"] = ~customer
    reasons["excluded"] = company_wide(pl.col("exclusion").is_not_null())
    if target.is_ad_audience:
        reasons["opted_out"] = company_wide(pl.col("marketing_opt_out").fill_null(False))
        reasons["not_active"] = pl.col("status").fill_null("active") != "active"
    reasons["no_name"] = ~identified
    fate = pl.coalesce(
        *(pl.when(holds).then(pl.lit(reason)) for reason, holds in reasons.items()), pl.lit(_KEPT)
    )
    fated = keyed.with_columns(fate=fate)
    if target.for_people:
        return fated
    for reason, key in ((_SAME_DOMAIN, ["domain_key"]), (_SAME_NAME, ["name_key", "country"])):
        # Rows that are out already must not take the place of one that is in.
        repeated = ~pl.struct("fate", *key).is_first_distinct() & pl.col(key[0]).is_not_null()
        fated = fated.with_columns(
            fate=pl.when((pl.col("fate") == _KEPT) & repeated)
            .then(pl.lit(reason))
            .otherwise("fate")
        )
    return fated


def _safe(raw: pl.DataFrame, target: Format) -> tuple[pl.DataFrame, int, int]:
    """The content made safe for its reader, and how many cells were changed and how many cut."""
    make_safe = cells.guarded if target.for_people else cells.cleaned
    texts = [heading for heading, dtype in raw.schema.items() if dtype == pl.String]
    floats = [heading for heading, dtype in raw.schema.items() if dtype.is_float()]
    frame = raw.with_columns(
        *(make_safe(pl.col(heading)).alias(heading) for heading in texts),
        *(cells.finite(pl.col(heading)).alias(heading) for heading in floats),
    )
    # Spaces at the ends or doubled are tidied without a mention.
    tidy = raw.with_columns(
        pl.col(texts).str.replace_all(" +", " ").str.strip_chars(" ").replace("", None)
    )
    changed = sum(int(frame[heading].ne_missing(tidy[heading]).sum()) for heading in texts)
    lengths = dict(target.lengths)
    if target.suffix == ".xlsx":
        lengths = dict.fromkeys(texts, MAX_EXCEL_CELL)
    cut = sum(
        int((frame[heading].str.len_chars() > most).sum() or 0) for heading, most in lengths.items()
    )
    shortened = frame.with_columns(
        pl.col(heading).str.head(most).str.strip_chars_end() for heading, most in lengths.items()
    )
    return shortened, changed, cut


def _csv(frame: pl.DataFrame, target: Format, *, is_first: bool = True) -> bytes:
    buffer = BytesIO()
    frame.write_csv(
        buffer,
        # A byte order mark would become part of the first heading an upload is recognised by.
        include_bom=target.for_people and is_first,
        include_header=is_first,
        line_terminator="\r\n",
        # Where Excel splits at semicolons, an unquoted `Exempel;=1+1` would give a formula cell.
        quote_style="non_numeric" if target.for_people else "necessary",
    )
    return buffer.getvalue()


def _identifiers(kept: pl.DataFrame) -> dict[str, int]:
    present = kept.select(
        domain=layouts.domain_key().is_not_null(),
        page_url=cells.cleaned(pl.col("linkedin_url")).is_not_null(),
        stock_symbol=cells.cleaned(pl.col("stock_symbol")).is_not_null(),
    )
    name_only = present.select(~pl.any_horizontal(pl.all())).to_series()
    return {
        **{c: int(present[c].sum()) for c in present.columns},
        "name_only": int(name_only.sum()),
    }


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
