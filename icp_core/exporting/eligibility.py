"""Whether an account may enter a file: what no profile changes of it, and what becomes of its row."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from types import MappingProxyType
from typing import Final

import polars as pl

from icp_core.accounts.company_names import normalised
from icp_core.accounts.linkedin import company_page, is_person_page
from icp_core.accounts.web_hosts import registered_of
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN
from icp_core.exporting import cells, layouts
from icp_core.exporting.formats import Format
from icp_core.exporting.limits import Customers

KEPT: Final = "kept"
CUSTOMER: Final = "customer"
SAME_DOMAIN: Final = "same_domain"
SAME_NAME: Final = "same_name"

READ: Final = (
    "account_id", "name", "domain", "website", "linkedin_url", "stock_symbol", "country", "status",
    "is_customer", "marketing_opt_out", "org_number", "municipality", "city", "employees",
    "employees_low", "employees_high",
)  # fmt: skip
"""Columns that eligibility follows from."""

COMPANY_FLAGS: Final = ("customer", "opted_out", "excluded")
"""What holds for a whole company in an ad audience once it is set for one of its accounts."""

NOBODY: Final[Mapping[str, int]] = MappingProxyType({})

_SHARED: Final = (
    # A web site on another domain than the account's own is written into files too.
    (("domain_key", "site_key"), ("domain_key", "site_key")),
    (("name_key",), ("name_key",)),
    # A name is in any country where nobody knows in which.
    (("nowhere_key",), ("bare_key",)),
    (("bare_key",), ("nowhere_key",)),
    (("page_key",), ("page_key",)),
    (("stock_key",), ("stock_key",)),
    (("company_key",), ("company_key",)),
)
"""What makes two accounts one company for a receiver that knows no better: the keys that the one tells,
and those of the other that are held against them."""
_KEYS: Final = sorted({key for told, held in _SHARED for key in (*told, *held)})
_APART: Final = ("domain_key", "number_key")
"""Rows of one name that differ in either are two companies."""


def eligibility_of(accounts: pl.DataFrame) -> pl.DataFrame:
    """What a file and its report need to know of each account by itself, whatever the profile.

    Parameters
    ----------
    accounts
        With the columns of `READ`.

    Returns
    -------
    polars.DataFrame
        account_id, country, marketing_opt_out; country_code (null where `country` holds something
        else); the keys of `_SHARED`, number_key and place_key, hashes (of 64 bits: among five million
        companies two unlike ones meet with a chance of one in a million); headcount_low and
        headcount_high; flags: named, with_domain, domain, page_url, person_page, stock_symbol, inactive,
        customer, customer_unknown, opted_out.
    """
    country = pl.col("country_key").fill_null("")
    return (
        accounts.lazy()
        # Each once: looking through hosts takes longer than the rest.
        .with_columns(own=layouts.own_domain(), site=layouts.own_host("website"))
        .select(
            "account_id",
            "country",
            "marketing_opt_out",
            country_code=layouts.country(),
            country_key=layouts.country_key(),
            # No identity where there is no host of its own.
            domain_key=registered_of(pl.coalesce("own", "site")),
            site_key=registered_of(pl.col("site")),
            bare_key=normalised("name"),
            number_key=pl.col("org_number").str.replace_all(r"\W", "").replace("", None),
            place_key=pl.coalesce("municipality", pl.col("city").str.to_lowercase()),
            named=cells.has_text(pl.col("name")),
            with_domain=pl.col("own").is_not_null(),
            page_key=company_page("linkedin_url").str.to_lowercase(),
            stock_key=cells.cleaned(pl.col("stock_symbol")).str.to_uppercase(),
            person_page=is_person_page("linkedin_url"),
            stock_symbol=cells.has_text(pl.col("stock_symbol")),
            inactive=pl.col("status").fill_null("active") != "active",
            customer=pl.col("is_customer").fill_null(False),
            customer_unknown=pl.col("is_customer").is_null(),
            opted_out=pl.col("marketing_opt_out").fill_null(False),
            headcount_low=pl.coalesce("employees", "employees_low").cast(pl.Int64),
            headcount_high=pl.coalesce("employees", "employees_high").cast(pl.Int64),
        )
        .with_columns(
            domain=pl.col("domain_key").is_not_null(),
            page_url=pl.col("page_key").is_not_null(),
            name_key=pl.concat_str("bare_key", country, separator="\n"),
            nowhere_key=pl.when(pl.col("country_key").is_null()).then("bare_key"),
            company_key=pl.concat_str("number_key", country, separator="\n"),
        )
        .with_columns(
            pl.when(pl.col(key).is_not_null()).then(pl.col(key).hash()).alias(key)
            for key in (*_KEYS, "number_key", "place_key")
        )
        .drop("country_key")
        .collect()
    )


def with_exclusions(eligibility: pl.DataFrame, excluded: Mapping[str, str]) -> pl.DataFrame:
    """Eligibility with `exclusion`, the reason why somebody left the account out, and `excluded`.

    Parameters
    ----------
    eligibility
        What `eligibility_of` gave.
    excluded
        Reason by `account_id`.
    """
    exclusion = pl.lit(None, dtype=pl.String)
    if excluded:
        exclusion = pl.col("account_id").replace_strict(
            dict(excluded), default=None, return_dtype=pl.String
        )
    return eligibility.with_columns(exclusion=exclusion).with_columns(
        excluded=pl.col("exclusion").is_not_null()
    )


@dataclass(frozen=True, eq=False)
class Companies:
    """What holds for whole companies of a list, whether their accounts match a profile or not.

    Attributes
    ----------
    keys
        Of every account that a flag is set for, each of its company's keys, by flag and what tells them.
    left_out
        Accounts that somebody excluded, which are in no market, by reason.
    """

    keys: Mapping[tuple[str, tuple[str, ...]], pl.Series] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, eligibilities: Iterable[pl.DataFrame], *, left_out: Mapping[str, int] = NOBODY
    ) -> "Companies":
        """The companies of accounts whose eligibility, with exclusions, comes in parts."""
        parts = [
            {
                (flag, told): one.lazy()
                .filter(flag)
                .select(reduce(pl.Expr.append, map(pl.col, told)).drop_nulls().unique())
                for flag in COMPANY_FLAGS
                for told, _held in _SHARED
            }
            for one in eligibilities
        ]
        found = [pl.collect_all(part.values()) for part in parts]
        names = [(flag, told) for flag in COMPANY_FLAGS for told, _held in _SHARED]
        return cls(
            {
                name: pl.concat([part[place].to_series() for part in found]).unique()
                for place, name in enumerate(names)
                if found
            },
            left_out,
        )

    def __or__(self, other: "Companies") -> "Companies":
        """Those of both lists; left out is who the other says."""
        keys = {
            name: pl.concat([one.keys[name] for one in (self, other) if name in one.keys])
            for name in {**self.keys, **other.keys}
        }
        return Companies(keys, other.left_out)

    def flags(self, eligibility: pl.DataFrame) -> pl.DataFrame:
        """`customer_company` and so on: whether a flag is set for any account of the row's company."""
        return eligibility.select(
            self._company_wide(flag).alias(f"{flag}_company") for flag in COMPANY_FLAGS
        )

    def _company_wide(self, flag: str) -> pl.Expr:
        of_flagged = (
            pl.col(key).is_in(self.keys[flag, told].implode()).fill_null(False)
            for told, held in _SHARED
            if len(self.keys.get((flag, told), ()))
            for key in held
        )
        return pl.any_horizontal(flag, *of_flagged)


def row_outcome(
    eligibility: pl.DataFrame,
    *,
    target: Format,
    customers: Customers,
    countries: Collection[str] | None,
    tiers: Collection[str | None] | None,
) -> pl.Series:
    """`KEPT`, or the first reason that keeps a row out.

    Parameters
    ----------
    eligibility
        With companies and `tier`, best first.
    target, customers, countries, tiers
        As for `prepare`.
    """
    identified = pl.col("named")
    if target.name == "hubspot":
        identified |= pl.col("with_domain")
    reasons: dict[str, pl.Expr] = {}
    if countries is not None:
        reasons["other_country"] = ~pl.col("country_code").is_in(list(countries)).fill_null(False)
    if tiers is not None:
        named_tiers = [tier for tier in tiers if tier is not None]
        if TOO_LITTLE_KNOWN not in named_tiers:
            unknown = pl.col("tier") == TOO_LITTLE_KNOWN
            reasons["too_little_known"] = unknown.fill_null(False)
        reasons["other_tier"] = ~pl.col("tier").is_in(named_tiers).fill_null(None in tiers)
    if customers == "without":
        reasons[CUSTOMER] = pl.col("customer")
    elif customers == "only":
        reasons["not_customer"] = ~pl.col("customer")
    reasons["excluded"] = pl.col("excluded")
    if target.is_ad_audience:
        reasons["opted_out"] = pl.col("opted_out")
        reasons["not_active"] = pl.col("inactive")
    reasons["no_name"] = ~identified
    # A row that is out by itself is not out for another of its company.
    of_company = {
        reason: pl.col(f"{reason}_company")
        for reason in (CUSTOMER, "excluded", "opted_out")
        if reason in reasons and target.is_ad_audience
    }
    outcome = pl.coalesce(
        *(
            pl.when(holds).then(pl.lit(reason))
            for reason, holds in (*reasons.items(), *of_company.items())
        ),
        pl.lit(KEPT),
    )
    rows = eligibility.select("domain_key", "name_key", "number_key", "place_key", outcome=outcome)
    if target.for_people:
        return rows["outcome"]
    if target.one_per_domain:
        rows = _without_repeats(rows, "domain_key", SAME_DOMAIN)
        return _without_repeats(rows, "name_key", SAME_NAME, apart=_APART)["outcome"]
    # Places tell namesakes apart where the receiver can hold both.
    return _without_repeats(rows, "name_key", SAME_NAME, apart=(*_APART, "place_key"))["outcome"]


def _without_repeats(
    rows: pl.DataFrame, key: str, reason: str, *, apart: Collection[str] = ()
) -> pl.DataFrame:
    """The rows in which each but the first of a key is out, unless it is known to be another company.

    What is not known of a row is that of the first row of its key that knows it.
    """
    # Rows that are out already must not take the place of one that is in.
    kept = pl.when(pl.col("outcome") == KEPT)
    known = rows.select("outcome", key=kept.then(key), **{name: kept.then(name) for name in apart})
    filled = known.with_columns(
        pl.coalesce(name, pl.col(name).drop_nulls().first().over("key")) for name in apart
    )
    repeated = ~pl.struct("key", *apart).is_first_distinct() & pl.col("key").is_not_null()
    return rows.with_columns(
        outcome=filled.select(
            pl.when(repeated).then(pl.lit(reason)).otherwise("outcome")
        ).to_series()
    )
