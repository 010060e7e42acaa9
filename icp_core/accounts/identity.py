"""What identifies an account: its web domain and its account id."""

from hashlib import blake2b

import polars as pl

from icp_core.accounts.web_hosts import is_shared_host, registered
from icp_core.reference.text import fold_expr


def registrable_domain(address: str | None) -> str | None:
    """Domain that a company registered, from a web or mail address.

    Returns
    -------
    str or None
        Lower case and IDNA-encoded, `xn--sandebtsenter-ufb.no`; None for hosts that many companies
        share (`web_hosts`) and for what is no address.

    Examples
    --------
    >>> registrable_domain("https://shop.example.co.uk/about")
    'example.co.uk'
    >>> registrable_domain("eva@gmail.com") is None
    True
    """
    return registrable_domains(pl.Series([address], dtype=pl.String)).item()  # type: ignore[no-any-return]


def registrable_domains(addresses: pl.Series, *, names: pl.Series | None = None) -> pl.Series:
    """`registrable_domain` over a text column of any length.

    Parameters
    ----------
    addresses
        Web or mail addresses.
    names
        Of the companies; a shared host that is called like the company is its own.

    Examples
    --------
    >>> registrable_domains(pl.Series(["www.acme.se", "info@gmail.com", None])).to_list()
    ['acme.se', None, None]
    """
    return own_domains(registered_domains(addresses), names=names)


def registered_domains(addresses: pl.Series) -> pl.Series:
    """What somebody registered of each address, hosts that many share too; null for no address."""
    distinct = addresses.drop_nulls().unique()
    return addresses.replace_strict(
        distinct,
        [registered(address) for address in distinct],
        default=None,
        return_dtype=pl.String,
    )


def own_domains(registered: pl.Series, *, names: pl.Series | None = None) -> pl.Series:
    """Registered domains without those of hosts that many companies share.

    Parameters
    ----------
    registered
        See `registered_domains`.
    names
        Of the companies; a shared host that is called like the company is its own.
    """
    frame = pl.DataFrame({"domain": registered, "name": names})
    shared = is_shared_host("domain", name=None if names is None else pl.col("name"))
    return frame.select(pl.when(~shared).then("domain").alias(registered.name)).to_series()


def _digest(key: str) -> str:
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

    Examples
    --------
    >>> accounts = pl.DataFrame(
    ...     {
    ...         "name": ["Acme AB", "Beta AS", "Gamma Oy"],
    ...         "country": ["SE", "NO", "FI"],
    ...         "org_number": ["5560000001", None, None],
    ...         "domain": ["acme.se", "beta.no", None],
    ...     }
    ... )
    >>> account_ids(accounts).to_list()
    ['SE-5560000001', 'domain:beta.no', 'name:46fa024dc8d53d04']
    """
    texts = [name for name in ("country", "org_number", "domain") if name not in accounts.columns]
    known = accounts.with_columns(pl.lit(None, pl.String).alias(name) for name in texts).select(
        account_id=pl.coalesce(
            pl.format("{}-{}", "country", "org_number"),
            pl.when(pl.col("domain").is_unique()).then(pl.format("domain:{}", "domain")),
        ),
        key=pl.format("{}|{}", fold_expr(pl.col("name")), pl.col("country").fill_null("")),
    )
    keys = known.filter(pl.col("account_id").is_null())["key"].drop_nulls().unique()
    digests = [_digest(key) for key in keys]
    hashed = pl.col("key").replace_strict(keys, digests, default=None, return_dtype=pl.String)
    return known.select(pl.coalesce("account_id", hashed).alias("account_id")).to_series()
