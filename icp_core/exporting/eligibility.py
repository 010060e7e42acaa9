"""Whether an account may enter a file: what no profile changes of it, and what becomes of its row."""

from collections.abc import Collection, Mapping
from typing import Final

import polars as pl

from icp_core.accounts.company_names import normalised
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
    "is_customer", "marketing_opt_out",
)  # fmt: skip
"""Columns that eligibility follows from."""

_COMPANY: Final = ("domain_key", "name_key")
"""Two rows that share either are one company."""


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
        else); domain_key and name_key, hashes that rows of one company share (of 64 bits: among five
        million companies two unlike ones meet with a chance of one in a million); flags: named,
        with_domain, domain, page_url, stock_symbol, inactive, customer, opted_out.
    """
    country = pl.col("country").fill_null("")
    return (
        accounts.lazy()
        .select(
            "account_id",
            "country",
            "marketing_opt_out",
            country_code=layouts.country(),
            domain_key=layouts.domain_key(),
            name_key=pl.concat_str(normalised("name"), country, separator="\n"),
            named=cells.has_text(pl.col("name")),
            with_domain=cells.has_text(layouts.own_domain()),
            page_url=cells.has_text(pl.col("linkedin_url")),
            stock_symbol=cells.has_text(pl.col("stock_symbol")),
            inactive=pl.col("status").fill_null("active") != "active",
            customer=pl.col("is_customer").fill_null(False),
            opted_out=pl.col("marketing_opt_out").fill_null(False),
        )
        .with_columns(
            domain=pl.col("domain_key").is_not_null(),
            **{
                key: pl.when(pl.col(key).is_not_null()).then(pl.col(key).hash()) for key in _COMPANY
            },
        )
        .collect()
    )


def with_companies(eligibility: pl.DataFrame, excluded: Mapping[str, str]) -> pl.DataFrame:
    """Eligibility with what holds for the whole company among these accounts.

    Parameters
    ----------
    eligibility
        What `eligibility_of` gave.
    excluded
        By account, the reason why somebody left it out.

    Returns
    -------
    polars.DataFrame
        The same, `exclusion` (the reason), `excluded`, and `customer_company`, `opted_out_company` and
        `excluded_company`: whether the flag is set for any row of the company.
    """
    exclusion = pl.lit(None, dtype=pl.String)
    if excluded:
        exclusion = pl.col("account_id").replace_strict(
            dict(excluded), default=None, return_dtype=pl.String
        )
    return (
        eligibility.with_columns(exclusion=exclusion)
        .with_columns(excluded=pl.col("exclusion").is_not_null())
        .with_columns(
            _company_wide(flag).alias(f"{flag}_company")
            for flag in ("customer", "opted_out", "excluded")
        )
    )


def _company_wide(flag: str) -> pl.Expr:
    """Whether the flag is set for the row or for another row of its company."""
    of_flagged = (
        pl.col(key).is_in(pl.col(key).filter(flag).drop_nulls().implode()).fill_null(False)
        for key in _COMPANY
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
    company = "_company" if target.is_ad_audience else ""
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
        reasons[CUSTOMER] = pl.col(f"customer{company}")
    elif customers == "only":
        reasons["not_customer"] = ~pl.col("customer")
    reasons["excluded"] = pl.col(f"excluded{company}")
    if target.is_ad_audience:
        reasons["opted_out"] = pl.col("opted_out_company")
        reasons["not_active"] = pl.col("inactive")
    reasons["no_name"] = ~identified
    outcome = pl.coalesce(
        *(pl.when(holds).then(pl.lit(reason)) for reason, holds in reasons.items()), pl.lit(KEPT)
    )
    rows = eligibility.select(*_COMPANY, outcome=outcome)
    if not target.for_people:
        for key, reason in zip(_COMPANY, (SAME_DOMAIN, SAME_NAME), strict=True):
            # Rows that are out already must not take the place of one that is in.
            company_key = pl.when(pl.col("outcome") == KEPT).then(key)
            repeated = ~company_key.is_first_distinct() & company_key.is_not_null()
            rows = rows.with_columns(
                outcome=pl.when(repeated).then(pl.lit(reason)).otherwise("outcome")
            )
    return rows["outcome"]
