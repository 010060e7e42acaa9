"""Won, lost, churned and active customers from a CRM's export, matched to the universe."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import polars as pl
from rapidfuzz import fuzz, process

from icp_core.accounts.company_names import normalised
from icp_core.accounts.identity import registrable_domains
from icp_core.errors import CurrencyError, ImportRefused
from icp_core.importing import dates, values
from icp_core.importing.cells import tidied
from icp_core.importing.reading import read
from icp_core.importing.tables import ROW, Table
from icp_core.reference import currency, geography
from icp_core.reference.text import fold

OUTCOMES: Final = ("won", "lost", "churned", "active")
ALIKE: Final = 92
"""Least likeness of two names (rapidfuzz ratio) without legal forms, 0…100."""

TEMPLATE: Final = (
    "org_number", "domain", "name", "country", "outcome", "amount", "currency", "closed_on",
    "margin", "nps", "products", "since", "until",
)  # fmt: skip
"""Headings of our own template, which can be downloaded."""

KEPT: Final = (
    "account_id", "outcome", "amount", "closed_on", "margin", "nps", "products", "since", "until",
)  # fmt: skip
"""Columns of the outcomes that stay with a list; learning takes them as they are."""

DEALS: Final = pl.Schema(
    {"row": pl.Int64()}
    | dict.fromkeys(TEMPLATE, pl.String())
    | dict.fromkeys(("closed_on", "since", "until"), pl.Date())
    | dict.fromkeys(("amount", "margin", "nps"), pl.Float64())
    | {"products": pl.List(pl.String)}
)
"""Columns of `Deals.rows`."""

# What each system calls our columns. Where several are named, the first that the file has counts.
SYSTEMS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "HubSpot": {
            "name": (
                "associated company (primary)", "associated company", "company name", "deal name",
            ),
            "outcome": ("deal stage",),
            "amount": ("amount", "amount in company currency"),
            "currency": ("currency", "deal currency code"),
            "closed_on": ("close date",),
            "domain": ("company domain name", "associated company domain"),
            "country": ("country/region",),
        },
        "Pipedrive": {
            "name": ("deal - organization", "deal - organisation"),
            "outcome": ("deal - status",),
            "amount": ("deal - value",),
            "currency": ("deal - currency of value", "deal - currency"),
            "closed_on": ("deal - won time", "deal - lost time", "deal - deal closed on"),
            "country": ("organization - country of address",),
        },
        "Salesforce": {
            "name": ("account name",),
            "outcome": ("stage", "stagename"),
            "amount": ("amount",),
            "currency": ("amount currency", "opportunity currency"),
            "closed_on": ("close date",),
            "domain": ("website", "account: website"),
            "country": ("billing country", "billing country (text only)"),
        },
        "template": {column: (column,) for column in TEMPLATE},
    }
)  # fmt: skip
_DATES: Final = ("closed_on", "since", "until")
_WORDS: Final = (
    ("churned", ("churn", "uppsagd", "oppsagt", "opsagt", "lopetettu", "cancel", "former")),
    ("lost", ("lost", "forlorad", "tapt", "tabt", "havitty", "no thanks", "disqualified")),
    ("won", ("won", "vunnen", "vunnet", "vundet", "voitettu")),
    ("active", ("active", "aktiv", "customer", "kund", "asiakas")),
)  # fmt: skip


@dataclass(frozen=True)
class Deals:
    """Deals or customers as a file has them.

    Attributes
    ----------
    system
        `HubSpot`, `Salesforce`, `Pipedrive`, `template`.
    rows
        `row` and the columns of `TEMPLATE`; amounts in euros, `outcome` one of `OUTCOMES`.
    rejected
        `row, reason`: deals that are still open, rows without a company.
    notes
        What was found out about the file and its dates.
    """

    system: str
    rows: pl.DataFrame
    rejected: pl.DataFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class MatchedDeals:
    """Deals beside the universe.

    Attributes
    ----------
    matched
        `row, account_id, by` and the deal's columns; `by` is number, domain, name or user.
    ambiguous
        `row, name, country, candidates` (account ids): the user decides.
    unmatched
        Deals of companies that the universe lacks.
    """

    matched: pl.DataFrame
    ambiguous: pl.DataFrame
    unmatched: pl.DataFrame

    @property
    def rate(self) -> float:
        """Share of the deals that found their account, 0…1."""
        total = self.matched.height + self.ambiguous.height + self.unmatched.height
        return self.matched.height / total if total else 0.0

    @property
    def outcomes(self) -> pl.DataFrame:
        """What stays with the list: the columns `KEPT`, in the file's order."""
        return self.matched.sort("row").select(KEPT)


def template() -> str:
    """Our own template as CSV, with one example a line to write over."""
    return (
        ",".join(TEMPLATE)
        + "\n923609016,,,NO,won,120000,NOK,2025-03-31,0.4,9,Core,2025-04-01,\n"
        + ",example.com,Example AB,SE,churned,80000,SEK,2023-01-15,,3,Core; Plus,2021-02-01,2023-01-15\n"
    )


def read_deals(source: Path | bytes, *, name: str | None = None) -> Deals:
    """Deals and customers out of an export of HubSpot, Salesforce or Pipedrive, or our template.

    Raises
    ------
    ImportRefused
        If the file cannot be read, or is none of these.
    """
    table = tidied(read(source, name=name))
    system, columns = _recognise(table)
    text = table.lazy.select(
        pl.col(ROW).alias("row"),
        *(
            pl.coalesce(columns[c]).alias(c) if c in columns else pl.lit(None, pl.String).alias(c)
            for c in TEMPLATE
        ),
    ).collect()
    if columns.get("name", [""])[0].casefold() == "deal name":
        # Deals are named after their company: "Acme – renewal".
        text = text.with_columns(
            pl.col("name").str.split(" - ").list.first().str.split(" – ").list.first()
        )
    outcome = pl.Series("outcome", [_outcome(value) for value in text["outcome"]], dtype=pl.String)
    country = pl.Series("country", [_country(value) for value in text["country"]], dtype=pl.String)
    marks = text.select(values.decimal_mark(pl.col("amount"))).item()
    rows = text.with_columns(
        outcome,
        country,
        registrable_domains(text["domain"]).alias("domain"),
        values.numbers(text["amount"], marks).alias("amount"),
        *(
            dates.date(pl.col(c), text.select(dates.order(pl.col(c))).item() or "dmy").alias(c)
            for c in _DATES
        ),
        *(values.number(pl.col(c)).alias(c) for c in ("margin", "nps")),
        values.tags(pl.col("products")).alias("products"),
    )
    rows = _in_euros(rows)
    blank = pl.all_horizontal(pl.col(c).is_null() for c in ("name", "org_number", "domain"))
    reason = (
        pl.when(blank)
        .then(pl.lit("no company"))
        .when(pl.col("outcome").is_null())
        .then(pl.lit("the deal is open, or its outcome is not known"))
    )
    rows = rows.with_columns(reason=reason)
    rejected = rows.filter(pl.col("reason").is_not_null()).select("row", "reason")
    unreadable = table.unreadable.select("row", "reason")
    return Deals(
        system,
        rows.filter(pl.col("reason").is_null()).drop("reason"),
        pl.concat([rejected, unreadable]).sort("row"),
        (*table.notes, *_on_dates(text, rows)),
    )


def _on_dates(text: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    """What to know about the dates: their order of day and month, and those that are none."""
    notes = []
    for column in _DATES:
        cells = text[column]
        doubtful = text.select(dates.is_ambiguous(pl.col(column)).sum()).item()
        if doubtful:
            order = text.select(dates.order(pl.col(column))).item()
            notes.append(f"{column}: {dates.described(order)} ({doubtful:,} ×)")
        lost = cells.filter(cells.is_not_null() & rows[column].is_null())
        if len(lost):
            notes.append(f"{column}: {len(lost):,} cells are no dates, such as “{lost[0]}”")
    return notes


def match(
    deals: Deals,
    accounts: pl.DataFrame,
    *,
    decisions: Mapping[int, str | None] | None = None,
) -> MatchedDeals:
    """Find each deal's account: by national number, then domain, then name and country.

    A name has to be the same without its legal form, or alike to `ALIKE`; where several accounts fit,
    nobody guesses.

    Parameters
    ----------
    deals
        As read.
    accounts
        The universe.
    decisions
        Account id by row, as the user decided; None says that the universe lacks the company.
    """
    decisions = decisions or {}
    finder = _Finder(accounts)
    matched: list[tuple[int, str, str]] = []
    ambiguous: list[tuple[int, str | None, str | None, list[str]]] = []
    keyed = deals.rows.with_columns(_digits("org_number"), normalised("name").alias("key"))
    for row in keyed.iter_rows(named=True):
        number = int(row["row"])
        if number in decisions:
            chosen = decisions[number]
            if chosen is not None:
                matched.append((number, chosen, "user"))
            continue
        by, candidates = finder.find(row)
        if len(candidates) == 1:
            matched.append((number, candidates[0], by))
        elif candidates:
            ambiguous.append((number, row["name"], row["country"], candidates))
    matches = pl.DataFrame(
        matched, schema={"row": pl.Int64, "account_id": pl.String, "by": pl.String}, orient="row"
    )
    open_ones = pl.DataFrame(
        ambiguous,
        schema={
            "row": pl.Int64,
            "name": pl.String,
            "country": pl.String,
            "candidates": pl.List(pl.String),
        },
        orient="row",
    )
    return beside(deals.rows, matches, open_ones)


def beside(rows: pl.DataFrame, found: pl.DataFrame, ambiguous: pl.DataFrame) -> MatchedDeals:
    """The deals by what was found for them.

    Parameters
    ----------
    rows
        Of `Deals`.
    found
        `row, account_id, by`.
    ambiguous
        As of `MatchedDeals`.
    """
    rest = rows.join(found, on="row", how="anti").join(ambiguous, on="row", how="anti")
    return MatchedDeals(found.join(rows, on="row", how="inner"), ambiguous, rest)


def with_customers(accounts: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """The accounts with `is_customer` set from each company's latest outcome.

    Won and active are customers, churned is none, lost changes nothing. Accounts without an outcome
    keep what they had, and are no customers where that was unknown: the list is taken as complete.

    Parameters
    ----------
    accounts
        The universe.
    outcomes
        Columns `KEPT`; of outcomes of one day the later row counts.
    """
    known = (
        outcomes.filter(pl.col("outcome") != "lost")
        .sort(pl.coalesce("until", "closed_on", "since"), nulls_last=False, maintain_order=True)
        .group_by("account_id", maintain_order=True)
        .agg(pl.col("outcome").last())
        .select("account_id", pl.col("outcome").is_in(["won", "active"]).alias("#customer"))
    )
    before = (
        pl.col("is_customer") if "is_customer" in accounts.columns else pl.lit(None, pl.Boolean)
    )
    return (
        accounts.join(known, on="account_id", how="left", maintain_order="left")
        .with_columns(is_customer=pl.coalesce("#customer", before, pl.lit(value=False)))
        .drop("#customer")
    )


class _Finder:
    """Accounts by number, domain and name."""

    def __init__(self, accounts: pl.DataFrame) -> None:
        missing = [c for c in ("org_number", "domain", "country") if c not in accounts.columns]
        table = accounts.with_columns(pl.lit(None, pl.String).alias(c) for c in missing).select(
            "account_id", "country", "domain", _digits("org_number"), key=normalised("name")
        )
        self._numbers = _index(table, "number")
        self._domains = _index(table, "domain")
        self._countries = dict(table.select("account_id", "country").iter_rows())
        self._names = _index(table, "key")
        self._blocks: dict[str, list[str]] = {}
        for key in self._names:
            self._blocks.setdefault(key[:2], []).append(key)

    def find(self, row: Mapping[str, Any]) -> tuple[str, list[str]]:
        """How accounts were found, and which; none where the universe lacks the company."""
        country, number, key = row["country"], row["number"], row["key"]
        if number and (found := self._there(self._numbers.get(number, []), country)):
            return "number", found
        domain = row["domain"]
        if domain and (found := self._domains.get(domain, [])):
            return "domain", self._narrowed(found, key)
        if not key:
            return "name", []
        if found := self._there(self._names.get(key, []), country):
            return "name", found
        near = process.extract(
            key, self._blocks.get(key[:2], []), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=5
        )
        return "name", self._there([i for name, _, _ in near for i in self._names[name]], country)

    def _there(self, ids: list[str], country: str | None) -> list[str]:
        return [i for i in ids if country is None or self._countries[i] in (None, country)]

    def _narrowed(self, ids: list[str], key: str | None) -> list[str]:
        """Of the accounts of one domain, those of the name; all if none has it."""
        same = [i for i in ids if key and i in self._names.get(key, [])]
        return same or ids


def _digits(column: str) -> pl.Expr:
    """A `number` of digits only, without Sweden's prefix 16."""
    digits = pl.col(column).str.replace(r"\.0+$", "").str.replace_all(r"\D", "")
    bare = pl.when(digits.str.contains(r"^16\d{10}$")).then(digits.str.slice(2)).otherwise(digits)
    return pl.when(bare != "").then(bare).alias("number")


def _index(table: pl.DataFrame, column: str) -> dict[str, list[str]]:
    grouped = table.drop_nulls(column).group_by(column).agg("account_id")
    return dict(grouped.iter_rows())


def _recognise(table: Table) -> tuple[str, dict[str, list[str]]]:
    """Which system wrote a file, and its headings by our columns."""
    headings = {heading.casefold(): heading for heading in table.headings}
    for system, columns in SYSTEMS.items():
        present = {
            column: [headings[word] for word in words if word in headings]
            for column, words in columns.items()
        }
        present = {column: found for column, found in present.items() if found}
        if "outcome" in present and present.keys() & {"name", "org_number", "domain"}:
            return system, present
    raise ImportRefused(
        f"{table.name}: this is no deal export of HubSpot, Salesforce or Pipedrive, and not our "
        "template: a column with the outcome and one with the company are needed."
    )


def _outcome(text: str | None) -> str | None:
    if not text:
        return None
    folded = fold(text)
    if folded in OUTCOMES:
        return folded
    return next((o for o, words in _WORDS if any(w in folded for w in words)), None)


def _country(text: str | None) -> str | None:
    if not text:
        return None
    code = geography.country_code(text)
    return code or (text.upper() if len(text) == 2 and text.isalpha() else None)


def _in_euros(rows: pl.DataFrame) -> pl.DataFrame:
    """Amounts in euros on the day of closing; a row without a currency is in euros."""
    euros: list[float | None] = []
    for amount, code, day in rows.select("amount", "currency", "closed_on").iter_rows():
        euros.append(_euros(amount, (code or "EUR").strip().upper(), day))
    return rows.with_columns(pl.Series("amount", euros, dtype=pl.Float64))


def _euros(amount: float | None, code: str, day: date | None) -> float | None:
    if amount is None:
        return None
    try:
        return amount * currency.rate(code, on=day).value
    except CurrencyError:
        return None
