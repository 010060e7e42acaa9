"""What is wrong with a value, in our words: what a validator says itself is for programmers."""

from collections.abc import Mapping, Sized
from types import MappingProxyType
from typing import Any, Final

from icp_core.reference.numbers import number

_PLAIN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "missing": "is missing",
        "extra_forbidden": "is nothing that belongs there",
        "string_too_long": "may have at most {max_length} letters",
        "string_too_short": "needs at least {min_length} letters",
        "too_long": "may have at most {max_length} entries",
        "too_short": "needs at least {min_length} entries",
        "greater_than_equal": "must be at least {ge}",
        "greater_than": "must be above {gt}",
        "less_than_equal": "must be at most {le}",
        "less_than": "must be below {lt}",
        "multiple_of": "must be a multiple of {multiple_of}",
        "enum": "must be one of {expected}",
        "literal_error": "must be one of {expected}",
        "union_tag_invalid": "must be one of {expected_tags}",
        "union_tag_not_found": "does not say of which kind it is",
        "json_invalid": "cannot be read as JSON",
        "finite_number": "must be a number",
        "string_pattern_mismatch": "has letters or signs that it cannot have",
    }
)

_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "string": "a text",
        "int": "a whole number",
        "float": "a number",
        "decimal": "a number",
        "bool": "true or false",
        "date": "a day, as 2026-01-31",
        "datetime": "a time, as 2026-01-31T12:00:00Z",
        "list": "a list",
        "tuple": "a list",
        "set": "a list",
        "frozen": "a list",
        "dict": "an object with names",
        "mapping": "an object with names",
        "model": "an object with names",
        "none": "empty",
    }
)

_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {"en": "English", "sv": "Swedish", "nb": "Norwegian", "da": "Danish", "fi": "Finnish"}
)


def said(fault: Mapping[str, Any]) -> str:
    """What a fault that pydantic found is, in a clause without a full stop.

    Examples
    --------
    >>> said({"type": "string_too_short", "loc": ("group", 0, "name"), "ctx": {"min_length": 1}})
    'the name is missing'
    >>> said({"type": "int_parsing", "loc": ("tiers", 2)})
    'entry 3 of tiers must be a whole number'
    >>> said({"type": "string_too_long", "loc": ("goal",), "ctx": {"max_length": 2}, "input": "abc"})
    'the goal may have at most 2 letters, not 3'
    >>> said({"type": "value_error", "loc": (), "msg": "Value error, two have one name"})
    'two have one name'
    """
    kind, limits = fault["type"], fault.get("ctx") or {}
    if kind in ("value_error", "assertion_error"):
        return str(fault["msg"]).split(", ", 1)[-1]
    if kind == "string_too_short" and limits.get("min_length") == 1:
        kind = "missing"
    if text := _PLAIN.get(kind):
        predicate = text.format_map(limits)
        # How much there is to shorten; of what is read bit by bit, pydantic does not know.
        if kind in ("string_too_long", "too_long") and isinstance(fault.get("input"), Sized):
            predicate += f", not {number(len(fault['input']))}"
    else:
        form = _KINDS.get(kind.partition("_")[0])
        predicate = f"must be {form}" if form else "is not understood"
    return f"{_called(fault['loc'])} {predicate}"


def _called(location: tuple[int | str, ...]) -> str:
    """What a field is called in a sentence: the name, and the entry of it."""
    if not location:
        return "it"
    last = location[-1]
    if isinstance(last, int):
        names = [step for step in location if isinstance(step, str)]
        return f"entry {last + 1} of {_words(names)}" if names else f"entry {last + 1}"
    names = [step for step in location if isinstance(step, str)]
    if last in _LANGUAGES:
        return _words(names)
    return f"the {_words(names)}"


def _words(names: list[str]) -> str:
    if not names:
        return "the list"
    last = names[-1][:100].replace("_", " ")
    if names[-1] in _LANGUAGES and len(names) > 1:
        return f"{names[-2].replace('_', ' ')} in {_LANGUAGES[names[-1]]}"
    return last
