"""Addresses of engines as they may be shown: passwords and tokens never leave this room."""

import re
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

SHOWN: Final = ("table", "memory")
"""Parameters that are shown; what any other holds may be a secret, whatever it is called."""

HIDDEN: Final = "***"

_FILES: Final = ("duckdb", "parquet")
_LEAST: Final = 3
"""Letters below which a text is no secret, but stands everywhere in a message."""

# Values of options that stand in messages as plain words.
_HARMLESS: Final = frozenset(
    {"true", "false", "require", "disable", "prefer", "verify-full", "none"}
)

_ENDS: Final = re.compile(r"[?;&#]")
_PARAMETER: Final = re.compile(r"[?;&]([^=?;&#]+)=([^?;&#]*)")
_NAME: Final = (
    r"[\w.%-]*(?:pass|pwd|\bpw\b|token|secret|credential|auth|key|signature|\bsig\b|\bsas\b)"
    r"[\w.%-]*"
)
# "password=…", "PWD={…}", "token: …", '"api_key": "…"': what stands after the name, to its end.
_SECRET: Final = re.compile(
    rf"""({_NAME}['"]?\s*(?:=>?|%3D|:(?!//))\s*(?:(?:bearer|basic)\s+)?)"""
    r"""(\{[^}]*\}|"[^"]*"|'[^']*'|[^\s;&,)'"]+)""",
    re.IGNORECASE,
)
_BEARER: Final = re.compile(r"\b((?:bearer|basic)\s+)[\w.~+/=-]{3,}", re.IGNORECASE)
_AT: Final = re.compile("[@＠]")
# What stands behind a colon where a port should.
_NO_PORT: Final = re.compile(r"^[^\[/]*:(?!\d{1,5}(?:[,/]|$))")
_WITHIN: Final = re.compile(r"[\w.+:-]*://\S+")


def is_address(source: str) -> bool:
    """Whether a source is an engine's address rather than a name or a file."""
    return "://" in source


def without_secrets(address: str) -> str:
    """An address as it may be shown: where it is and which table, without who asks and with what.

    Of an address that can be read in two ways (a `?` in a password, or an `@` in an option?) only the
    engine and the table are shown.

    Examples
    --------
    >>> without_secrets("ibis+postgres://me:pa/ss@db.example/crm?sslmode=require&table=accounts")
    'ibis+postgres://db.example/crm?table=accounts'
    >>> without_secrets("sc://spark.example:15002/;token=abc?table=accounts")
    'sc://spark.example:15002?table=accounts'
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        user, at, place = address.rpartition("@")
        # An address with a slash or its scheme forgotten; a drive has a colon too, behind one letter.
        quiet = f"{HIDDEN}@{place}" if at and re.search(r":(?![\\/])", user) else address
        return _masked(quiet)
    where = _where(scheme, rest)
    # With an @ behind it, it is part of a password with a ? or & in it.
    shown = [
        f"{name}={value}"
        for name, value in _PARAMETER.findall(rest)
        if name in SHOWN and "@" not in value
    ]
    query = f"?{'&'.join(dict.fromkeys(shown))}" if shown else ""
    return f"{_SECRET.sub(HIDDEN, scheme)}://{where}{query}"


def short_name(address: str) -> str:
    """A few words for a list of lists: the table, and the file or server that it is in.

    Examples
    --------
    >>> short_name("ibis+postgres://me:secret@db.example/crm?table=accounts")
    'accounts · db.example/crm'
    >>> short_name("duckdb:///srv/data/nordic.duckdb?table=accounts")
    'accounts · nordic.duckdb'
    """
    shown = without_secrets(address)
    scheme, _, rest = shown.partition("://")
    where = _ENDS.split(rest)[0]
    if scheme in _FILES:
        where = PurePosixPath(where).name
    table = dict(_PARAMETER.findall(rest)).get("table")
    return " · ".join(part for part in (table, where or scheme) if part)


def scrubbed(text: str, *, address: str = "") -> str:
    """What a driver said, without the secrets of the address and whatever else looks like one.

    Parameters
    ----------
    text
        A message that may quote the address, or a part of it.
    address
        What was connected to.
    """
    if address:
        text = text.replace(address, without_secrets(address))
        for secret in _secrets(address):
            # A driver may take a part of it for a host, in small letters.
            text = re.sub(re.escape(secret), HIDDEN, text, flags=re.IGNORECASE)
    return _masked(_WITHIN.sub(lambda found: without_secrets(found.group()), text))


def _masked(text: str) -> str:
    return _BEARER.sub(rf"\g<1>{HIDDEN}", _SECRET.sub(rf"\g<1>{HIDDEN}", text))


def _where(scheme: str, rest: str) -> str:
    head = _ENDS.split(rest)[0]
    if _AT.search(rest[len(head) :]):
        return "…"
    user, at, place = head.rpartition("@")
    # A file's path may have an @; a user with a password has a colon before it.
    if at and (scheme not in _FILES or ":" in user):
        head = place
    if scheme not in _FILES and (_NO_PORT.match(head) or "＠" in head):
        return "…"
    return "…" if _SECRET.search(unquote(head)) else head.rstrip("/")


def _secrets(address: str) -> list[str]:
    """What stands in an address where a secret may stand, as written and as read; options first."""
    scheme, _, rest = address.partition("://")
    options = [value for name, value in _PARAMETER.findall(rest) if name not in SHOWN]
    user, at, _place = rest.rpartition("@")
    users: list[str] = []
    if at and (scheme not in _FILES or ":" in user):
        password = user.partition(":")[2]
        users = [user, password, *re.split(r"[/?#@]", password)]
    host, _, port = _ENDS.split(rest)[0].partition("/")[0].partition(":")
    if scheme not in _FILES and _NO_PORT.match(f"{host}:{port}"):
        users += [port, *_AT.split(port)]
    found = {
        kind: {text for value in values for text in (value, unquote(value))}
        for kind, values in (("options", options), ("users", users))
    }
    return [
        text
        for texts in found.values()
        for text in sorted(texts, key=len, reverse=True)
        if len(text) >= _LEAST and text.lower() not in _HARMLESS
    ]
