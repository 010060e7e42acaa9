"""Small documents in JSON that a person brings: read within bounds, or refused in words."""

import json
from collections import Counter
from typing import Any, Final

from icp_core.reference.numbers import number

MOST_BYTES: Final = 4 << 20
"""Length of a document; the largest that we write, a mapping of 2,000 headings, has one megabyte."""

_DIGITS: Final = 40
"""Digits of a number; Python itself takes minutes for a million of them, and refuses 4,301."""


def parsed(text: str | bytes) -> Any:
    """What a document holds.

    Raises
    ------
    ValueError
        If it is no JSON, too long, nested too deeply, says something twice, or has a number of too many
        digits or half a character; the message is a part of a sentence.

    Examples
    --------
    >>> parsed('{"employees": [10, 49.5]}')
    {'employees': [10, 49.5]}
    >>> parsed("1" * 41)
    Traceback (most recent call last):
    ...
    ValueError: a number of 41 digits; at most 40 are read
    """
    if len(text) > MOST_BYTES:
        raise ValueError(f"it is longer than {MOST_BYTES >> 20} MB")
    if isinstance(text, str):
        text = text.removeprefix("\ufeff")
    try:
        content = json.loads(
            text, parse_int=_whole, parse_float=_decimal, object_pairs_hook=_once_each
        )
        # Half a character cannot be saved, nor sent to a browser.
        json.dumps(content, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return content


def _whole(digits: str) -> int:
    return int(_bounded(digits))


def _decimal(digits: str) -> float:
    return float(_bounded(digits))


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        name = next(name for name, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"{name[:80]} stands twice")
    return content


def _bounded(digits: str) -> str:
    if len(digits) > _DIGITS:
        raise ValueError(f"a number of {number(len(digits))} digits; at most {_DIGITS} are read")
    return digits
