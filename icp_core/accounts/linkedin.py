"""LinkedIn's company pages: their addresses made whole, and persons' pages told apart."""

from typing import Final

import polars as pl

_SITE: Final = r"(?i)^(?:https?:/*)?(?:[a-z]{2,3}\.|www\.|m\.|touch\.)*linkedin\.com/"
_BEHIND: Final = r"(?:mwlite/|sales/|talent/|biz/|recruiter/)*"
_PATHS: Final = r"(company-beta|company|organization|organisation|school|edu|showcase|biz)/"
HAS_COMPANY_PAGE: Final = (
    rf"(?i)linkedin\.com/{_BEHIND}(?:company(?:-beta)?|organi[sz]ation|school|edu|showcase)/"
)
"""Within a text: the address of a company's page, Sales Navigator's too, and no person's."""
_SLUG: Final = r"([^/?#\s,;|]+)"
_PERSON: Final = (
    rf"{_SITE}{_BEHIND}(?:in|pub|profile|people|lead)(?:/|\?)|^(?i)/?(?:in|pub)/[^/\s]|"
    r"(?i)^urn:li:(?:person|member|fsd_profile)"
)
_URN: Final = r"(?i)^urn:li:(?:fs_)?(?:fsd_)?(?:sales)?(?:organization|company):(\d+)$"
_BARE: Final = r"(?i)^@?(?:/?company/)?([\p{L}\p{N}][\p{L}\p{N}_%&’'-]+)/?$"
# What people write into a cell that has no page.
_NOTHING: Final = (
    "na", "none", "null", "nan", "no", "yes", "ja", "nej", "nei", "ei", "ingen", "inga", "saknas",
    "mangler", "puuttuu", "unknown", "okänd", "ukjent", "ukendt", "linkedin", "true", "false",
    "missing", "tbd", "todo", "ok",
)  # fmt: skip
_KINDS: Final = {"school": "school", "edu": "school", "showcase": "showcase"}


def company_page(address: str | pl.Expr) -> pl.Expr:
    """Whole address of a company's page: `https://www.linkedin.com/company/x`.

    Addresses of any language, with paths and queries behind, identifiers and bare names are
    understood; null for a person's page and for what is no page.

    Parameters
    ----------
    address
        Column name, or an expression of text.

    Examples
    --------
    >>> pages = pl.Series(["se.linkedin.com/company/acme/?trk=x", "acme", "linkedin.com/in/eva"])
    >>> pl.select(company_page(pl.lit(pages))).to_series().to_list()
    ['https://www.linkedin.com/company/acme', 'https://www.linkedin.com/company/acme', None]
    """
    text = (pl.col(address) if isinstance(address, str) else address).str.strip_chars()
    pattern = f"{_SITE}{_BEHIND}{_PATHS}{_SLUG}"
    kind = text.str.extract(pattern, 1).str.to_lowercase()
    bare = text.str.extract(_BARE, 1)
    slug = pl.coalesce(
        text.str.extract(pattern, 2),
        text.str.extract(_URN, 1),
        pl.when(~bare.str.to_lowercase().is_in(_NOTHING)).then(bare),
    )
    page = pl.format(
        "https://www.linkedin.com/{}/{}",
        kind.replace_strict(_KINDS, default="company", return_dtype=pl.String),
        slug.str.strip_chars_end("."),
    )
    return pl.when(slug.is_not_null() & ~is_person_page(text)).then(page)


def is_person_page(address: str | pl.Expr) -> pl.Expr:
    """Whether an address is a person's page on LinkedIn, which is personal data; null is none."""
    text = (pl.col(address) if isinstance(address, str) else address).str.strip_chars()
    return text.str.contains(_PERSON).fill_null(value=False)
