"""Keys of records in CRMs: Salesforce's of 15 and 18 characters, HubSpot's numbers."""

import re
from typing import Final

import polars as pl

ACCOUNT: Final = "001"
USER: Final = "005"
"""What ids of accounts and of users begin with in every org."""

SALESFORCE: Final = r"^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$"
"""Any id; a record's own begins with its object's three characters."""

_CODES: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_LENGTH: Final = 15


def salesforce_id(text: str | None) -> str | None:
    """An id of 18 characters, as a spreadsheet keeps apart; None for what is none.

    The last three say which of the others are capitals, so that they give those back where a program
    changed them.

    Examples
    --------
    >>> salesforce_id("001D000000IRFma"), salesforce_id("001d000000irfmaiah")
    ('001D000000IRFmaIAH', '001D000000IRFmaIAH')
    >>> salesforce_id("Exempel AB")
    """
    key = (text or "").strip()
    if not re.match(SALESFORCE, key) or not key.startswith("0"):
        return None
    if len(key) == _LENGTH:
        return key + _suffix(key)
    stem, suffix = key[:_LENGTH], key[_LENGTH:].upper()
    if any(one not in _CODES for one in suffix):
        return None
    # Five characters to a letter, the first of them in the lowest bit.
    capital = [bool(_CODES.index(suffix[at // 5]) >> at % 5 & 1) for at in range(_LENGTH)]
    if any(big and not one.isalpha() for big, one in zip(capital, stem, strict=True)):
        return None
    right = "".join(
        one.upper() if big else one.lower() for big, one in zip(capital, stem, strict=True)
    )
    return right + suffix


def _suffix(stem: str) -> str:
    groups = (stem[start : start + 5] for start in range(0, _LENGTH, 5))
    return "".join(
        _CODES[sum(one.isascii() and one.isupper() and 1 << at for at, one in enumerate(group))]
        for group in groups
    )


def salesforce_ids(texts: pl.Series, prefix: str = "") -> pl.Series:
    """`salesforce_id` over a column; null for ids that begin with something else than `prefix`."""
    distinct = texts.cast(pl.String).drop_nulls().unique()
    found = [
        key if (key := salesforce_id(one)) and key.startswith(prefix) else None for one in distinct
    ]
    return texts.cast(pl.String).replace_strict(
        distinct, found, default=None, return_dtype=pl.String
    )


def hubspot_ids(numbers: pl.Series) -> pl.Series:
    """Record ids as text: read as numbers they are `1234567890.0`; null for what is none."""
    text = numbers.cast(pl.Int64, strict=False) if numbers.dtype.is_float() else numbers
    digits = text.cast(pl.String).str.strip_chars().str.replace(r"\.0+$", "")
    return digits.set(~digits.str.contains(r"^[1-9][0-9]{0,18}$").fill_null(False), None)
