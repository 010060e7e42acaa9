"""Company names as keys: what two rows of the same company have in common."""

import re
from typing import Final

import polars as pl
from rapidfuzz import fuzz

# Multi-word and dotted spellings become one of these once punctuation is gone: A/S, A.S. → as.
LEGAL_FORMS: Final[tuple[str, ...]] = (
    "ab", "abp", "aktiebolag", "aktiebolaget", "publ", "hb", "handelsbolag", "handelsbolaget",
    "kb", "kommanditbolag", "kommanditbolaget", "ek", "ekonomisk", "förening", "as", "asa",
    "aksjeselskap", "aksjeselskapet", "allmennaksjeselskap", "ans", "da", "nuf", "sa", "ba", "ks",
    "aktieselskab", "aktieselskabet", "aps", "anpartsselskab", "anpartsselskabet", "ivs", "is",
    "ps", "amba", "smba", "fmba", "oy", "oyj", "osakeyhtiö", "julkinen", "ky",
    "kommandiittiyhtiö", "ay", "osk", "osuuskunta", "rf", "hf", "ehf", "ohf", "sf", "slhf", "ltd",
    "limited", "plc", "llc", "inc", "incorporated", "corp", "corporation", "gmbh", "ag", "bv",
    "nv", "se", "srl", "sarl",
)  # fmt: skip
# Before a name only the forms that companies do write there; "Da Capo AB" keeps its first word.
_LEADING_FORMS: Final = (
    "ab", "aktiebolaget", "handelsbolaget", "kommanditbolaget", "as", "aksjeselskapet",
    "aktieselskabet", "anpartsselskabet", "oy", "oyj", "hf",
)  # fmt: skip

# Letters that may have another normal form NFKC; these have none, and write most Nordic names.
_MAY_CHANGE: Final = r"[^\x00-\x7FÀ-ÖØ-öø-ÿ]"


def normalised(name: str | pl.Expr) -> pl.Expr:
    """Key under which two spellings of one company name meet: `A/S Nørd & Søn` is `nørd søn`.

    Compatibility forms and case are folded, punctuation goes and so does an *and* between two words,
    and legal forms are dropped from both ends, never from the middle. Letters such as å and ø stay:
    `Strand` and `Stränd` are two companies.
    A name of nothing but punctuation gives null, so that it is no key.

    Parameters
    ----------
    name
        Column name, or an expression of strings.
    """
    text = pl.col(name) if isinstance(name, str) else name
    trailing = "|".join(LEGAL_FORMS)
    leading = "|".join(_LEADING_FORMS)
    return (
        text.map_batches(_compatible, return_dtype=pl.String)
        .str.to_lowercase()
        .str.replace_all(r"[\p{Cf}.'’´`]", "")
        .str.replace_all(r"\b([aikp])/s\b", "${1}s")
        .str.replace_all(r"[^\p{L}\p{M}\p{N}]+", " ")
        .str.replace_all(r"([\p{L}\p{N}]) (?:och|og|ja|and|und) ", "${1} ")
        .str.strip_chars()
        .str.replace(rf"(?: (?:{trailing}))+$", "")
        .str.replace(rf"^(?:(?:{leading}) )+", "")
        .replace("", None)
    )


def _compatible(names: pl.Series) -> pl.Series:
    """Names in normal form NFKC: most are, and a look at them is much cheaper than making it."""
    rows = names.str.contains(_MAY_CHANGE).arg_true()
    if rows.is_empty():
        return names
    return names.clone().scatter(rows, names[rows].str.normalize("NFKC"))


def are_siblings(left: str, right: str) -> bool:
    """Whether names that read alike are of two companies of one family, not one name spelled twice.

    They differ in a number, in Roman ones too, in a letter that stands alone, or in a whole word.

    Parameters
    ----------
    left, right
        As `normalised` gives them.

    Examples
    --------
    >>> are_siblings("fjord eiendom ii", "fjord eiendom iii")
    True
    >>> are_siblings("nordvik ost", "nordvik vest")
    True
    >>> are_siblings("acme consulting", "acme konsulting")
    False
    """
    words = left.split(), right.split()
    marks = [[part for word in side for part in _MARK.findall(word)] for side in words]
    if marks[0] != marks[1]:
        return True
    pairs = zip(*words, strict=True) if len(words[0]) == len(words[1]) else ()
    return any(fuzz.ratio(one, other) < _ONE_WORD for one, other in pairs if one != other)


_MARK: Final = re.compile(r"\d+|^[a-z]$|^[ivx]{2,4}$")
_ONE_WORD: Final = 60
"""Likeness (rapidfuzz ratio) below which two words are no spellings of one."""
