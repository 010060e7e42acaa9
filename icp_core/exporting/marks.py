"""What decides whether an account enters a file: marks that no ranking changes, and its fate."""

from collections.abc import Collection, Mapping
from typing import Final

import polars as pl

from icp_core.exporting import cells, layouts
from icp_core.exporting.formats import Format
from icp_core.exporting.limits import Customers
from icp_core.names import normalised

KEPT: Final = "kept"
CUSTOMER: Final = "customer"
SAME_DOMAIN: Final = "same_domain"
SAME_NAME: Final = "same_name"

READ: Final = (
    "account_id", "name", "domain", "website", "linkedin_url", "stock_symbol", "country", "status",
    "is_customer", "marketing_opt_out",
)  # fmt: skip
"""Columns that marks are made of."""

_COMPANY: Final = ("domain_key", "name_key")
"""Two rows that share either are one company."""


def marks(accounts: pl.DataFrame) -> pl.DataFrame:
    """What fates and the report need to know of accounts, whatever their score, tier and place.

    Parameters
    ----------
    accounts
        With the columns of `READ`.

    Returns
    -------
    polars.DataFrame
        account_id, country, marketing_opt_out; country_code (null where `country` holds something
        else); domain_key and name_key, numbers that rows of one company share; flags: named,
        with_domain, domain, page_url, stock_symbol, inactive, customer, opted_out, and the last two of
        any row of the company (customer_company, opted_out_company).
    """
    keyed = (
        accounts.lazy()
        .select(
            "account_id",
            "country",
            "marketing_opt_out",
            country_code=layouts.country(),
            domain_key=layouts.domain_key(),
            name_key=normalised("name"),
            named=cells.cleaned(pl.col("name")).is_not_null(),
            with_domain=cells.cleaned(layouts.own_domain()).is_not_null(),
            page_url=cells.cleaned(pl.col("linkedin_url")).is_not_null(),
            stock_symbol=cells.cleaned(pl.col("stock_symbol")).is_not_null(),
            inactive=pl.col("status").fill_null("active") != "active",
            customer=pl.col("is_customer").fill_null(False),
            opted_out=pl.col("marketing_opt_out").fill_null(False),
        )
        .collect()
    )
    place = pl.col("country").rank("dense").fill_null(0).cast(pl.UInt64)
    numbered = keyed.with_columns(
        domain=pl.col("domain_key").is_not_null(),
        domain_key=pl.col("domain_key").rank("dense").cast(pl.UInt64),
        name_key=pl.col("name_key").rank("dense") * (place.max() + 1) + place,
    )
    return numbered.with_columns(
        customer_company=_company_wide("customer"), opted_out_company=_company_wide("opted_out")
    )


def _company_wide(flag: str) -> pl.Expr:
    """Whether the flag is set for the row or for another row of its company."""
    return pl.any_horizontal(
        flag,
        *(pl.col(flag).any().over(key) & pl.col(key).is_not_null() for key in _COMPANY),
    )


def with_exclusions(marked: pl.DataFrame, excluded: Mapping[str, str]) -> pl.DataFrame:
    """Marks with `exclusion`, the reason why somebody left the account out, and the company's flag."""
    if not excluded:
        return marked.with_columns(
            exclusion=pl.lit(None, dtype=pl.String), excluded=False, excluded_company=False
        )
    reason = pl.col("account_id").replace_strict(
        dict(excluded), default=None, return_dtype=pl.String
    )
    return (
        marked.with_columns(exclusion=reason)
        .with_columns(excluded=pl.col("exclusion").is_not_null())
        .with_columns(excluded_company=_company_wide("excluded"))
    )


def fates(
    marked: pl.DataFrame,
    *,
    target: Format,
    customers: Customers,
    countries: Collection[str] | None,
    tiers: Collection[str | None] | None,
) -> pl.Series:
    """`KEPT`, or the first reason that keeps a row out.

    Parameters
    ----------
    marked
        Marks with exclusions and `tier`, best first.
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
    fate = pl.coalesce(
        *(pl.when(holds).then(pl.lit(reason)) for reason, holds in reasons.items()), pl.lit(KEPT)
    )
    found = marked.select(*_COMPANY, fate=fate)
    if not target.for_people:
        for key, reason in zip(_COMPANY, (SAME_DOMAIN, SAME_NAME), strict=True):
            # Rows that are out already must not take the place of one that is in.
            place = pl.when(pl.col("fate") == KEPT).then(key)
            repeated = ~place.is_first_distinct() & place.is_not_null()
            found = found.with_columns(
                fate=pl.when(repeated).then(pl.lit(reason)).otherwise("fate")
            )
    return found["fate"]
