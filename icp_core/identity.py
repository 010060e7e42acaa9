"""What identifies an account: its web domain and its account id."""

from functools import cache
from hashlib import blake2b
from typing import Final

import idna
import polars as pl
from tldextract import TLDExtract

from icp_core.reference.text import fold

# Mailboxes, networks and directories: an address there says nothing about the company's own domain.
SHARED_HOSTS: Final = frozenset(
    [
        "gmail.com", "googlemail.com", "google.com", "hotmail.com", "hotmail.se", "hotmail.no",
        "hotmail.dk", "hotmail.fi", "outlook.com", "live.com", "live.se", "live.no", "live.dk",
        "msn.com", "icloud.com", "me.com", "yahoo.com", "yahoo.se", "yahoo.no", "yahoo.dk",
        "telia.com", "online.no", "comhem.se", "bredband.net", "spray.se", "mail.dk", "jubii.dk",
        "kolumbus.fi", "linkedin.com", "facebook.com", "instagram.com", "twitter.com", "x.com",
        "youtube.com", "tiktok.com", "linktr.ee", "bit.ly", "proff.no", "proff.se", "proff.dk",
        "1881.no", "gulesider.no", "finn.no", "purehelp.no", "allabolag.se", "eniro.se", "hitta.se",
        "ratsit.se", "krak.dk", "degulesider.dk", "virk.dk", "finder.fi", "fonecta.fi",
        "asiakastieto.fi", "wikipedia.org",
    ]
)  # fmt: skip


@cache
def _extractor() -> TLDExtract:
    # The list of suffixes bundled with the package: no look-up on the internet, no cache on disk.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def registrable_domain(address: str | None) -> str | None:
    """Domain that a company registered, from a web or mail address.

    Returns
    -------
    str or None
        Lower case and IDNA-encoded, `xn--sandebtsenter-ufb.no`; None for shared hosts (free mail,
        social networks, directories) and for what is no address.
    """
    if not address:
        return None
    domain = _extractor()(address.strip().lower()).top_domain_under_public_suffix
    try:
        encoded = idna.encode(domain, uts46=True).decode() if domain else None
    except idna.IDNAError:
        return None
    return None if encoded in SHARED_HOSTS else encoded


def registrable_domains(addresses: pl.Series) -> pl.Series:
    """`registrable_domain` over a text column of any length."""
    distinct = addresses.drop_nulls().unique()
    return addresses.replace_strict(
        distinct,
        [registrable_domain(address) for address in distinct],
        default=None,
        return_dtype=pl.String,
    )


def hashed_id(name: str, country: str | None) -> str:
    """Account id of a company known by name and country only; case and accents do not count."""
    key = f"{fold(name)}|{country or ''}"
    return f"name:{blake2b(key.encode(), digest_size=8).hexdigest()}"


def account_ids(accounts: pl.DataFrame) -> pl.Series:
    """Account ids: country and national number, else the domain, else a hash of name and country.

    A domain that several accounts of the list share (a group's site) identifies none of them, so
    those go by name and country.

    Parameters
    ----------
    accounts
        With `name`, and any of `country`, `org_number`, `domain`.

    Returns
    -------
    polars.Series
        Named `account_id`. Ids repeat where the same company stands in the list more than once.
    """
    texts = [name for name in ("country", "org_number", "domain") if name not in accounts.columns]
    known = accounts.with_columns(pl.lit(None, pl.String).alias(name) for name in texts).select(
        "name",
        "country",
        account_id=pl.coalesce(
            pl.format("{}-{}", "country", "org_number"),
            pl.when(pl.col("domain").is_unique()).then(pl.format("domain:{}", "domain")),
        ),
    )
    unknown = known.filter(pl.col("account_id").is_null() & pl.col("name").is_not_null())
    hashed = unknown.select("name", "country").unique()
    hashed = hashed.with_columns(
        hashed_id=pl.Series(
            [hashed_id(name, country) for name, country in hashed.iter_rows()], dtype=pl.String
        )
    )
    return (
        known.join(
            hashed, on=["name", "country"], how="left", nulls_equal=True, maintain_order="left"
        )
        .select(pl.coalesce("account_id", "hashed_id").alias("account_id"))
        .to_series()
    )
