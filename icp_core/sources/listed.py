"""Listed Nordic companies from FinanceDatabase, brought to the canonical columns."""

from datetime import date
from typing import Final

import polars as pl

from icp_core.accounts.identity import account_ids, registrable_domains
from icp_core.paths import DATA
from icp_core.reference import geography
from icp_core.reference.text import fold_expr

FILE: Final = DATA / "companies" / "nordic_listed.csv"
AS_OF: Final = date(2026, 8, 1)

# Market identifier code (ISO 10383): country and name of the exchange.
_EXCHANGES: Final = {
    "XSTO": ("SE", "Nasdaq Stockholm"),
    "XOSL": ("NO", "Oslo Børs"),
    "XCSE": ("DK", "Nasdaq Copenhagen"),
    "XHEL": ("FI", "Nasdaq Helsinki"),
    "XICE": ("IS", "Nasdaq Iceland"),
}


def accounts() -> pl.DataFrame:
    """One row per listed company.

    A company that the file lists on two exchanges (same name and country) is kept once, as listed on
    the exchange of its own country. Companies that share a domain stay apart: the savings banks
    behind sparebank1.no are ten companies. GICS levels are kept as they are, never guessed into NACE.
    """
    raw = pl.read_csv(FILE, infer_schema=False)
    frame = raw.select(
        "name",
        "website",
        stock_symbol="symbol",
        country=pl.col("country").map_elements(geography.country_code, return_dtype=pl.String),
        postcode="zipcode",
        city="city",
        sector="sector",
        gics_group="industry_group",
        gics_industry="industry",
        exchange=pl.col("mic").replace({mic: name for mic, (_, name) in _EXCHANGES.items()}),
        market_cap="market_cap",
        funding_stage=pl.lit("listed"),
        status=pl.lit("active"),
        source=pl.lit("FinanceDatabase"),
        as_of=pl.lit(AS_OF),
        abroad=pl.col("mic").replace({mic: home for mic, (home, _) in _EXCHANGES.items()}),
    )
    frame = (
        frame.with_columns(
            domain=registrable_domains(frame["website"], names=frame["name"]),
            abroad=pl.col("abroad") != pl.col("country"),
        )
        .sort("abroad", "stock_symbol")
        .unique([fold_expr(pl.col("name")), pl.col("country")], keep="first", maintain_order=True)
        .drop("abroad")
    )
    frame = geography.spell_towns(geography.locate(frame))
    return frame.select(account_ids(frame), pl.all())
