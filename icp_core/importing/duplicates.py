"""Rows of the same company become one account, by a rule that is shown and can be undone."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, groupby
from operator import itemgetter
from typing import Final

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from icp_core.accounts.company_names import LEGAL_FORMS, are_siblings, normalised
from icp_core.accounts.identity import account_ids
from icp_core.importing.cleaning import NUMBER_COUNTRY
from icp_core.importing.row_countries import towns
from icp_core.importing.tables import ROW, OnProgress, Progress, no_progress, within
from icp_core.reference import geography
from icp_core.reference.text import fold, fold_expr

RULE: Final = (
    "Rows with the same national number are one company, unless both names and web domains differ; "
    "else rows with the same web domain, if their names are alike (92 of 100 or more) but for a "
    "branch or the country; else rows in the same place whose names are alike. Two different national "
    "numbers, or two domains under one name, are never one company. Of each column the newest value "
    "that is not blank is kept; a branch's row adds to the head office's and never replaces it."
)
SHARED_RULE: Final = (
    "Companies of one country that share a web domain were merged too, whatever their names and "
    "national numbers, because that was chosen: name and number are those of the first of them."
)
ALIKE: Final = 92
"""Least likeness of two names (rapidfuzz ratio) without legal forms, 0…100."""

FILE: Final = "#file"
INTO: Final = "#into"
"""Account id that a row was merged into."""
BY: Final = "#by"
"""What showed that the rows are one company: number, domain, name; or `SHARED`."""
SHARED: Final = "shared domain"
"""The companies were told apart, and merged because a person chose so."""

NAMES_AT_MOST: Final = 3
"""Unlike names of one national number; a number with more of them was filled in for want of one."""

KEPT_APART: Final = pl.Schema(
    {
        "domain": pl.String(),
        "account_id": pl.String(),
        "name": pl.String(),
        "other_id": pl.String(),
        "other_name": pl.String(),
        "differ": pl.String(),
    }
)
"""Columns of the pairs with one domain; `differ` is `national number` or `name`."""

_PAIRS_AT_MOST: Final = 200
# A name that goes on behind its legal form, or says so, is that of a branch.
_BRANCH: Final = (
    r"\b(?:filial(?:en)?|avd|avdeling(?:en)?|avdelning(?:en)?|afd|afdeling(?:en)?|osasto|toimipiste|"
    r"toimipaikka|sivuliike|myymala|branch|driftstalle|arbetsstalle|driftssted|underenhet|"
    r"kontoret|butiken|butikken|depot|lagret)\b|"
    # An office behind a mark: `Lehto Oy / Oulun konttori`, but `Kontor & Kopi AS` is a company.
    r"[\p{L}\p{N}).][\s,]*(?:[(\[/|]|\s[-–—]|,)\s*(?:[\p{L}.-]+\s){0,2}[\p{L}-]*(?:kontor(?:et)?|konttori|"
    r"toimisto|office|butik|butikk|forretning|lager|varasto|warehouse|showroom|verksted|verkstad|tehdas|"
    r"fabrik|fabrikk|factory|plant|site|store|location|lokation|region|distrikt|district|avd\.)"
    r"(?:\s[\p{L}.-]+){0,2}\s*[)\]]?$|"
    r"[\p{L}\p{N}] (?:ab|as|asa|a/s|aps|oy|oyj|hb|kb|ltd|gmbh|inc|llc|ehf|hf)\b[\s,–-]+"
    r"(?:[\p{L}][\p{L}\s.-]*)$"
)
_STILL_WHOLE: Final = (
    r"\((?:publ|i|under|in)\b|\b(?:publ|konkurs\w*|avvikling|avveckling|likvidation|oplosning|"
    r"konkursbo|rekonstruktion|liquidation|holding|group|gruppen)\W*$"
)
# What stands behind a name and a mark, or behind its legal form: `Tallmo AB (Göteborg)`.
_LAST_PART: Final = (
    r"[\p{L}\p{N})][\s,]*(?:[(\[/|,]|\s[-–—]|(?:\b(?:ab|as|asa|a/s|aps|oy|oyj)\b))\s*"
    r"([^()\[\]/|,]+?)\s*[)\]]?$"
)
_HAS_FORM: Final = rf"\b(?:{'|'.join(LEGAL_FORMS)}|a/s)[\s.)]*$"
# What a branch has of its own; it says nothing about the company.
_OF_A_BRANCH: Final = (
    "name", "city", "postcode", "municipality", "region", "latitude", "longitude", "employees",
    "employees_low", "employees_high", "revenue", "operating_profit", "net_profit", "founded",
    "revenue_original", "website",
)  # fmt: skip
# Of a name; what makes companies two does not stand behind them.
_COMPARED_CHARACTERS: Final = 250
_TELL_EVERY: Final = 0.2
"""Seconds between two words about how far the comparing is."""
_COMPARED: Final = ("domain", "country", "place", "key", "branch", "city", "formed")


@dataclass(frozen=True)
class Merged:
    """What became of a list's rows.

    Attributes
    ----------
    accounts
        One row a company, with `account_id`.
    members
        Every row of the companies that stood more than once, as it was before, with `INTO` and `BY`.
    away
        How many rows are gone: rows in `members` less companies in it.
    disowned
        Rows by national number that more than `NAMES_AT_MOST` unlike names share: it is none's, and
        unknown for all of them.
    """

    accounts: pl.DataFrame
    members: pl.DataFrame
    away: int
    disowned: Mapping[str, int] = field(default_factory=dict)


def merge(
    accounts: pl.DataFrame,
    *,
    deals: Collection[int] = (),
    on_progress: OnProgress = no_progress,
) -> Merged:
    """One row per company.

    Parameters
    ----------
    accounts
        Cleaned rows with `ROW` and `FILE`.
    deals
        The files among them that are lists of deals: rows of one name and country are one company
        there although no place is given.
    on_progress
        Told how far the comparing is, 0…1; raising in it cancels.
    """
    accounts, disowned = _without_fillers(accounts)
    frame = accounts.with_row_index("#at")
    group, by = _groups(frame, deals, on_progress)
    frame = frame.with_columns(pl.Series("#group", group, dtype=pl.UInt32))
    repeated = frame.filter(pl.col("#group").is_duplicated())
    if repeated.is_empty():
        kept = _identified(frame.drop("#at", "#group"))
        return Merged(kept, kept.clear().with_columns(_nothing()), 0, disowned)
    order = [c for c in ("as_of", "fiscal_year", FILE, ROW) if c in frame.columns]
    columns = [c for c in accounts.columns if c not in (ROW, FILE)]
    head = ~pl.col("#branch") | pl.col("#branch").all()
    newest = (
        _with_parts(repeated)
        .sort(pl.col("#branch").not_(), *order, nulls_last=False)
        .group_by("#group", maintain_order=True)
        .agg(
            *(
                (pl.col(c).filter(head) if c in _OF_A_BRANCH else pl.col(c)).drop_nulls().last()
                for c in columns
            ),
            pl.col(ROW, FILE).last(),
            pl.col("#at").min(),
        )
    )
    single = frame.filter(~pl.col("#group").is_duplicated())
    kept = pl.concat([single, newest.select(single.columns)]).sort("#at")
    kept = _identified(kept)
    members = repeated.with_columns(
        pl.Series(BY, [by[g] for g in repeated["#group"]], dtype=pl.String)
    ).join(kept.select("#group", pl.col("account_id").alias(INTO)), on="#group", how="left")
    return Merged(
        kept.drop("#at", "#group"),
        members.sort("#group", "#at").drop("#at", "#group"),
        repeated.height - newest.height,
        disowned,
    )


def shared_numbers(accounts: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """National numbers at which unlike names stand: `number`, `names`, and whether they were `merged`.

    Parameters
    ----------
    accounts
        As loaded.
    members
        See `Merged`.
    """
    found: list[tuple[str, list[str], bool]] = []
    for rows, merged in ((members, True), (accounts, False)):
        if not {"org_number", "name"} <= {*rows.columns}:
            continue
        known = rows.drop_nulls(["org_number", "name"])
        if merged:
            known = known.filter(pl.col(BY) == "number")
        number = pl.format("{}-{}", pl.col("country").fill_null("?"), "org_number")
        several = (
            known.with_columns(number=number, key=_key(pl.col("name")))
            .filter(pl.col("number").is_duplicated())
            .group_by("number", maintain_order=True)
            .agg("key", pl.col("name").unique(maintain_order=True))
            .filter(pl.col("key").list.n_unique() > 1)
        )
        for one, keys, names in several.iter_rows():
            if len(_unlike(keys)) > 1:
                found.append((one, names, merged))
    schema = pl.Schema(
        {"number": pl.String(), "names": pl.List(pl.String()), "merged": pl.Boolean()}
    )
    return pl.DataFrame(found, schema=schema, orient="row")


def _without_fillers(accounts: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """The rows without national numbers that stand at too many unlike names, and rows by number."""
    if not {"org_number", NUMBER_COUNTRY, "name"} <= {*accounts.columns}:
        return accounts, {}
    number = pl.format("{}-{}", NUMBER_COUNTRY, "org_number")
    several = (
        accounts.select(number=number, key=_key(pl.col("name")))
        .drop_nulls("number")
        .group_by("number", maintain_order=True)
        .agg("key", pl.len().alias("rows"))
        .filter(pl.col("key").list.n_unique() > NAMES_AT_MOST)
    )
    disowned = {
        one: rows for one, keys, rows in several.iter_rows() if len(_unlike(keys)) > NAMES_AT_MOST
    }
    if not disowned:
        return accounts, {}
    kept = ~number.is_in(list(disowned)).fill_null(value=False)
    return accounts.with_columns(
        pl.when(kept).then(c).alias(c) for c in ("org_number", NUMBER_COUNTRY)
    ), disowned


def _unlike(keys: Iterable[str | None]) -> list[str]:
    """Of the names of one number those that are not alike, the first of each kind."""
    found: list[str] = []
    for key in dict.fromkeys(keys):
        if key and not any(_related(key, other) for other in found):
            found.append(key)
        if len(found) > NAMES_AT_MOST:
            break
    return found


def _key(name: pl.Expr) -> pl.Expr:
    """Under which spellings of one name meet, with accents or without: `Åkeri & Co`, `Akeri och Co`."""
    return fold_expr(normalised(name))


def _is_branch(rows: pl.DataFrame) -> pl.Expr:
    """Whether a row's name is that of a branch."""
    if "name" not in rows.columns:
        return pl.lit(value=False)
    text = fold_expr(pl.col("name"))
    city = fold_expr(pl.col("city")) if "city" in rows.columns else pl.lit(None, pl.String)
    part = text.str.extract(_LAST_PART, 1)
    placed = (part == city) | part.is_in(sorted(towns()))
    branch = text.str.contains(_BRANCH) | placed.fill_null(value=False)
    return (branch & ~text.str.contains(_STILL_WHOLE)).fill_null(value=False)


def _is_place_behind(more: str, city: str | None) -> bool:
    """Whether the words that a name has more than another are a town, or the row's own."""
    return bool(more) and (more in towns() or more == fold(city or ""))


def _with_parts(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of groups with `#branch`: by their own name, or as another row's name with a town behind.

    `Nordbo Gruppen Aalborg` alone may be any company; beside `Nordbo Gruppen A/S` in its group it is
    the branch. One that has a legal form of its own is a company whose name was changed.
    """
    rows = rows.with_columns(_is_branch(rows).alias("#branch"))
    if "name" not in rows.columns:
        return rows
    city = pl.col("city") if "city" in rows.columns else pl.lit(None, pl.String)
    named = rows.select(
        "#group",
        "#at",
        "#branch",
        city=city,
        key=_key(pl.col("name")),
        formed=fold_expr(pl.col("name")).str.contains(_HAS_FORM),
    ).filter(pl.col("key").n_unique().over("#group") > 1)
    found: list[int] = []
    for _, group in named.group_by("#group", maintain_order=True):
        keys = set(group["key"].drop_nulls())
        for at, is_branch, town, key, formed in group.select(
            "#at", "#branch", "city", "key", "formed"
        ).iter_rows():
            if key is None or is_branch or formed:
                continue
            behind = (key.removeprefix(f"{head} ") for head in keys if head != key)
            if any(more != key and _is_place_behind(more, town) for more in behind):
                found.append(at)
    return rows.with_columns(pl.col("#branch") | pl.col("#at").is_in(found))


def kept_apart(accounts: pl.DataFrame) -> pl.DataFrame:
    """Companies of one country that share a web domain, each beside the first of them (`KEPT_APART`).

    Parameters
    ----------
    accounts
        As loaded.
    """
    if "domain" not in accounts.columns:
        return pl.DataFrame(schema=KEPT_APART)
    shared = _sharing(accounts)
    numbers = pl.col("org_number") if "org_number" in accounts.columns else pl.lit(None, pl.String)
    first = {name: pl.col(name).first().over("#block") for name in ("account_id", "name")}
    pairs = shared.select(
        "domain",
        **first,
        other_id="account_id",
        other_name="name",
        differ=pl.when(numbers != numbers.first().over("#block"))
        .then(pl.lit("national number"))
        .otherwise(pl.lit("name")),
    )
    return pairs.filter(pl.col("account_id") != pl.col("other_id")).cast(KEPT_APART)


def merge_shared(accounts: pl.DataFrame) -> Merged:
    """The accounts with one company a web domain and country: what `kept_apart` lists is merged.

    Name, national number and id are those of the first; one that is a customer, or opted out, makes all
    of them so; of the other columns the newest value that is not blank is kept. `Merged.members` has the
    companies as they were, each with its `account_id`.

    Parameters
    ----------
    accounts
        As loaded.
    """
    shared = _sharing(accounts) if "domain" in accounts.columns else accounts.clear()
    if shared.is_empty():
        return Merged(accounts, accounts.clear().with_columns(_nothing()), 0)
    own = [c for c in ("account_id", "name", "org_number", "country") if c in accounts.columns]
    flags = [c for c in ("is_customer", "marketing_opt_out") if c in accounts.columns]
    order = [c for c in ("as_of", "fiscal_year", "#at") if c in shared.columns]
    one = (
        shared.sort(order, nulls_last=False)
        .group_by("#block", maintain_order=True)
        .agg(
            *(pl.col(c).sort_by("#at").first() for c in own),
            *(pl.col(c).max() for c in flags),
            *(pl.col(c).drop_nulls().last() for c in accounts.columns if c not in (*own, *flags)),
            pl.col("#at").min(),
        )
    )
    rest = accounts.with_row_index("#at").filter(
        ~pl.col("account_id").is_in(shared["account_id"].implode())
    )
    kept = pl.concat([rest, one.select(rest.columns)]).sort("#at").drop("#at")
    members = shared.with_columns(
        pl.lit(SHARED).alias(BY), pl.col("account_id").first().over("#block").alias(INTO)
    )
    return Merged(kept, members.drop("#at", "#block"), shared.height - one.height)


def _sharing(accounts: pl.DataFrame) -> pl.DataFrame:
    """Accounts that share a domain in one country, with their places `#at` and a `#block` each."""
    known = pl.col("country") if "country" in accounts.columns else pl.lit(None, pl.String)
    with_domain = (
        accounts.with_row_index("#at")
        .with_columns(known.alias("#block"))
        .filter(pl.col("domain").is_not_null())
    )
    # An unknown country is that of the others.
    other = pl.col("#block").drop_nulls().first().over("domain")
    country = pl.coalesce("#block", other).fill_null("")
    return (
        with_domain.with_columns((pl.col("domain") + " " + country).alias("#block"))
        .filter(pl.len().over("#block") > 1)
        .sort("#block", "#at")
    )


def follow(rows: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Rows about accounts, under the ids of the companies that these were merged into by choice."""
    if members.is_empty() or "account_id" not in members.columns:
        return rows
    chosen = members.filter(pl.col(BY) == SHARED)
    into = dict(chosen.select("account_id", INTO).iter_rows())
    return rows.with_columns(pl.col("account_id").replace(into))


def undo(
    accounts: pl.DataFrame, members: pl.DataFrame, account_id: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The accounts with one merged company apart again, and the members that are left.

    Companies that were merged by choice (`SHARED`) come back as they were; else rows each get an id of
    their own.

    Parameters
    ----------
    accounts
        As loaded.
    members
        Of `Merged`.
    account_id
        The company.
    """
    mine = pl.col(INTO) == account_id
    chosen = mine & (pl.col(BY) == SHARED)
    rows = members.filter(chosen)
    if rows.is_empty():
        chosen = mine
        rows = members.filter(mine)
        if rows.is_empty():
            return accounts, members
        rows = rows.with_columns(
            account_id=pl.format("{}#{}", pl.lit(account_id), pl.int_range(1, pl.len() + 1))
        )
    rest = accounts.filter(pl.col("account_id") != account_id)
    apart = rows.select(c for c in accounts.columns if c in rows.columns)
    return pl.concat([rest, apart], how="diagonal"), members.filter(~chosen)


def _nothing() -> list[pl.Expr]:
    return [pl.lit(None, pl.String).alias(name) for name in (BY, INTO)]


def _identified(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with an `account_id` each, all different."""
    if NUMBER_COUNTRY in frame.columns:
        own = pl.coalesce(NUMBER_COUNTRY, "country")
        ids = account_ids(frame.with_columns(country=own))
    else:
        ids = account_ids(frame)
    frame = frame.with_columns(ids.alias("account_id"))
    # Namesakes in different places: the first keeps the plain id.
    copy = pl.int_range(pl.len()).over("account_id")
    distinct = pl.when(copy == 0).then(pl.col("account_id"))
    numbered = pl.format("{}-{}", "account_id", copy + 1)
    return frame.with_columns(account_id=distinct.otherwise(numbered)).select(
        "account_id", pl.exclude("account_id", NUMBER_COUNTRY)
    )


class _Companies:
    """Which rows are one company; two with different national numbers never are.

    Nor are two of one name with different web domains, be it over a third row that has none.
    """

    def __init__(
        self, parents: list[int], numbers: list[str | None], domains: list[str | None]
    ) -> None:
        self.parents = parents
        self.numbers = numbers
        self.domains = domains
        self.by: dict[int, str] = {}

    def find(self, row: int) -> int:
        while self.parents[row] != row:
            self.parents[row] = self.parents[self.parents[row]]
            row = self.parents[row]
        return row

    def join(self, left: int, right: int, by: str) -> None:
        low, high = sorted((self.find(left), self.find(right)))
        known = {self.numbers[low], self.numbers[high]} - {None}
        domains = {self.domains[low], self.domains[high]} - {None}
        if low == high or len(known) > 1 or (by == "name" and len(domains) > 1):
            return
        self.parents[high] = low
        self.numbers[low] = known.pop() if known else None
        self.domains[low] = self.domains[low] or self.domains[high]
        self.by[low] = self.by.get(low) or self.by.get(high) or by


@dataclass(frozen=True)
class _Row:
    """What a row is compared by."""

    at: int
    number: str | None
    domain: str | None
    country: str | None
    place: str | None
    key: str | None
    branch: bool
    city: str | None
    formed: bool


def _groups(
    frame: pl.DataFrame, deals: Collection[int], on_progress: OnProgress
) -> tuple[list[int], dict[int, str]]:
    """Group of each row (the place of its first member), and what joined each group."""
    texts = ("org_number", NUMBER_COUNTRY, "domain", "municipality", "city", "country", "name")
    missing = [pl.lit(None, pl.String).alias(c) for c in texts if c not in frame.columns]
    keys = frame.with_columns(missing).select(
        pl.col("#at").cast(pl.Int64).alias("at"),
        pl.format("{}-{}", NUMBER_COUNTRY, "org_number").alias("number"),
        "domain",
        "country",
        pl.coalesce(
            "municipality",
            pl.col("city").str.to_lowercase(),
            pl.when(pl.col(FILE).is_in(list(deals))).then(pl.lit("")),
        ).alias("place"),
        _key(pl.col("name").str.head(_COMPARED_CHARACTERS)).alias("key"),
        _is_branch(frame).alias("branch"),
        "city",
        fold_expr(pl.col("name")).str.contains(_HAS_FORM).fill_null(value=False).alias("formed"),
    )
    keys = _apart_by_name_and_domain(keys)
    first = pl.col("at").min().over("number", "part")
    parents = keys.select(
        pl.when(pl.col("number").is_null()).then("at").otherwise(first)
    ).to_series()
    domains = keys.select(pl.col("domain").drop_nulls().first().over(parents)).to_series()
    companies = _Companies(parents.to_list(), keys["number"].to_list(), domains.to_list())
    companies.by = dict.fromkeys(parents.filter(parents != keys["at"]).unique(), "number")
    # Rows whose number stands earlier in the list are spoken for by that row.
    heads = keys.filter(parents == pl.col("at"))

    shared = heads.filter(pl.col("domain").is_not_null() & pl.col("domain").is_duplicated())
    for block in _blocks(shared, "domain", tell=within(on_progress, 0.0, 0.5)):
        for left, right in _pairs(block):
            if _one_of(left.country, right.country) and _same_name(left, right):
                companies.join(left.at, right.at, "domain")

    # Only a row without a number can be another row's company by its name.
    block_of = ("country", "place", "start")
    named = (
        heads.filter(pl.col("key").is_not_null() & pl.col("place").is_not_null())
        .with_columns(start=pl.col("key").str.slice(0, 2))
        .filter(pl.col("number").is_null().any().over(block_of) & (pl.len().over(block_of) > 1))
    )
    for block in _blocks(named, *block_of, tell=within(on_progress, 0.5, 0.5)):
        for left, right in _alike(block):
            if None in (left.number, right.number) and _one_of(left.domain, right.domain):
                companies.join(left.at, right.at, "name")
    return [companies.find(row) for row in range(frame.height)], companies.by


def _apart_by_name_and_domain(keys: pl.DataFrame) -> pl.DataFrame:
    """The keys with a `part` each: rows of one number in two parts are two companies.

    A company that changed its name keeps its number, and mostly its site. Rows that have neither name
    nor domain in common are two companies of which one has the other's number.
    """
    several = keys.filter(
        (pl.col("domain").drop_nulls().n_unique().over("number") > 1)
        & (pl.col("key").n_unique().over("number") > 1)
        & pl.col("number").is_not_null()
    )
    parts: dict[int, int] = {}
    for _, rows in several.group_by("number", maintain_order=True):
        heads: list[tuple[str | None, str | None]] = []
        for at, key, domain in rows.select("at", "key", "domain").iter_rows():
            part = next(
                (
                    place
                    for place, (other_key, other_domain) in enumerate(heads)
                    if _related(key, other_key) or _one_of(domain, other_domain)
                ),
                len(heads),
            )
            if part == len(heads):
                heads.append((key, domain))
            parts[at] = part
    if not parts:
        return keys.with_columns(part=pl.lit(0, pl.Int64))
    return keys.with_columns(
        part=pl.col("at").replace_strict(parts, default=0, return_dtype=pl.Int64)
    )


def _related(left: str | None, right: str | None) -> bool:
    """Whether names under one domain are of one company, not of two companies of a group."""
    if left is None or right is None:
        return True
    words = sorted((left.split(), right.split()), key=len)
    return words[1][: len(words[0])] == words[0] or (
        fuzz.ratio(left, right) >= ALIKE and not are_siblings(left, right)
    )


def _same_name(left: _Row, right: _Row) -> bool:
    """Whether rows of one domain have one name: the same, misspelt, of a branch, or with their country.

    Another word makes another company of the group's (`Sten AB`, `Sten Fastigheter AB`).
    """
    if left.key is None or right.key is None or left.key == right.key:
        return True
    if fuzz.ratio(left.key, right.key) >= ALIKE and not are_siblings(left.key, right.key):
        return True
    short, long = sorted((left, right), key=lambda row: len(row.key or ""))
    more = str(long.key).removeprefix(f"{short.key} ")
    if more == long.key:
        return False
    country = left.country or right.country
    placed = not long.formed and _is_place_behind(more, long.city)
    return (
        long.branch or placed or (country is not None and geography.country_code(more) == country)
    )


def _one_of(left: str | None, right: str | None) -> bool:
    """Whether two values can be of one company: the same, or one of them unknown."""
    return left is None or right is None or left == right


def _blocks(frame: pl.DataFrame, *block: str, tell: OnProgress) -> Iterator[list[_Row]]:
    """Rows that share the block, one block after the other as they first appear."""
    if frame.is_empty():
        return
    told = time.monotonic()
    first = pl.col("at").min().over(block)
    columns = frame.select(first.alias("first"), "at", "number", *_COMPARED).sort("first", "at")
    done = 0
    for _, members in groupby(columns.iter_rows(), key=itemgetter(0)):
        rows = [_Row(*row[1:]) for row in members]
        yield rows
        done += len(rows)
        if time.monotonic() - told > _TELL_EVERY:
            told = time.monotonic()
            tell(Progress("Merging rows of the same company", done / frame.height))


def _pairs(rows: list[_Row]) -> Iterator[tuple[_Row, _Row]]:
    """Pairs of rows of a block; in a huge one only those of equal names."""
    if len(rows) <= _PAIRS_AT_MOST:
        yield from combinations(rows, 2)
        return
    first: dict[str | None, _Row] = {}
    for row in rows:
        if row.key in first:
            yield first[row.key], row
        first.setdefault(row.key, row)


def _alike(rows: list[_Row]) -> Iterator[tuple[_Row, _Row]]:
    """Pairs of rows of a block whose names are alike; in a huge one those whose names are equal."""
    if len(rows) > _PAIRS_AT_MOST:
        yield from _pairs(rows)
        return
    keys = [row.key or "" for row in rows]
    likeness = process.cdist(keys, keys, scorer=fuzz.ratio, score_cutoff=ALIKE)
    for left, right in zip(*np.nonzero(np.triu(likeness >= ALIKE, 1)), strict=True):
        if not are_siblings(keys[left], keys[right]):
            yield rows[left], rows[right]
