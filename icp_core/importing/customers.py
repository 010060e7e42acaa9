"""Won, lost, churned and active customers from a CRM's export, matched to the universe."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl
from rapidfuzz import fuzz, process

from icp_core.accounts.company_names import are_siblings, normalised
from icp_core.accounts.identity import registrable_domains
from icp_core.errors import CurrencyError, ImportRefused
from icp_core.importing import dates, headings, values
from icp_core.importing.cells import tidied
from icp_core.importing.deal_headings import is_own_name
from icp_core.importing.deal_headings import meaning as meaning_of
from icp_core.importing.footers import footers_of
from icp_core.importing.mapping import NO_CURRENCY, fingerprint
from icp_core.importing.reading import read
from icp_core.importing.relations import best, choices_of
from icp_core.importing.stages import ANSWERS, CUSTOMERS, OPEN, meaning, of_company
from icp_core.importing.tables import ROW, Table
from icp_core.reference import currency, geography
from icp_core.reference.numbers import number
from icp_core.reference.text import fold

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

_DATES: Final = ("closed_on", "since", "until")
_SYSTEMS: Final = (
    ("template", r"^outcome$"),
    ("Pipedrive", r"^deal - "),
    ("HubSpot", r"^(?:properties\.)?(?:deal_?\s?stage$|hs_is_closed)|^is closed won$"),
    ("Salesforce", r"^opportunity name$|^stagename$|^iswon$|^opportunity id$"),
    ("Dynamics", r"^potential customer|^statecode$|^est\. (?:revenue|close date)|^actual revenue$"),
    ("Salesforce", r"^account name$"),
)
_ASSUMED: Final = "EUR"
_FIRST_DEALS: Final = 1970
_YEARS_AHEAD: Final = 10
_STAGES: Final = 200
_STAGE: Final = 200
_RELATION: Final = "relation"
_COMPANIES: Final = "companies"
_UNDECIDED: Final = "nobody has said what its stage means"
SYSTEMS: Final = frozenset({system for system, _ in _SYSTEMS} | {"deals", _COMPANIES})
"""What wrote a list of deals, as far as its headings tell."""


@dataclass(frozen=True)
class DealAnswers:
    """What somebody said of a list of deals, remembered for lists with the same headings.

    Attributes
    ----------
    stages
        One of `ANSWERS` by stage.
    currency
        Of amounts that name none (ISO 4217); `NO_CURRENCY` leaves them unknown, None is no answer.
    date_order
        Of day and month where nothing in a column tells; None is no answer.
    """

    stages: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    date_order: dates.Order | None = None

    def beside(self, before: "DealAnswers") -> "DealAnswers":
        """These answers, and those of before to what they leave open."""
        return DealAnswers(
            {**before.stages, **self.stages},
            self.currency or before.currency,
            self.date_order or before.date_order,
        )


@dataclass(frozen=True)
class Deals:
    """Deals or customers as a file has them.

    Attributes
    ----------
    system
        `HubSpot`, `Salesforce`, `Pipedrive`, `Dynamics`, `template`, `deals`, or `companies`: a list of
        companies that says which are customers.
    rows
        `row` and the columns of `TEMPLATE`; amounts in euros, `outcome` one of `OUTCOMES`.
    rejected
        `row, reason`: deals that are still open, rows without a company.
    unknown
        Stages that nobody understood, with how many deals have each, most first: which of them mean
        customer? Until somebody says, their deals are rejected.
    fingerprint
        What files with the same headings share; answers are remembered by it.
    notes
        What was found out about the file and its dates, and what was assumed, in sentences.
    no_currency
        How many amounts name no currency; they are taken for euros until somebody says which it is.
    no_order
        How many dates may be another day in the other order of day and month, where nothing tells.
    undecided
        Of the rejected those with a company of which nobody understood whether it is a customer.
    """

    system: str
    rows: pl.DataFrame
    rejected: pl.DataFrame
    unknown: Mapping[str, int] = field(default_factory=dict)
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    no_currency: int = 0
    no_order: int = 0
    undecided: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DEALS))

    @property
    def is_companies(self) -> bool:
        """Whether it is a list of companies that says which are customers, and not one of deals."""
        return self.system == _COMPANIES

    @property
    def as_assumed(self) -> DealAnswers:
        """The answers that agree to all that was assumed: left out, euros, days first."""
        return DealAnswers(
            dict.fromkeys(self.unknown, OPEN),
            _ASSUMED if self.no_currency else None,
            "dmy" if self.no_order else None,
        )

    def assuming(self, said: DealAnswers) -> tuple[str, ...]:
        """What agreeing to the rest takes of the deals, in sentences.

        Parameters
        ----------
        said
            What a person has answered, of which nothing is assumed.
        """
        left = {stage: count for stage, count in self.unknown.items() if stage not in said.stages}
        sentences = []
        if left:
            listed = ", ".join(f"“{stage}” ({number(count)})" for stage, count in left.items())
            what = "Companies" if self.is_companies else "Deals"
            sentences.append(f"{what} of these stages are open and left out: {listed}.")
        if self.no_currency and said.currency is None:
            sentences.append(
                f"Amounts that name no currency are in euros: {number(self.no_currency)}."
            )
        if self.no_order and said.date_order is None:
            sentences.append(
                f"In dates that can be either the day comes first: {number(self.no_order)}."
            )
        return tuple(sentences)

    @property
    def questions(self) -> tuple[str, ...]:
        """All that a person has to say, in sentences."""
        asked = (self.question, self.currency_question, self.order_question)
        return tuple(question for question in asked if question)

    @property
    def currency_question(self) -> str | None:
        """What is asked of amounts that name no currency; None if all do."""
        if not self.no_currency:
            return None
        return (
            f"In which currency are the amounts? {number(self.no_currency)} name none: "
            "taken for euros until "
            "one is chosen."
        )

    @property
    def order_question(self) -> str | None:
        """What is asked of dates that may be another day; None if their columns tell."""
        if not self.no_order:
            return None
        return (
            f"Does the day or the month come first in the dates? {number(self.no_order)} "
            "can be either, and "
            f"nothing tells: taken for {dates.ORDERS['dmy']}."
        )

    @property
    def question(self) -> str | None:
        """The stages that a person has to explain, in a sentence; None if there are none."""
        if not self.unknown:
            return None
        listed = ", ".join(f"“{stage}” ({number(count)})" for stage, count in self.unknown.items())
        return (
            f"Which of these stages mean a customer? {listed}. Until then their deals are left out."
        )


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
    in_doubt
        Accounts that may be customers: nobody understood their deals, or chose between them.
    """

    matched: pl.DataFrame
    ambiguous: pl.DataFrame
    unmatched: pl.DataFrame
    in_doubt: frozenset[str] = frozenset()

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
        + ",example.se,Example AB,SE,churned,80000,SEK,2023-01-15,,3,Core; Plus,2021-02-01,2023-01-15\n"
    )


def read_deals(
    source: Path | bytes,
    *,
    name: str | None = None,
    answers: Mapping[str, str] | None = None,
    assumed_currency: str | None = None,
    date_order: dates.Order | None = None,
) -> Deals:
    """Deals and customers out of a CRM's export, or our template.

    The CRM's own flags (`Is Closed Won`) decide, then its status, then the stage.

    Parameters
    ----------
    source
        The file, or what is in it.
    name
        What the user calls it.
    answers
        What stages mean that are not understood: `won`, `lost`, `churned`, `active` or `open`, by stage.
    assumed_currency
        Of amounts that name none (ISO 4217): euros unless it is given, and a question; `NO_CURRENCY`
        leaves them unknown.
    date_order
        Of day and month in columns where nothing tells; days come first unless it is given.

    Raises
    ------
    ImportRefused
        If the file cannot be read, or has no outcome or no company; if an answer is none of those, or
        the currency has no rates.
    """
    given = {fold(stage): _answer(stage, said) for stage, said in (answers or {}).items()}
    if assumed_currency not in (None, NO_CURRENCY):
        _checked(str(assumed_currency))
    table = tidied(read(source, name=name))
    columns = _recognise(table)
    of_companies = _RELATION in columns
    system = _COMPANIES if of_companies else _system(table)
    text = table.lazy.select(
        pl.col(ROW).alias("row"),
        *(
            pl.coalesce(columns[c]).alias(c) if c in columns else pl.lit(None, pl.String).alias(c)
            for c in (*TEMPLATE, "won", "lost", "closed", "status", "stage", _RELATION)
            if c != "outcome"
        ),
    ).collect()
    footers = footers_of(table.lazy.select(table.headings).collect())
    # What stands there is no stage to be asked about, nor a day.
    text = text.with_columns(
        pl.when(footers.is_null()).then(pl.col(c)).alias(c) for c in text.columns if c != "row"
    )
    if is_own_name(columns.get("name", [""])[0]) and system not in ("template", _COMPANIES):
        # Deals are named after their company: "Acme – renewal".
        text = text.with_columns(
            pl.col("name").str.split(" - ").list.first().str.split(" – ").list.first()
        )
    outcome, unknown = _outcomes(text, columns, answers=given, of_customers=system == "template")
    own = text.select(dates.order(pl.col(c)).alias(c) for c in _DATES).row(0, named=True)
    orders = _orders(own, text, table)
    country = pl.Series("country", [_country(value) for value in text["country"]], dtype=pl.String)
    rows = text.with_columns(
        outcome,
        country,
        registrable_domains(text["domain"]).alias("domain"),
        *(dates.date(pl.col(c), orders[c] or date_order or "dmy").alias(c) for c in _DATES),
        *(values.number(pl.col(c)).alias(c) for c in ("margin", "nps")),
        values.tags(pl.col("products")).alias("products"),
    )
    closed = pl.col("closed_on")
    rows = rows.with_columns(
        pl.when(closed.is_between(*_plausible())).then(closed).alias("closed_on")
    )
    rows, bare, undated = _in_euros(
        rows, columns.get("amount", [""])[0], text["closed_on"], assumed=assumed_currency
    )
    doubtful = text.select(dates.is_ambiguous(pl.col(c)).sum().alias(c) for c in _DATES)
    unsettled = {c: int(n) for c, n in doubtful.row(0, named=True).items() if orders[c] is None}
    blank = pl.all_horizontal(pl.col(c).is_null() for c in ("name", "org_number", "domain"))
    reason = (
        pl.when(footers.is_not_null())
        .then(footers)
        .when(blank)
        .then(pl.lit("no company"))
        .when(pl.col(_RELATION).is_null() & pl.lit(of_companies))
        .then(pl.lit("nothing says whether it is a customer"))
        .when(pl.col("outcome").is_null())
        .then(pl.lit(_UNDECIDED))
        .when(pl.col("outcome") == OPEN)
        .then(pl.lit("the company is no customer" if of_companies else "the deal is open"))
    )
    rows = rows.with_columns(reason=reason)
    rejected = rows.filter(pl.col("reason").is_not_null()).select("row", "reason")
    unreadable = table.unreadable.select("row", "reason")
    return Deals(
        system,
        rows.filter(pl.col("reason").is_null()).select("row", *TEMPLATE),
        pl.concat([rejected, unreadable]).sort("row"),
        unknown,
        fingerprint(table.headings),
        (
            *table.notes,
            *_on_stages(text, given),
            *_on_dates(text, rows, orders, own=own, chosen=date_order),
            *_on_amounts(bare, chosen=assumed_currency),
            *_on_rates(undated),
        ),
        no_currency=0 if assumed_currency else bare,
        no_order=0 if date_order else sum(unsettled.values()),
        undecided=rows.filter(reason=_UNDECIDED).select("row", *TEMPLATE),
    )


def _orders(
    own: Mapping[str, dates.Order | None], text: pl.DataFrame, table: Table
) -> dict[str, dates.Order | None]:
    """The order of each column of dates, which other columns of the file tell where it does not."""
    doubtful = text.select(dates.is_ambiguous(pl.col(c)).any().alias(c) for c in _DATES)
    asked = [c for c in _DATES if own[c] is None and doubtful[c][0]]
    others = dates.order_of_others(table.head(), table.lazy) if asked else None
    return {c: others if c in asked else own[c] for c in _DATES}


def _on_stages(text: pl.DataFrame, given: Mapping[str, str]) -> list[str]:
    """Which stages mean what somebody said, and of how many deals."""
    told = text.select(pl.coalesce(_RELATION, "stage", "status").alias("stage"))
    stages = told.to_series().drop_nulls()
    counts = stages.value_counts(sort=True).sort("count", "stage", descending=[True, False])
    return [
        f"“{stage[:_STAGE]}” means {given[fold(stage)]}, as answered ({number(count)} ×)"
        for stage, count in counts.iter_rows()
        if fold(stage) in given
    ]


def _on_amounts(bare: int, *, chosen: str | None) -> list[str]:
    said = f"taken for {chosen}, as chosen" if chosen else "taken for euros. Say which it is."
    if chosen == NO_CURRENCY:
        said = "unknown, as chosen"
    return [f"{number(bare)} amounts name no currency: {said}"] if bare else []


def _on_rates(undated: int) -> list[str]:
    said = "closed on no day that is known or has a rate: in euros at the latest rate"
    return [f"amount: {number(undated)} {said}"] if undated else []


def _plausible() -> tuple[date, date]:
    """Days between which deals close; others are a spreadsheet's bands: `nov-50` of 11-50."""
    today = date.today()
    return date(_FIRST_DEALS, 1, 1), date(today.year + _YEARS_AHEAD, 12, 31)


def _on_dates(
    text: pl.DataFrame,
    rows: pl.DataFrame,
    orders: Mapping[str, dates.Order | None],
    *,
    own: Mapping[str, dates.Order | None],
    chosen: dates.Order | None,
) -> list[str]:
    """What to know about the dates: their order of day and month, and those that are none."""
    notes = []
    for column in _DATES:
        cells = text[column]
        doubtful = text.select(dates.is_ambiguous(pl.col(column)).sum()).item()
        if doubtful:
            is_chosen = orders[column] is None and chosen is not None
            said = dates.described(
                chosen if is_chosen else orders[column],
                is_chosen=is_chosen,
                by_others=own[column] is None,
            )
            notes.append(f"{column}: {said} ({number(doubtful)} ×)")
        lost = cells.filter(cells.is_not_null() & rows[column].is_null())
        if len(lost):
            notes.append(f"{column}: {number(len(lost))} cells are no dates, such as “{lost[0]}”")
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
    in_doubt: set[str] = set()
    for row in _keyed(deals.undecided):
        in_doubt.update(finder.find(row)[1])
    for row in _keyed(deals.rows):
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
            if row["outcome"] in CUSTOMERS:
                in_doubt.update(candidates)
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
    return beside(deals.rows, matches, open_ones, in_doubt)


def _keyed(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Deals with what `_Finder` looks for."""
    keyed = rows.with_columns(_digits("org_number"), normalised("name").alias("key"))
    return keyed.iter_rows(named=True)


def beside(
    rows: pl.DataFrame,
    found: pl.DataFrame,
    ambiguous: pl.DataFrame,
    in_doubt: Iterable[str] = (),
) -> MatchedDeals:
    """The deals by what was found for them.

    Parameters
    ----------
    rows
        Of `Deals`.
    found
        `row, account_id, by`.
    ambiguous, in_doubt
        As of `MatchedDeals`.
    """
    rest = rows.join(found, on="row", how="anti").join(ambiguous, on="row", how="anti")
    matched = found.join(rows, on="row", how="inner")
    return MatchedDeals(matched, ambiguous, rest, frozenset(in_doubt))


def with_customers(
    accounts: pl.DataFrame, outcomes: pl.DataFrame, *, in_doubt: Collection[str] = ()
) -> pl.DataFrame:
    """The accounts with `is_customer` set from each company's latest outcome.

    Won and active are customers, churned is none, lost changes nothing. Accounts without an outcome
    keep what the list says of them, also that it is unknown; where it says nothing of customers, the
    outcomes are taken as complete and the others are none, except those in doubt, which are unknown.

    Parameters
    ----------
    accounts
        The universe.
    outcomes
        Columns `KEPT`; of outcomes of one day the later row counts.
    in_doubt
        Of `MatchedDeals`.
    """
    known = (
        outcomes.filter(pl.col("outcome") != "lost")
        .sort(pl.coalesce("until", "closed_on", "since"), nulls_last=False, maintain_order=True)
        .group_by("account_id", maintain_order=True)
        .agg(pl.col("outcome").last())
        .select("account_id", pl.col("outcome").is_in(["won", "active"]).alias("#customer"))
    )
    doubtful = pl.col("account_id").is_in(list(in_doubt))
    silent = pl.when(~doubtful).then(pl.lit(value=False))
    before = pl.col("is_customer") if "is_customer" in accounts.columns else silent
    return (
        accounts.join(known, on="account_id", how="left", maintain_order="left")
        .with_columns(is_customer=pl.coalesce("#customer", before))
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
        alike = [name for name, _, _ in near if not are_siblings(key, name)]
        return "name", self._there([i for name in alike for i in self._names[name]], country)

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


def _recognise(table: Table) -> dict[str, list[str]]:
    """A file's headings by our columns and by what tells an outcome."""
    found: dict[str, list[tuple[int, str]]] = {}
    for heading in table.headings:
        column, rank = meaning_of(heading)
        if column is not None:
            found.setdefault(column, []).append((rank, heading))
    columns = {column: [h for _, h in sorted(ranked)] for column, ranked in found.items()}
    named = columns.keys() & {"name", "org_number", "domain"}
    outcome = columns.keys() & {"won", "lost", "closed", "stage"}
    # A list of companies has a status too; a deal has an amount or a date, our template an outcome.
    own = "status" in columns and (
        columns.keys() & {"amount", "closed_on"}
        or "outcome" in map(str.casefold, columns["status"])
    )
    if (outcome or own) and named:
        return columns
    told = best(table.headings, choices_of(table), asking=True)
    if told is not None:
        companies = {
            column: kept
            for column, theirs in columns.items()
            # The status of a record says nothing of what the company is to us.
            if column not in ("won", "lost", "closed", "status", "stage")
            and (kept := [heading for heading in theirs if heading != told])
        }
        if companies.keys() & {"name", "org_number", "domain"}:
            return companies | {_RELATION: [told]}
    raise ImportRefused(
        f"{table.name}: this is no deal export, no list that says who is a customer, and not our "
        "template: a column with the outcome (Stage, Status, Is won), or one with customers among its "
        "values (Lifecycle stage, Type), and one with the company are needed, and an amount or a date "
        f"beside a status. It has {', '.join(table.headings[:20])}."
    )


def _system(table: Table) -> str:
    lowered = [heading.casefold() for heading in table.headings]
    for system, pattern in _SYSTEMS:
        if any(re.search(pattern, heading) for heading in lowered):
            return system
    return "deals"


def _answer(stage: str, said: str) -> str:
    answer = fold(said)
    if answer not in ANSWERS:
        raise ImportRefused(f"{stage}={said}: a stage means one of {', '.join(ANSWERS)}.")
    return answer


def _outcomes(
    text: pl.DataFrame,
    columns: Mapping[str, list[str]],
    *,
    answers: Mapping[str, str],
    of_customers: bool,
) -> tuple[pl.Series, dict[str, int]]:
    """Each deal's outcome, `open` included, and the stages that nobody understands."""

    def said(column: str) -> pl.Expr:
        """What a column of words means, once a distinct text."""
        heading = columns.get(column, [""])[0]
        if column == _RELATION:
            understood = partial(of_company, heading=heading)
        else:
            understood = partial(meaning, heading=heading, of_customers=of_customers)
        distinct = text[column].drop_nulls().unique()
        meanings = [answers.get(fold(t)) or understood(t) for t in distinct]
        return pl.col(column).replace_strict(
            distinct, meanings, default=None, return_dtype=pl.String
        )

    won, lost, closed = (values.flag(pl.col(c)) for c in ("won", "lost", "closed"))
    by_flags = (
        pl.when(won)
        .then(pl.lit("won"))
        .when(lost | (closed & ~won))
        .then(pl.lit("lost"))
        .when(~closed | (~won & ~lost))
        .then(pl.lit(OPEN))
    )
    found = text.select(
        pl.coalesce(by_flags, said(_RELATION), said("status"), said("stage")).alias("outcome"),
        pl.coalesce(_RELATION, "stage", "status").alias("stage"),
        won=won,
    )
    # A deal that is not won and whose stage says won or nothing is not won.
    outcome = found.select(
        pl.when(~pl.col("won") & pl.col("outcome").is_in(["won", "active"]))
        .then(pl.lit(OPEN))
        .when(~pl.col("won") & pl.col("outcome").is_null())
        .then(pl.lit(OPEN))
        .otherwise(pl.col("outcome"))
        .alias("outcome")
    ).to_series()
    counts = (
        found["stage"]
        .filter(outcome.is_null())
        .drop_nulls()
        .value_counts(sort=True)
        .sort("count", "stage", descending=[True, False])
    )
    return outcome, {stage[:_STAGE]: count for stage, count in counts.head(_STAGES).iter_rows()}


def _country(text: str | None) -> str | None:
    if not text:
        return None
    code = geography.country_code(text)
    return code or (text.upper() if len(text) == 2 and text.isalpha() else None)


def _in_euros(
    rows: pl.DataFrame, heading: str, written: pl.Series, *, assumed: str | None
) -> tuple[pl.DataFrame, int, int]:
    """Amounts in euros, how many name no currency, and how many were written a day that has no rate.

    They are at the rate of the day of closing, those without one at the latest.
    """
    unit, named = headings.named_unit(heading)
    texts = rows["amount"]
    mark = texts.to_frame().select(values.decimal_mark(pl.col("amount"))).item()
    amounts = values.amounts(texts, mark, unit or 1.0)
    stated = pl.select(values.stated_currency(pl.lit(texts))).to_series()
    codes = pl.select(
        pl.coalesce(stated, values.currency_code(pl.lit(rows["currency"])), pl.lit(named))
    ).to_series()
    bare = int((amounts.is_not_null() & codes.is_null()).sum())
    known = codes if assumed == NO_CURRENCY else codes.fill_null(assumed or _ASSUMED)
    euros: list[float | None] = []
    undated = 0
    for amount, code, day, text in zip(amounts, known, rows["closed_on"], written, strict=True):
        value = _euros(amount, code, day) if day is not None or text is None else None
        if value is None:
            value = _euros(amount, code, None)
            undated += value is not None and code != _ASSUMED
        euros.append(value)
    return rows.with_columns(pl.Series("amount", euros, dtype=pl.Float64)), bare, undated


def _checked(code: str) -> None:
    """Refuse a currency that has no rates."""
    try:
        currency.rate(code)
    except CurrencyError as error:
        raise ImportRefused(str(error)) from error


def _euros(amount: float | None, code: str | None, day: date | None) -> float | None:
    if amount is None or code is None:
        return None
    try:
        return amount * currency.rate(code, on=day).value
    except CurrencyError:
        return None
