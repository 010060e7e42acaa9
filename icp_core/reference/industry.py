"""NACE, the classification of industries: Rev. 2 in five languages and Rev. 2.1 in English.

Codes are written as Eurostat does: section `J`, division `62`, group `62.0`, class `62.01`.
National classifications (SNI, SN, DB, TOL) add digits behind the class.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Final, Literal

import narwhals as nw
import polars as pl
from rapidfuzz import fuzz, process

from icp_core.paths import DATA
from icp_core.reference.text import BLANKS, fold

Revision = Literal["2", "2.1"]
Language = Literal["en", "sv", "da", "no", "fi"]

_REVISIONS: Final[tuple[Revision, ...]] = ("2", "2.1")
LANGUAGES: Final[tuple[Language, ...]] = ("en", "sv", "da", "no", "fi")

# Regulation (EC) 1893/2006, annex I: the first division of each section of Rev. 2.
_FIRST_DIVISION: Final = {
    "A": 1, "B": 5, "C": 10, "D": 35, "E": 36, "F": 41, "G": 45, "H": 49, "I": 55, "J": 58, "K": 64,
    "L": 68, "M": 69, "N": 77, "O": 84, "P": 85, "Q": 86, "R": 90, "S": 94, "T": 97, "U": 99,
}  # fmt: skip

_CODE: Final = re.compile(r"([A-V])?[\s.]*(\d*)[\s.-]*([\d\s.-]*)")
_LETTER: Final = f"[{BLANKS}]*[A-Va-v]?[{BLANKS}.-]*"
"""What may stand before the digits, for any engine."""
_FUZZY_CUT_OFF: Final = 82
_BY_TITLE: Final = 10  # ranks below are found by code


@dataclass(frozen=True)
class Industry:
    """One entry of NACE.

    Attributes
    ----------
    code
        `J`, `62`, `62.0` or `62.01`.
    level
        1 section, 2 division, 3 group, 4 class.
    revision
        `2` or `2.1`.
    section
        Letter of the section it belongs to.
    labels
        Title by language, in sentence case.
    """

    code: str
    level: int
    revision: Revision
    section: str
    labels: Mapping[Language, str] = field(repr=False, hash=False)

    def label(self, lang: str = "en") -> str:
        """Title in a language; in English where there is none."""
        return self.labels.get(lang) or self.labels["en"]  # type: ignore[call-overload]


@cache
def industries(revision: Revision = "2") -> Mapping[str, Industry]:
    """Every entry of a revision by code: sections first, then divisions, groups and classes."""
    file = "nace_rev2.csv" if revision == "2" else "nace_rev21_en.csv"
    table = pl.read_csv(DATA / "industry" / file, infer_schema=False).sort(
        pl.col("level").cast(pl.Int8), "code"
    )
    sections: dict[str, str] = {}
    entries: dict[str, Industry] = {}
    for row in table.iter_rows(named=True):
        code, level = row["code"], int(row["level"])
        if level == 1:
            section = code
        elif level == 2:
            section = row.get("parent_code") or _section_of_division(int(code))
            sections[code] = section
        else:
            section = sections[code[:2]]
        labels = {lang: _title(row[lang], level) for lang in LANGUAGES if row.get(lang)}
        entries[code] = Industry(code, level, revision, section, MappingProxyType(labels))
    return MappingProxyType(entries)


def sections(revision: Revision = "2") -> tuple[Industry, ...]:
    """All sections, A first."""
    return tuple(entry for entry in industries(revision).values() if entry.level == 1)


@cache
def divisions_of(section: str, revision: Revision = "2") -> tuple[str, ...]:
    """Codes of a section's divisions; empty for a letter that is no section."""
    return tuple(
        code
        for code, entry in industries(revision).items()
        if entry.level == 2 and entry.section == section
    )


def section_of(code: str, revision: Revision = "2") -> str | None:
    """Letter of the section that a code of any level, national digits included, lies in."""
    entry = industries(revision).get(code) or industries(revision).get(code[:2])
    return entry.section if entry else None


def in_order(codes: Iterable[str]) -> list[str]:
    """Codes of any level: each section followed by its divisions, each by its groups and classes."""

    def place(code: str) -> tuple[str, str]:
        if len(code) == 1:
            return code, ""
        return section_of(code) or section_of(code, "2.1") or "~", code

    return sorted(codes, key=place)


def label(code: str, lang: str = "en", revision: Revision = "2") -> str:
    """Title of a code in sentence case; a code that the revision lacks stands for itself."""
    entry = industries(revision).get(code)
    return entry.label(lang) if entry else code


def titled(code: str) -> str:
    """`62.01 Computer programming activities`, by whichever revision has the code; else the code."""
    title = label(code)
    if title == code:
        title = label(code, revision="2.1")
    return code if title == code else f"{code} {title}"


def searchable(code: str) -> str:
    """Its title, and what people call such companies, to be found by: `62 Computer … · IT, software`.

    Examples
    --------
    >>> searchable("63.11").partition(" · ")[0]
    '63.11 Data processing, hosting and related activities'
    >>> searchable("03").partition(" · ")[2]
    'fishing, aquaculture, fish farming, seafood'
    """
    words = _everyday_words().get(code)
    return f"{titled(code)} · {words}" if words else titled(code)


@cache
def _everyday_words() -> Mapping[str, str]:
    file = pl.read_csv(DATA / "industry" / "everyday_words.csv", infer_schema=False)
    return MappingProxyType(dict(file.iter_rows()))


def normalise(code: str | None, revision: Revision = "2") -> str | None:
    """Read a code as lists write it: the NACE code behind it, or None where there is none.

    Parameters
    ----------
    code
        With or without dot, section letter and national digits: `62.010`, `62010`, `6201`, `J62`.
        A single digit before a dot has lost its leading zero.
    revision
        The revision it must belong to.

    Returns
    -------
    str or None
        `62.01`; the shortest form that says the same, so `J62` gives `62`.

    Examples
    --------
    >>> normalise("J62.010"), label("62.01")
    ('62.01', 'Computer programming activities')
    >>> normalise("99999") is None
    True
    """
    match = _CODE.fullmatch(code.strip().upper()) if code else None
    if match is None:
        return None
    letter, first, rest = match.groups()
    rest = re.sub(r"\D", "", rest)
    if len(first) == 1:
        first = "0" + first
    digits = first + rest
    if not digits:
        canonical = letter or ""
    elif len(digits) <= 2:
        canonical = digits
    else:
        canonical = f"{digits[:2]}.{digits[2:4]}"
    entry = industries(revision).get(canonical)
    if entry is None or (letter and entry.section != letter):
        return None
    return canonical


def normalised(codes: pl.Series, revision: Revision = "2") -> pl.Series:
    """`normalise` over a text column of any length."""
    distinct = codes.drop_nulls().unique()
    return codes.replace_strict(
        distinct,
        [normalise(code, revision) for code in distinct],
        default=None,
        return_dtype=pl.String,
    )


def spelled(code: nw.Expr) -> nw.Expr:
    """A column of codes spelled as Eurostat does, on any engine; what is no code stays as it is.

    As `normalise` reads them, but that national digits stay, and no code is looked up: an engine's
    table is not imported. A code whose letter is of another section is unknown.

    Examples
    --------
    >>> codes = nw.from_native(pl.DataFrame({"code": ["J62.010", "6201", "1.11", "62.1", "C62", "IT"]}))
    >>> codes.select(spelled(nw.col("code")))["code"].to_list()
    ['62.010', '62.01', '01.11', '62.1', None, 'IT']
    """
    # Each part asks the code itself: engines write a part out wherever it is used, and parts of parts
    # of parts once made a question of megabytes.
    digits = code.str.replace_all("[^0-9]", "")
    # A single digit before a point has lost its zero.
    is_short = code.str.contains(f"^{_LETTER}[0-9][{BLANKS}]*([^0-9{BLANKS}]|$)")
    zero = nw.when(is_short).then(nw.lit("0")).otherwise(nw.lit(""))
    whole = nw.concat_str(zero, digits)
    return (
        nw.when(is_spelled(code))
        .then(code)
        .when(code.str.contains(f"^[{BLANKS}]*[A-Va-v][{BLANKS}]*$"))
        .then(code.str.replace_all(f"[{BLANKS}]", "").str.to_uppercase())
        .when(~code.str.contains(f"^{_LETTER}[0-9][0-9.{BLANKS}-]*$"))
        .then(code)
        .when(code.str.contains("[A-Va-v]") & ~code.str.contains(_divisions()))
        .then(nw.lit(None, dtype=nw.String))
        .otherwise(
            nw.concat_str(whole.str.slice(0, 2), nw.lit("."), whole.str.slice(2)).str.replace_all(
                "[.]$", ""
            )
        )
    )


def is_spelled(code: nw.Expr) -> nw.Expr:
    """Whether `spelled` leaves a code as it is, told cheaply; most are."""
    return code.str.contains("^(..[.]|[A-V]$|[0-9][0-9]$)")


@cache
def _divisions() -> str:
    """What the divisions of either revision look like behind the letter of their section."""
    entries = (one for revision in _REVISIONS for one in industries(revision).values())
    found = sorted({(one.section, one.code) for one in entries if one.level == 2})
    by_section = (
        f"[{letter}{letter.lower()}][{BLANKS}.-]*({'|'.join(_digits(code) for _, code in codes)})"
        for letter, codes in groupby(found, key=itemgetter(0))
    )
    return f"^[{BLANKS}]*({'|'.join(by_section)})"


def _digits(division: str) -> str:
    """A division as digits may give it: without its zero, where no other digit follows the one."""
    first, second = division[0], division[1]
    apart = f"{first}[{BLANKS}]*{second}"
    return f"{apart}|{second}[{BLANKS}]*([^0-9{BLANKS}]|$)" if first == "0" else apart


def read(codes: pl.Series, usual: Revision = "2") -> pl.DataFrame:
    """Codes of both revisions in one column: `industry` and the `industry_revision` of each.

    Parameters
    ----------
    codes
        As lists write them (see `normalise`).
    usual
        The revision of a code that both have.

    Examples
    --------
    >>> read(pl.Series(["62.010", "62.100", "58.290"])).rows()
    [('62.01', '2'), ('62.10', '2.1'), ('58.29', '2')]
    """
    other: Revision = "2.1" if usual == "2" else "2"
    first, second = normalised(codes, usual), normalised(codes, other)
    return pl.select(
        pl.coalesce(first, second).alias("industry"),
        pl.when(first.is_not_null())
        .then(pl.lit(usual))
        .when(second.is_not_null())
        .then(pl.lit(other))
        .alias("industry_revision"),
    )


@cache
def _links() -> tuple[tuple[str, str], ...]:
    """Pairs of classes of Rev. 2 and Rev. 2.1 that chiefly hold the same companies.

    Of Eurostat's pairs those of one code; where a class has no namesake in the other revision, those
    with classes that have none either, else all it has. So mail order (47.91) is not every shop
    of Rev. 2.1 although each sells some of its goods, and 62.02 and 62.03 are both 62.20.
    """
    table = pl.read_csv(DATA / "industry" / "nace_rev2_rev21.csv", infer_schema=False)
    pairs = list(table.select("rev2", "rev21").iter_rows())
    same = {old for old, new in pairs if old == new}
    kept = {(o, n) for o, n in pairs if o == n or not same & {o, n}}
    for side in (0, 1):
        linked = {pair[side] for pair in kept}
        kept |= {pair for pair in pairs if pair[side] not in linked}
    return tuple(sorted(kept))


@cache
def counterparts(revision: Revision) -> Mapping[str, frozenset[str]]:
    """For each code of a revision the classes of the other one that hold its companies.

    By Eurostat's correspondence of NACE Rev. 2 and Rev. 2.1; divisions and groups have those of their
    classes.

    Examples
    --------
    >>> sorted(counterparts("2")["62.0"]), sorted(counterparts("2.1")["62.10"])
    (['62.10', '62.20', '62.90'], ['62.01'])
    """
    found: dict[str, set[str]] = {}
    for pair in _links():
        own, other = pair if revision == "2" else pair[::-1]
        for code in (own, own[:4], own[:2]):
            found.setdefault(code, set()).add(other)
    known = industries(revision)
    return MappingProxyType(
        {code: frozenset(others) for code, others in found.items() if code in known}
    )


@cache
def only_in(revision: Revision) -> frozenset[str]:
    """Codes that one revision has and the other has not: what lies below them is of it alone too.

    Examples
    --------
    >>> "62.1" in only_in("2.1"), "62.10" in only_in("2.1"), "V" in only_in("2.1")
    (True, True, True)
    """
    other: Revision = "2.1" if revision == "2" else "2"
    return frozenset(code for code in industries(revision) if code not in industries(other))


@cache
def letters(revision: Revision) -> Mapping[str, str]:
    """Section of Rev. 2 by the prefix of a code of either revision; the longest prefix decides.

    A class of Rev. 2.1 is where most of its counterparts are, a division or a section, which may be all
    that is known of a company, where most of its classes are.

    Examples
    --------
    >>> letters("2")["62"], letters("2.1")["62"], letters("2.1")["95"], letters("2.1")["95.31"]
    ('J', 'J', 'S', 'G')
    """
    if revision == "2":
        return MappingProxyType(
            {code: entry.section for code, entry in industries("2").items() if entry.level <= 2}
        )
    classes = {
        code: _commonest(section_of(one) or "" for one in counterparts("2.1").get(code, {code}))
        for code, entry in industries("2.1").items()
        if entry.level == 4
    }
    divisions = sorted({code[:2] for code in classes})
    found = {
        d: _commonest(letter for code, letter in classes.items() if code[:2] == d)
        for d in divisions
    }
    found |= {
        section.code: _commonest(
            letter for code, letter in classes.items() if section_of(code, "2.1") == section.code
        )
        for section in sections("2.1")
    }
    return MappingProxyType(
        found | {code: letter for code, letter in classes.items() if letter != found[code[:2]]}
    )


def _commonest(values: Iterable[str]) -> str:
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value))


def by_revision(codes: Iterable[str]) -> Mapping[Revision, frozenset[str]]:
    """Of which revision each code of a criterion is.

    Rev. 2 if it has the code; Rev. 2.1 for the others, and for all but the letters of sections if some
    are of it alone and none is of Rev. 2 alone.

    Examples
    --------
    >>> by_revision(["J", "62.01"])["2"] == {"J", "62.01"}
    True
    >>> by_revision(["62.10", "58", "J"])["2.1"] == {"62.10", "58"}
    True
    """
    asked = frozenset(codes)
    older = {code for code in asked if code in industries("2")}
    newer = {code for code in asked if code in industries("2.1")}
    alone = newer - older
    digits = {code for code in asked if len(code) > 1}
    theirs = digits | alone if alone and digits <= newer else alone
    return {"2": asked - theirs, "2.1": frozenset(theirs)}


def search(
    text: str, lang: str | None = None, *, revision: Revision = "2", limit: int = 20
) -> tuple[Industry, ...]:
    """Entries that a code prefix or words of a title find, best first.

    Parameters
    ----------
    text
        `62.0`, `J`, `programvara`, `ohjelmisto` …; case and accents do not count, and a
        misspelt word finds its nearest titles.
    lang
        Search the titles of one language only; None searches all five.
    revision
        `2`, or `2.1` (English only).
    limit
        Most entries to return.
    """
    wanted = _words(text)
    if not wanted:
        return ()
    entries = industries(revision)
    digits = re.sub(r"[^a-z0-9]", "", wanted)
    ranks: dict[str, tuple[int, int]] = {}
    by_title: dict[str, str] = {}
    for code, language, title in _titles(revision):
        if lang not in (None, language):
            continue
        by_title[f"{code} {language}"] = title
        rank = _rank(wanted, digits, code, title)
        if rank is not None:
            order = (rank, len(title) if rank >= _BY_TITLE else 0)
            ranks[code] = min(ranks.get(code, order), order)
    if len(ranks) < min(limit, 3) and len(wanted) >= 4:
        near = process.extract(
            wanted, by_title, scorer=fuzz.partial_ratio, score_cutoff=_FUZZY_CUT_OFF, limit=limit
        )
        for _, score, key in near:
            ranks.setdefault(key.split()[0], (200 - int(score), 0))
    best = sorted(ranks, key=lambda code: (*ranks[code], entries[code].level, code))
    return tuple(entries[code] for code in best[:limit])


def _rank(wanted: str, digits: str, code: str, title: str) -> int | None:
    bare = code.replace(".", "").lower()
    if digits == bare:
        return 0
    if digits.isdigit() and bare.startswith(digits):
        return len(bare)
    words = wanted.split()
    found = (
        title == wanted,
        title.startswith(wanted),
        all(f" {word}" in f" {title}" for word in words),
        all(word in title for word in words),
    )
    return next((_BY_TITLE + rank for rank, hit in enumerate(found) if hit), None)


@cache
def _titles(revision: Revision) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (code, lang, _words(title))
        for code, entry in industries(revision).items()
        for lang, title in entry.labels.items()
    )


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9.]+", fold(text)))


def _section_of_division(division: int) -> str:
    return max(letter for letter, first in _FIRST_DIVISION.items() if first <= division)


def _title(raw: str, level: int) -> str:
    # Eurostat's file has section titles in capitals, with footnote digits inside two of them.
    if level > 1:
        return raw
    text = re.sub(r"(?<=[A-Z])\d(?=[A-Z])", "", raw).removeprefix("HOVEDAFDEL ING G ")
    return text.replace(" - AND ", "- AND ").capitalize()
