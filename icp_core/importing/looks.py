"""What the cells of a column look like, and how well they fit what its heading says."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import polars as pl

from icp_core.accounts.company_names import LEGAL_FORMS
from icp_core.accounts.linkedin import HAS_COMPANY_PAGE
from icp_core.importing import dates, values
from icp_core.importing.mapping import AMOUNTS, NUMBERS, SURE
from icp_core.importing.national import country_of, is_personal
from icp_core.importing.row_countries import towns
from icp_core.reference import industry
from icp_core.reference.text import fold_expr

# Cells of a column whose check digits are tried.
_CHECKED: Final = 300
# Cells that are looked at in all columns together, and at least in each.
_MOST_CELLS: Final = 200_000
_LEAST_CELLS: Final = 100
# Share of cells that are one amount from which a column with ranges is one of amounts.
_FEW_FIT: Final = 0.2
_LOOKS: Final = (
    "email", "linkedin_url", "website", "number", "band", "headcount", "flag", "tags", "identifier",
    "org_number", "foreign_number", "industry", "year", "words", "postcode", "currency",
    "range", "social", "post_town", "round", "party", "personal",
    "company", "town", "full_year",
)  # fmt: skip
# Columns of words, which a yes or a no says nothing of.
_WORDY: Final = ("industry_text", "sector", "city", "address", "funding_stage", "technologies")
# What the cells of a column look like, at least one of these.
_LOOKED_FOR: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    dict.fromkeys(
        ("website", "domain", "email", "linkedin_url"), ("website", "email", "linkedin_url")
    )
    | dict.fromkeys(
        ("name", "city", "country", "funding_stage", "technologies", "address"), ("words",)
    )
    | dict.fromkeys(("latitude", "longitude", "employees_low", "employees_high"), ("number",))
    | dict.fromkeys(("founded", "fiscal_year"), ("year",))
    | dict.fromkeys(("is_customer", "marketing_opt_out"), ("flag",))
    | {
        "employees": ("headcount",),
        "org_number": ("org_number", "foreign_number"),
        "postcode": ("postcode",),
        "post_town": ("post_town", "words"),
        "currency": ("currency",),
    }
)
_POSTCODE: Final = r"(?:[A-Z]{1,3}[- ])?(?:\d{3} ?\d{2}|\d{4})"
POST_TOWN: Final = rf"^\s*({_POSTCODE})[\s,]+(\pL[\pL .'’/()-]*?)\s*(?:,\s*[\pL ]+)?$"
"""Postcode and town in one: `0150 Oslo`, `SE-111 22 Stockholm`."""

TOWN_POST: Final = rf"^\s*(\pL[\pL .'’()-]*?),?\s+({_POSTCODE})$"
"""The same the other way round: `Stockholm, 111 22`."""

_ROUND: Final = (
    r"(?i)^\s*(?:pre[-_ ]?seed|(?:pre[- ]?)?series[ _][a-z]\d?(?:[+-][\w+-]*)?|"
    r"seed(?:[ _](?:round|plus))?\+?|"
    r"angel(?:[ _]round)?|(?:venture|early stage|late stage|growth|bridge|mezzanine)[\w /()-]*|"
    r"(?:venture )?debt(?:[ _](?:financing|round))?|convertible[ _]note|"
    r"(?:private|growth)[ _]equity|grants?|"
    r"post[-_ ]ipo[-_ ][a-z]+|(?:ipo|public)|(?:equity[ _]|product[ _])?crowdfunding|"
    r"corporate[ _]round|funding[ _]round|non[-_ ]equity[ _]assistance|initial[ _]coin[ _]offering|"
    r"secondary[ _]market|m ?& ?a|merger(?:s| and acquisitions?)?|acquired|undisclosed|bootstrapped|"
    r"(?:venture[ -]*)?series[_ ]?unknown|other|unknown)\s*$"
)
ONLY_OF_ROUNDS: Final = (
    r"(?i)\bseries[ _][a-z]\b|\bseed\b|crowdfunding|\bpost[-_ ]ipo\b|\bdebt[ _]financing|"
    r"(?:early|late) stage venture|convertible[ _]note|corporate[ _]round|secondary[ _]market|\bangel\b"
)
"""Words that only rounds of funding have."""

# A company or a person, and whose it is.
_PARTY: Final = (
    r"(?i)^\s*(?:(?:a )?company|individuals?|persons?|contact|business|organi[sz]ation|företag|bolag|"
    r"bedrift|firma|selskap|virksomhed|yritys|privat(?:e|person|kund|kunde)?|henkilö|"
    r"yksityis(?:asiakas|henkilö)|konsument|forbruker|forbruger|kuluttaja|consumers?|privately held|"
    r"public(?:ly traded| company| organization)?|(?:non|for|not[- ]for)[- ]?profit(?: organization)?|"
    r"government agency|"
    r"educational(?: institution)?|self[- ](?:owned|employed)|partnership)\s*$"
)
SOCIAL: Final = (
    r"(?i)^\s*(?:@[\w.]{2,}|(?:https?://)?(?:[\w-]+\.)?(?:twitter\.com|x\.com|t\.me|facebook\.com|fb\.(?:com|me)|"
    r"instagram\.com|tiktok\.com|snapchat\.com|threads\.net|threads\.com|youtube\.com|youtu\.be|bsky\.app|"
    r"pinterest\.[a-z]+|xing\.com|wa\.me|vk\.com)(?:/\S*)?)\s*$"
)
"""Accounts and pages of social media, of which nothing tells whether they are a person's."""

_LEGAL: Final = rf"\b(?:{'|'.join(LEGAL_FORMS)}|a/s)\.?(?:\s*\(publ\))?$"
# A year of today or of a founding, and nothing else.
_FULL_YEAR: Final = r"^\s*(?:18[5-9]\d|19\d\d|20[0-2]\d)(?:\.0+)?\s*$"
# Keys of programs: UUIDs, those of document stores, Salesforce's.
_KEYS: Final = (
    r"(?i)^\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?$|^[0-9a-f]{24}$|^[0-9a-f]{32}$"
    r"|^00[0-9a-z]{13}(?:[0-9a-z]{3})?$"
)


def looks_of(cells: Mapping[str, pl.Series]) -> dict[str, dict[str, float]]:
    """Share of each column's filled cells that look like each thing.

    All columns at once: making the patterns ready takes longer than looking at a column.
    """
    text, column = pl.col("cell"), pl.col("column")
    most = max(_LEAST_CELLS, _MOST_CELLS // max(1, len(cells)))
    looked_at = [one.cast(pl.String).head(most) for one in cells.values()]
    places = np.repeat(np.arange(len(looked_at)), [len(one) for one in looked_at])
    every = pl.DataFrame(
        {"column": places, "cell": pl.concat(looked_at or [pl.Series(dtype=pl.String)])},
        schema={"column": pl.Int64, "cell": pl.String},
    )
    # Most texts of most lists stand in many cells.
    distinct = every.select(text.unique())
    low, _ = values.band(text)
    code = pl.Series(
        industry.read(distinct.select(values.leading_code(text)).to_series())["industry"]
    )
    folded = fold_expr(text.str.strip_chars())
    told = distinct.with_columns(
        email=text.str.contains(r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
        linkedin_url=text.str.contains(HAS_COMPANY_PAGE),
        website=text.str.contains(r"(?i)^(?:https?://\S+|(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?)$"),
        social=text.str.contains(SOCIAL),
        round=text.str.contains(_ROUND),
        company=folded.str.contains(_LEGAL),
        town=folded.is_in(sorted(towns())),
        full_year=text.str.contains(_FULL_YEAR),
        party=text.str.contains(_PARTY),
        post_town=text.str.contains(POST_TOWN) | text.str.contains(TOWN_POST),
        number=values.number(text).is_not_null(),
        range=values.is_range(text),
        band=low.is_not_null() | dates.was_band(text),
        counted=values.headcount(text).is_not_null() | text.str.contains(r"^\d{4}-\d\d-\d\d"),
        flag=values.flag(text).is_not_null(),
        tags=text.str.contains(r"[^;|]+[;|]\s*[^;|]+"),
        year=(
            dates.year(text).is_not_null()
            | dates.founded(text).is_not_null()
            | dates.is_short_month(text)
        ),
        words=text.str.contains(r"\pL") & ~text.str.contains(rf"@|://|{_KEYS}"),
        postcode=text.str.contains(r"\d") & (text.str.len_chars() <= 12),
        currency=values.currency_code(text).is_not_null(),
        # Also what a spreadsheet has made of a long number: 5,56012E+09.
        foreign_number=text.str.contains(
            r"^(?:\pL{0,5}[\s:-]?(?:\d[\s./-]?){5,}\pL{0,3}|[A-Z]{2}[A-Z\d]{0,3}\d{5,}[A-Z][A-Z\d]{0,2}|\d[.,]\d+[eE]\+\d+)$"
        ),
        industry=code.is_not_null(),
        long_number=text.str.contains(r"^\d{6,}$"),
        leading_zero=text.str.contains(r"^0\d+$"),
    ).with_columns(headcount=pl.col("counted") | pl.col("band"))
    signs = every.join(told, on="cell", how="left", maintain_order="left")
    # A key or a code, no amount: long and nearly all different, or with leading zeros.
    is_key = (
        (pl.len() >= 10)
        & (pl.col("long_number").mean() > 0.9)
        & (text.n_unique() > 0.95 * pl.len())
        & (text.str.len_chars().n_unique() <= 2)
    )
    shares = signs.group_by(column).agg(
        pl.col(pl.Boolean).exclude("long_number", "leading_zero").mean(),
        identifier=(is_key | (pl.col("leading_zero").mean() > 0.01)).cast(pl.Float64),
    )
    measured = {row["column"]: row for row in shares.iter_rows(named=True)}
    found = {}
    for place, (heading, one) in enumerate(cells.items()):
        some = one.head(_CHECKED)
        seen = measured.get(place, {}) | {
            "org_number": country_of(some)[1],
            "personal": sum(is_personal(None, text) for text in some) / max(1, len(some)),
        }
        found[heading] = {name: float(seen.get(name) or 0.0) for name in _LOOKS}
    return found


def fit_of(column: str, looks: Mapping[str, float]) -> float:
    """How well cells fit a column, 0…1; 1 for columns whose cells can be anything."""
    if column == "legal_form":
        # Whether it is a company or a person, or whose, is no form.
        return 1.0 - looks["party"]
    looked_for = _LOOKED_FOR.get(column, ("number",) if column in NUMBERS else ())
    # `Branch: Yes` is whether it is one.
    is_answer = column in _WORDY and looks["flag"] >= SURE
    if is_answer or not looked_for:
        return 0.0 if is_answer else 1.0
    found = max(looks[look] for look in looked_for)
    if column == "org_number":
        # A person's number stands there too, for who trades under their own name.
        found = min(1.0, found + looks["personal"])
    if column in ("website", "domain", "email", "linkedin_url"):
        # Most companies of a list may have none, said in so many words.
        return 1.0 if found >= 0.1 else found
    if column in AMOUNTS and found >= _FEW_FIT:
        # Ranges among amounts are counted; a column of nothing else is of bands.
        return min(1.0, found + looks["range"])
    if column in ("is_customer", "marketing_opt_out"):
        # Below nine in ten it is something else about the customer.
        return 1.0 if found >= SURE else 0.0
    return found
