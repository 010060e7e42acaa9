"""One account as a person types it in, checked and coded as a file's rows are."""

from datetime import date
from typing import Any

import polars as pl

from icp_core.accounts.identity import account_ids, registrable_domain
from icp_core.errors import ImportRefused
from icp_core.importing.national import clean_number, is_person
from icp_core.reference import geography, industry


def account(
    *,
    name: str,
    country: str,
    org_number: str = "",
    website: str = "",
    postcode: str = "",
    city: str = "",
    industry_code: str = "",
    employees: int | None = None,
    revenue: float | None = None,
    is_customer: bool | None = None,
    as_of: date,
) -> dict[str, Any]:
    """Values by canonical column, ready for `Workspace.add_account`; what was left blank is missing.

    Parameters
    ----------
    name
        Of the company.
    country
        ISO 3166-1 alpha-2.
    org_number, website, postcode, city, industry_code
        As typed; blank is unknown.
    employees
        Headcount.
    revenue
        EUR a year.
    is_customer
        Whether it buys from us today.
    as_of
        Day of the facts.

    Raises
    ------
    ImportRefused
        If the name is blank, or something typed is not what its field is for.
    """
    if not name.strip():
        raise ImportRefused("The account has no name; type the company's name.")
    code = industry.normalise(industry_code)
    values: dict[str, Any] = {
        "name": " ".join(name.split()),
        "country": country,
        "org_number": _number(country, org_number),
        "website": website.strip(),
        "domain": _domain(website),
        "postcode": postcode.strip(),
        "city": city.strip(),
        "industry": code,
        "employees": employees,
        "revenue": revenue,
        "is_customer": is_customer,
        "status": "active",
        "as_of": as_of,
    }
    if industry_code.strip() and (code is None or len(code) < 2):
        raise ImportRefused(
            f"“{industry_code.strip()}” is not a NACE code; type one like 62.01, or leave it blank."
        )
    known = {column: value for column, value in values.items() if value not in (None, "")}
    located = geography.locate(pl.DataFrame([known]))
    if postcode.strip() and located["postcode"][0] is None:
        raise ImportRefused(
            f"“{postcode.strip()}” is not a postcode of {geography.name_of(country)}; mend it, or "
            "leave it blank."
        )
    row = located.with_columns(account_ids(located)).row(0, named=True)
    return {column: value for column, value in row.items() if value is not None}


def _number(country: str, typed: str) -> str | None:
    number = clean_number(country, typed)
    if typed.strip() and number is None:
        raise ImportRefused(
            f"“{typed.strip()}” is not a national number of {geography.name_of(country)}: its check "
            "digit is wrong. Mend it, or leave it blank."
        )
    if is_person(country, number):
        raise ImportRefused(
            "This national number is a person's. Sole proprietors are personal data; leave it blank."
        )
    return number


def _domain(website: str) -> str | None:
    domain = registrable_domain(website)
    if website.strip() and domain is None:
        raise ImportRefused(
            f"“{website.strip()}” is not a company's web address; type one like example.se, or leave "
            "it blank."
        )
    return domain
