"""Web hosts: which text is one, and which of them belong to many companies at once.

A page on a site builder, an address at a mail provider, an entry in a directory or a page on a social
network says nothing about who the company is, so such a host is nobody's domain.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Final

import idna
import polars as pl
from tldextract import TLDExtract

from icp_core.paths import DATA

FILE: Final = DATA / "accounts" / "shared_hosts.csv"
"""Hosts that many companies share, with kind, country and source; `outlook.*` is one under any ending.

The kind `registry` is the opposite: endings of the public suffix list's private part under which
companies register a name of their own, such as `com.se`.
"""

_REGISTRY: Final = "registry"
_PRIVATE_PART: Final = "===BEGIN PRIVATE DOMAINS==="
# What stands before the host: a scheme, also mistyped, and a user with or without a password.
_BEFORE: Final = re.compile(r"^(?:[a-z]+:/*(?!\d)|https?/+|//+)?(?:[^/?#]*@)?")
_PARTS: Final = re.compile(r"[\s,;|<>()\"]+")
_HOST: Final = re.compile(r"((?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]*)\.?(?:[:/?#\\]|$)")
# A second level under which any company registers, so that the name stands before it.
_SECOND_LEVELS: Final = r"(?:co|com|org|net|ac|gov)"
_MOST_LABELS: Final = 5


@cache
def _extractor() -> TLDExtract:
    # The list of suffixes bundled with the package: no look-up on the internet, no cache on disk.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@cache
def shared_hosts() -> frozenset[str]:
    """Hosts that are no company's own, nor are the names below them."""
    listed = _listed()
    registries = set(listed.filter(pl.col("kind") == _REGISTRY)["host"])
    named = listed.filter((pl.col("kind") != _REGISTRY) & ~pl.col("host").str.ends_with(".*"))
    return frozenset({*named["host"], *(_private_suffixes() - registries)})


@cache
def _shared_names() -> tuple[str, ...]:
    """Names that are shared under every ending: `outlook`."""
    return tuple(
        host.removesuffix(".*") for host in _listed()["host"].to_list() if host.endswith(".*")
    )


def _listed() -> pl.DataFrame:
    return pl.read_csv(FILE, infer_schema=False)


def _private_suffixes() -> frozenset[str]:
    """Hosts below which others than their owner have names, as their owners told the public list."""
    text = (files("tldextract") / ".tld_set_snapshot").read_text("utf-8")
    lines = text.partition(_PRIVATE_PART)[2].splitlines()
    rules = (line.strip() for line in lines if line.strip() and line[:1] not in "/!")
    return frozenset(rule.removeprefix("*.") for rule in rules)


def host_of(address: str | None) -> str | None:
    """The host in a web or mail address, lower case; None for a text that is no address.

    Of several addresses in a cell the first counts.

    Examples
    --------
    >>> host_of("https://www.Acme.se:8080/om?x=1")
    'www.acme.se'
    >>> host_of("Ingen hjemmeside") is None
    True
    """
    found = _found(address)
    return found and found[0]


def registered(address: str | None) -> str | None:
    """The name that somebody registered, from a web or mail address: shared hosts too.

    Returns
    -------
    str or None
        Lower case and IDNA-encoded; None for what is no address.
    """
    found = _found(address)
    return found and found[1]


def registered_of(host: pl.Expr) -> pl.Expr:
    """What somebody registered of each host: `firma.no` of `shop.firma.no`; null stays null.

    Parameters
    ----------
    host
        Hosts in lower case, such as most lists have: those of two labels in ASCII stay as they are.
    """
    return host.map_batches(_registered_parts, return_dtype=pl.String)


def _registered_parts(hosts: pl.Series) -> pl.Series:
    # What has letters of its own may be written in two ways.
    deeper = (hosts.str.count_matches(".", literal=True) > 1) | hosts.str.contains(r"[^\x00-\x7f]")
    looked_at = hosts.filter(deeper).unique()
    found = [registered(host) or host for host in looked_at]
    return hosts.replace(looked_at, pl.Series(found, dtype=pl.String))


def _found(address: str | None) -> tuple[str, str] | None:
    """The host in an address, and what is registered of it."""
    for part in _PARTS.split((address or "").lower()):
        match = _HOST.match(_BEFORE.sub("", part))
        if match is None:
            continue
        found = _extractor()(match[1])
        domain = found.top_domain_under_public_suffix or found.suffix
        if not domain:
            continue
        domain = _shared_part(match[1], domain) or domain
        try:
            return match[1], domain if domain.isascii() else idna.encode(
                domain, uts46=True
            ).decode()
        except idna.IDNAError:
            continue
    return None


def _shared_part(host: str, domain: str) -> str | None:
    """The shared host that a host is or lies below, where it is less than a whole registered name.

    `mail.tele.dk` is a provider's mail, and what is below `sites.google.com` is nobody's own.
    """
    labels = host.split(".")
    deeper = range(len(labels) - domain.count(".") - 1)
    endings = (".".join(labels[start:]) for start in deeper)
    return next((ending for ending in endings if ending in shared_hosts()), None)


def is_shared_host(host: str | pl.Expr, *, name: pl.Expr | None = None) -> pl.Expr:
    """Whether a host, or one that it lies below, is that of many companies.

    Parameters
    ----------
    host
        Column name, or an expression of domains or host names; null stays null.
    name
        Of the company, whose own a host is that is called like it: `telia.com` is Telia's.
    """
    text = pl.col(host) if isinstance(host, str) else host
    if name is None:
        return text.map_batches(_are_shared, return_dtype=pl.Boolean)
    called = name.str.strip_chars().str.to_lowercase()
    return pl.struct(host=text, called=called).map_batches(
        lambda both: _are_shared(both.struct["host"], both.struct["called"]),
        return_dtype=pl.Boolean,
    )


def _are_shared(hosts: pl.Series, called: pl.Series | None = None) -> pl.Series:
    """Whether hosts are shared; most are told by their last two labels, the others looked at."""
    found = pl.select(
        pl.when(hosts.is_not_null()).then(pl.lit(value=False)).alias(hosts.name)
    ).to_series()
    lowered = hosts.str.to_lowercase()
    last = lowered.str.extract(r"[^.]+\.[^.]+$", 0)
    names = [f"{name}." for name in _shared_names()]
    rows = (last.is_in(_endings()) | lowered.str.contains_any(names)).arg_true()
    if rows.is_empty():
        return found
    host, known = pl.col("host"), _known()
    below = [host.str.replace(r"^www\.", "").is_in(known)]
    for labels in range(2, _MOST_LABELS):
        ending = host.str.extract(rf"\.((?:[^.]+\.){{{labels - 1}}}[^.]+)$", 1)
        below.append(ending.is_in(known))
    label = host.str.extract(rf"([^.]+)\.(?:{_SECOND_LEVELS}\.)?[a-z]{{2,4}}$", 1)
    shared = pl.any_horizontal(*below, label.is_in(_shared_names())).fill_null(value=False)
    if called is not None:
        own = (pl.col("called") + " ").str.starts_with(label + " ")
        shared &= ~own.fill_null(value=False)
    looked_at = pl.DataFrame(
        {"host": lowered[rows], "called": called[rows] if called is not None else None}
    )
    return found.scatter(rows, looked_at.select(shared).to_series())


# As series, which making anew for every look takes longer than the look.
@cache
def _known() -> pl.Series:
    return pl.Series(sorted(shared_hosts())).implode()


@cache
def _endings() -> pl.Series:
    """The last two labels of every shared host."""
    return pl.Series(sorted({".".join(host.split(".")[-2:]) for host in shared_hosts()})).implode()


def kind_of_host(host: str) -> str | None:
    """Why a host is no company's own: `mail`, `site builder`, …; None if it is."""
    if not pl.select(is_shared_host(pl.lit(host))).item():
        return None
    kinds = dict(_listed().select("host", "kind").iter_rows())
    labels = host.lower().split(".")
    for start in range(len(labels) - 1):
        ending = ".".join(labels[start:])
        for known in (ending, f"{labels[start]}.*"):
            if kinds.get(known, _REGISTRY) != _REGISTRY:
                return str(kinds[known])
    return "site builder"
