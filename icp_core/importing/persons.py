"""Persons stay out: who trades under their own name, and the columns of a list that are about people.

Both are told by kind of value as well as by heading, since no list of headings is long enough.
"""

import re
from functools import cache
from typing import Final

import polars as pl

from icp_core.accounts.company_names import LEGAL_FORMS
from icp_core.accounts.linkedin import HAS_COMPANY_PAGE, is_person_page
from icp_core.importing import values
from icp_core.importing.headings import is_of_dealings, is_proprietor, parse
from icp_core.importing.looks import SOCIAL
from icp_core.importing.mapping import Assignment
from icp_core.importing.mapping import Mapping as HeadingMapping
from icp_core.importing.national import is_masked_personal, is_personal
from icp_core.importing.tables import Table
from icp_core.paths import DATA
from icp_core.reference.text import fold, fold_expr

PERSON: Final = "left out: sole proprietor or person"
ESTATE: Final = "left out: an estate or joint ownership, no company"
LEFT_OUT_REASON: Final = "personal data is left out"
"""How the reason of an assignment begins whose column is about persons."""

NAMES_FILE: Final = DATA / "importing" / "given_names.csv"
"""Common given names."""

WORDS_FILE: Final = DATA / "importing" / "person_words.csv"
"""Words of headings about persons by kind, and (`record`) those that make it one about records."""

_SAMPLE: Final = 2_000
_SMALL_CHOICE: Final = 60

# Legal forms ---------------------------------------------------------------------------------------

_PERSON_CODES: Final = (
    "ef", "enk", "tmi", "t:mi", "pmv", "e", "pers", "fys", "tvam", "enkeltmand", "ek.pers",
)  # fmt: skip
_NUMBERED: Final = (("SE", "10"), ("DK", "10"), ("DK", "15"), ("FI", "26"))
"""Codes of registers that are bare numbers: SCB's, CVR's and PRH's."""
_PERSON_WORDS: Final = (
    r"\b(?:enskild\w* (?:firma|naringsidkare|naringsverksamhet|foretagare)|enkeltpersons?foretak|"
    r"enkeltmandsvirksomhed\w*|enkeltmannsforetak|personligt? ejet|personlig virksomhed|"
    r"yksityinen (?:elinkeinon|liikkeen|ammatin)harjoittaja|elinkeinonharjoittaja|liikkeenharjoittaja|"
    r"ammatinharjoittaja|yksityinen toiminimi|toiminimi|sole (?:proprietor\w*|trader\w*)|"
    r"einzelunternehm\w*|einzelkaufmann|eenmanszaak|entreprise individuelle|fysiske?a? person\w*|"
    r"privatperson\w*|luonnollinen henkilo|yksityishenkilo\w*|natural person|naturlig person|"
    r"einstaklingsfyrirtaeki|einstaklingur|self[- ]?employed|individual entrepreneur)\b"
)
_KIND_OF_CUSTOMER: Final = (
    r"\b(?:kund|kunde|customer|client|asiakas|account|contact|kontakt|company|foretag|bedrift|virksomhed)s?"
    r"[\s/_-]*(?:type?n?|typ|grupp|gruppe|group|ryhma|tyyppi|kategori|category|segment|person|class)\b|"
    r"\bb2b\b|\btype of (?:company|customer|contact)\b"
)
# What stands beside `Privat` where a column says only of which of the two kinds a customer is.
_KIND: Final = (
    r"^(?:(?:record|entity|party)[\s_-]*)?"
    r"(?:type?n?|typ|tyyppi|kind|art|laji|tegund|kategori|category)$"
)
_BUSINESS: Final = (
    r"^(?:bedrift(?:s(?:kunde)?)?|firma(?:kunde?)?|virksomhed|foretag(?:s(?:kund)?)?|bolag|selskab|selskap|"
    r"erhverv(?:s(?:kunde)?)?|naering(?:s(?:kunde)?)?|yritys(?:asiakas)?|company|companies|business|corporate|"
    r"organi[sz]ation|organisasjon|fyrirtaeki|b2b)$"
)
_TYPE_OF_COMPANY: Final = r"^(?:company|organi[sz]ation)[\s_-]*type$|^type of company$"
_PRIVATE: Final = (
    r"^(?:privat(?:e|kunde?r?|asiakas|person)?|private (?:customer|person|individual)|consumers?|person|"
    r"individuals?|yksityinen|yksityisasiakas|kuluttaja|forbruger|forbruker|konsument|b2c)$"
)
_IS_COMPANY: Final = (
    r"^(?:is[\s_]*(?:a[\s_]*)?company|ar foretag|er (?:bedrift|firma|virksomhed)|on yritys)$"
)
_NO: Final = r"^(?:false|no|nej|nei|ei|0|falskt|usant)$"
_ESTATE_CODES: Final = ("kbo", "bo", "sam", "dbo")
_ESTATE_WORDS: Final = (
    r"\b(?:dodsbo\w*|kuolinpesa\w*|danarbu|estate of|annet dodsbo|tingsrettslig sameie)\b"
)
_WORD_FORMS: Final = "|".join(f for f in LEGAL_FORMS if f not in ("se", "is", "da", "sa", "ba"))
_PERSON_NAMES: Final = (
    r"^t(?::|\.)?mi\s|\st(?::|\.)?mi$|\(enk\)|\senk$|\se\.?k\.$|"
    rf"{_PERSON_WORDS}\W*$"
)
_BY_OWNER: Final = r"(?i)\sv/\s?\p{L}"
_A_FORM: Final = rf"\b(?:{_WORD_FORMS}|a/s|i/s|k/s|p/s)\b"
_ESTATE_NAMES: Final = (
    rf"{_ESTATE_WORDS}\W*$|^(?:dodsboet|dodsbo|kuolinpesa|boet)\b.*\b(?:efter|etter)\b|^estate of\b"
)
_CARE_OF: Final = r"(?i)[\s,;(–-]*\bc\s?/\s?[o0]\b[^,;)]*\)?"
# Whom a letter is for; in an address without a mark behind it too, where no company has such a name.
_ATTENTION: Final = (
    r"(?i)[\s,;(/–-]*\b(?:att(?:n|ention)?\s?[.:]+|attn\b|attention\b|f\.?a\.?o\s?[.:]+)"
    r"\s*\pL[^,;)]*\)?"
)
_ATTENTION_BARE: Final = r"[\s,;(/–-]*\b[Aa]tt \p{Lu}[^,;)]*\)?"
_BY: Final = r"(?i)[\s,;(–-]*\b(?:v\s?/|p\s?/\s?a\b)\s?\pL[^,;)]*\)?"
_BY_BEHIND_A_FORM: Final = (
    r"(?i)(\b(?:ab|as|asa|a/s|aps|oy|oyj|ans|da|ks|i/s|k/s|hb|kb))[\s,;(–-]+v\s?/\s?\pL[^,;)]*\)?"
)


def form_reason(form: pl.Expr, country: pl.Expr) -> pl.Expr:
    """Why a legal form leaves a row out, whatever language or register its code is of; else null."""
    text = fold_expr(form)
    code = text.str.extract(r"^([\p{L}:./]+|\d+)(?:\s*[-–:(]|$)", 1)
    numbered = pl.any_horizontal(
        (country == c) & (text.str.extract(r"^(\d+)\b", 1) == n) for c, n in _NUMBERED
    )
    in_words = text.str.contains(rf"{_PERSON_WORDS}|^(?:individuals?|consumers?|person)$")
    person = code.is_in(_PERSON_CODES) | in_words | numbered
    estate = code.is_in(_ESTATE_CODES) | text.str.contains(_ESTATE_WORDS)
    return pl.when(person).then(pl.lit(PERSON)).when(estate).then(pl.lit(ESTATE))


def name_reason(name: pl.Expr) -> pl.Expr:
    """Why a company's name leaves a row out: it says that a person trades, or an estate; else null."""
    text = fold_expr(name)
    owner = name.str.contains(_BY_OWNER) & ~text.str.contains(_A_FORM)
    return (
        pl.when(text.str.contains(_PERSON_NAMES) | owner)
        .then(pl.lit(PERSON))
        .when(text.str.contains(_ESTATE_NAMES))
        .then(pl.lit(ESTATE))
    )


def has_masked_number(cells: pl.Series) -> pl.Series | None:
    """Of a column of the file's own, the rows with a person's number in it, masked; None if none has.

    A column of nothing else is about persons of the companies, and left out before.
    """
    distinct = cells.cast(pl.String).drop_nulls().unique()
    found = distinct.filter(distinct.str.contains(_MAY_BE_MASKED))
    found = pl.Series([text for text in found if is_masked_personal(text)], dtype=pl.String)
    return (
        cells.cast(pl.String).is_in(found.implode()).fill_null(value=False) if len(found) else None
    )


def says_person(heading: str, cells: pl.Series) -> pl.Series | None:
    """Of a column of the file's own, the rows that are persons' by it; None if no cell is.

    By a legal form in words under any heading; by `Privat` and the like, which elsewhere are of who owns
    a company, under one that asks what kind of customer it is, or under `Type` where the others are
    `Bedrift`; by a no under `Is a Company`.
    """
    distinct = cells.cast(pl.String).drop_nulls().unique()
    if not 0 < len(distinct) <= _SMALL_CHOICE:
        return None
    asked = fold(heading)
    said = rf"^{_PERSON_WORDS}$|^(?:enk|pmv)$"
    folded = pl.select(fold_expr(pl.lit(distinct)).str.strip_chars()).to_series()
    of_two_kinds = re.search(_KIND, asked) and folded.str.contains(_BUSINESS).any()
    if (
        of_two_kinds
        or re.search(_KIND_OF_CUSTOMER, asked)
        or parse(heading).meaning == "legal_form"
    ):
        said += f"|{_PRIVATE}"
    if re.search(_IS_COMPANY, asked):
        said += f"|{_NO}"
    found = distinct.filter(folded.str.contains(said))
    if re.search(_TYPE_OF_COMPANY, asked):
        # A private company is one that is not listed.
        found = found.filter(found.str.to_lowercase() != "private")
    cells = cells.cast(pl.String)
    return cells.is_in(found.implode()).fill_null(value=False) if len(found) else None


def without_care_of(text: pl.Expr) -> pl.Expr:
    """Text without `c/o`, `Attn:` and, behind a legal form, `v/`, each with the person behind it."""
    bare = text.str.replace_all(_CARE_OF, "").str.replace_all(_ATTENTION, "")
    bare = bare.str.replace_all(_BY_BEHIND_A_FORM, "${1}")
    return bare.str.strip_chars(" ,;").replace("", None)


def without_addressee(text: pl.Expr) -> pl.Expr:
    """An address without the person it is for: `v/Nils Moe`, `att Anna`, `Pekka Puu / Cesi Oy`."""
    bare = without_care_of(text)
    for pattern in (_BY, _ATTENTION_BARE, rf"^{_given_and_family()}\s*/\s*"):
        bare = bare.str.replace_all(pattern, "")
    bare = bare.str.replace_all(rf"\s*/\s*{_given_and_family()}\s*(,|;|$)", "${1}")
    return bare.str.strip_chars(" ,;/").replace("", None)


# Columns -------------------------------------------------------------------------------------------

_PHONE_CELL: Final = (
    r"^['\s]*(?:\+|00|\(?0)[\d\s()./–-]{6,}\d(?:\s*\D{0,8}\d{1,5})?\s*$"
    r"|^\d{2}(?: \d{2}){3}$|^\d{3} \d{2} \d{3}$|^tel:"
)
_TITLE_CELL: Final = (
    r"(?i)\b(?:ceo|cfo|cto|coo|cmo|vd|chief|director|manager|president|head of|founder|owner|partner|vp|"
    r"svp|consultant|engineer|specialist|assistant|c suite|"
    r"\w*(?:direktör|direktør|johtaja|chef|sjef|leder|päällikkö|konsult|koordinator|ordförande))\b"
)
# What only a person is to a company; it may be a partner or an owner itself.
_JOB: Final = (
    r"(?i)(?:ceo|cfo|cto|coo|cmo|vd|hr|ekonomi|\w*(?:direktör|direktør|johtaja|chef|sjef|leder|ledare|"
    r"päällikkö|ordförande|formand|köpare|kjøper|køber|ostaja|säljare|selger|sælger|myyjä|ansvarig|ansvarlig|"
    r"vastaava|kontakt|assistent|controller|direct(?:or)?|manager|buyer|founder))(?:[ /-]\w+)?"
)
_MAY_BE_MASKED: Final = r"^[^\pL]*\d{2}.*(?:[Xx*•●∙○#_?…]|\.{3}|\pL{4})|^\W*[Xx*•●∙○#_?]{6}.*\d{4}$"
_BUSINESS_ID: Final = r"^\d{7}-\d$"
_DATE_CELL: Final = r"^\d{1,2}[./-]\d{1,2}[./-]\d{2}(?:\d{2})?(?:\s.*)?$"
_PERSON_CELL: Final = r"^\p{Lu}[\p{L}.'’-]+(?: \p{Lu}?[\p{L}.'’-]+){1,3}$"
# In names of owners that are companies, funds or the public.
_OF_COMPANIES: Final = (
    r"\w*holding\w*|invest\w*|group|gruppen|konsern\w*|koncern\w*|capital|kapital|fond\w*|fund|kommune?|stat(?:en)?|"
    r"partners|stiftelsen?|saatio|rahasto|kaupunki|forening\w*|eiendom|fastighet\w*|limited|ltd|gmbh|inc"
)
_MOSTLY, _MANY, _SOME = 0.7, 0.5, 0.3
_FEW: Final = 300
_PAGES: Final = "persons' pages"
_NAMES: Final = "names of persons"
_ADDRESSES: Final = ("website", "domain", "linkedin_url")


# What people write about their talks with persons; Finnish names change with what is done to them.
_NOTE_HEADING: Final = (
    r"(?:comments?|notes?|remarks?|memo|fri ?te[kx]st|vapaa ?teksti|lisatieto\w*|huomio\w*|huomautu\w*|"
    r"anm|merknad\w*|bemaerkning\w*|anmerkning\w*|anmarkning\w*|logg?)"
    r"|\w*(?:kommentar\w*|kommentti\w*|kommentit|notat\w*|notiser?|anteckning\w*|notering\w*)"
    r"|\w*muistiinpano\w*"
)
_MAIL_WITHIN: Final = r"[^\s@]+@[^\s@]+\.\pL{2,}"
_PHONE_WITHIN: Final = (
    r"(?:\+|\b00)\d[\d\s()./-]{6,}\d|\b0\d{1,3}[\s/-]+\d[\d\s-]{4,}\d\b|\b0\d{8,9}\b|"
    r"\b\d{2}(?: \d{2}){3}\b|\b\d{3} \d{2} \d{3}\b|\b[49]\d{7}\b|"
    r"(?i:\b(?:tlf|tel|mob|mobil|phone|puh|gsm|direkt|direct)\b)\.?:?\s*\+?\d[\d\s-]{4,}"
)
_TALKS: Final = (
    r"(?i:\b(?:ring|ringde|ringte|ringet|snakke[td]? med|prata(?:de|t)? med|tal(?:te|t|ade|at) med|"
    r"mail til|maila|mejla|soita|soitin|soitettu|tapasin|puhuin|call|called|spoke (?:to|with)|"
    r"talked (?:to|with)|met(?: with)?|ask for|spor|spør|spørg|fråga|kysy|kontakta|hilsen|hälsningar|"
    r"mvh|att|hos|ansv|ansvarig|v/))[.: ]+\p{Lu}\p{Ll}+"
)
# With whom something was or will be done: two capitalised words or an initial, whatever the name.
_WHOM: Final = (
    r"\b(?:[Mm]ed|[Ww]ith|w/|[Tt]ill?|[Tt]o|[Hh]os|[Bb]y|[Ff]r(?:a|å|o)n?m?|[Aa]v|[Ff]or|[Ff]ör)\.? "
    r"\p{Lu}[\p{L}'’-]+ \p{Lu}[\p{L}'’-]+|"
    r"\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+ kanssa\b|\b\p{Lu}\. ?\p{Lu}\p{Ll}{2,}"
)
_LEAST_OF_NOTES: Final = 0.2
# Names of networks in headings.
_NETWORKS: Final = frozenset(
    ["twitter", "facebook", "instagram", "tiktok", "snapchat", "youtube", "xing", "bluesky", "mastodon",
     "whatsapp", "telegram", "threads", "pinterest", "klout"]
)  # fmt: skip
_ACCOUNTS: Final = "accounts of social media, which may be persons'"


def without_persons(mapping: HeadingMapping, table: Table) -> HeadingMapping:
    """A guessed mapping in which the columns that are about persons are left out.

    Parameters
    ----------
    mapping
        As guessed.
    table
        The file; its first rows are looked at, of notes all.
    """
    sample = table.head(_SAMPLE)
    own = [a.heading for a in mapping.assignments if a.is_extra]
    dealings = [heading for heading in own if is_of_dealings(heading)]
    notes = [heading for heading in own if _is_note(heading) and heading not in dealings]
    told = _kinds_of_notes(table, notes) | _kinds_of_notes(table, dealings, more=_WHOM)
    return mapping.replace(
        assignments=tuple(
            _without_persons(a, sample[a.heading].drop_nulls(), told.get(a.heading))
            for a in mapping.assignments
        )
    )


def _is_note(heading: str) -> bool:
    """Whether a heading is that of what people write of their talks: `Kommentar`, `Notes`."""
    words = _words(heading)
    return any(re.fullmatch(_NOTE_HEADING, word) for word in (*words, " ".join(words)))


def _kinds_of_notes(table: Table, headings: list[str], *, more: str = "") -> dict[str, str]:
    """What of persons stands in notes, anywhere in the file; only those with something.

    `more` is what else shows a person there.
    """
    if not headings:
        return {}
    asked = {
        "e-mail addresses": _MAIL_WITHIN,
        "telephone numbers": _PHONE_WITHIN,
        "names of persons": rf"{_TALKS}|{_name_within()}" + (f"|{more}" if more else ""),
    }
    row = table.lazy.select(
        pl.col(heading).str.contains(pattern).any().alias(f"{heading}\n{kind}")
        for heading in headings
        for kind, pattern in asked.items()
    ).collect()
    found: dict[str, str] = {}
    for name, holds in row.row(0, named=True).items():
        heading, kind = name.rsplit("\n", 1)
        if holds:
            found.setdefault(heading, f"notes with {kind}")
    return found


@cache
def _name_within() -> str:
    """A common given name inside a text: behind another word, or before a family name."""
    given = _given_name()
    return rf"\b{given} \p{{Lu}}\p{{Ll}}+|[\pL\d,;:] {given}\b"


@cache
def _given_and_family() -> str:
    return rf"{_given_name()} \p{{Lu}}\p{{Ll}}+"


@cache
def _given_name() -> str:
    """A common given name, with the endings that languages put to it."""
    names = [name.title() for name in pl.read_csv(NAMES_FILE)["name"] if len(name) > 2]
    names += [f"{name[:-2]}{name[-1]}" for name in names if name[-3:-2] == name[-2:-1]]
    given = rf"(?:{'|'.join(sorted(set(names), key=len, reverse=True))})"
    return rf"{given}(?:s|n|lle|lla|lta|sta|a|ä)?"


def _without_persons(assignment: Assignment, cells: pl.Series, note: str | None) -> Assignment:
    heading, kind = assignment.heading, note
    if assignment.is_extra or assignment.means:
        kind = note or _kind_of_cells(heading, cells) or _kind_of_heading(heading, cells)
    elif assignment.column in _ADDRESSES and _share_of_pages(cells) >= _MANY:
        # Beside companies' pages a person's loses its cell; a column of nothing else goes.
        kind = _PAGES if not _has_company_pages(cells) else None
    if kind is None:
        return assignment
    return Assignment(
        heading=heading, column=None, confidence=0.9, reason=f"{LEFT_OUT_REASON}: {kind}"
    )


def left_out(mapping: HeadingMapping) -> tuple[str, ...]:
    """Headings that a mapping leaves out because they are about persons."""
    return tuple(
        a.heading
        for a in mapping.assignments
        if a.column is None and a.reason.startswith((LEFT_OUT_REASON, "contact details"))
    )


def note_on(mapping: HeadingMapping) -> tuple[str, ...]:
    """The sentence of the report on the columns left out; none if there are none."""
    headings = left_out(mapping)
    if not headings:
        return ()
    what = "column is" if len(headings) == 1 else "columns are"
    return (f"{len(headings)} {what} about persons and left out: {', '.join(headings)}",)


def _kind_of_heading(heading: str, cells: pl.Series) -> str | None:
    """What a heading says of persons, if its cells don't say otherwise."""
    words, known = _words(heading), vocabulary()
    if not _NETWORKS.isdisjoint(words) and not _counts(cells):
        return _ACCOUNTS
    is_any = {kind: not known[kind].isdisjoint(words) for kind in known}
    text = f" {' '.join(words)} "
    numeric, digits, titles, jobs = _shares(
        cells, r"^[\d\s.,:/-]*$", r"(?:\d\D*){6,}", _TITLE_CELL, rf"^(?:{_JOB})$"
    )
    texts = numeric < _MANY and not 0 < cells.n_unique() <= 3 < len(cells)
    telephone = is_any["telephone"] or re.search("telefon|phone|mobil|puhelin", text)
    if telephone and (digits >= _MANY or not len(cells)):
        return "telephone numbers"
    phrases = [phrase for phrase in known["phrase"] if f" {phrase} " in text]
    # The last of a last name is none of a record's.
    beside = set(words).difference(*map(str.split, phrases))
    if not known["record"].isdisjoint(beside):
        return None
    if is_any["private"]:
        return "personal details"
    named = is_any["name"] or bool(phrases)
    # A few persons of many companies are persons too.
    few = (phrases and not _counts(cells)) or (is_any["title"] and jobs >= _MANY)
    said = named or is_any["role"] or (is_any["title"] and titles >= _SOME)
    if (numeric < _MANY and few) or (texts and said):
        return "names or titles of persons"
    return None


def _kind_of_cells(heading: str, cells: pl.Series) -> str | None:
    """What the cells of a column are, if they are about persons whatever its heading."""
    phone, business, date, email, person, social, within = _shares(
        cells, _PHONE_CELL, _BUSINESS_ID, _DATE_CELL, r"^\S+@\S+\.\S+$", _PERSON_CELL, SOCIAL,
        rf"\pL.*(?:{_MAIL_WITHIN}|{_PHONE_WITHIN})|(?:{_MAIL_WITHIN}|{_PHONE_WITHIN}).*\s\pL",
    )  # fmt: skip
    if is_proprietor(heading):
        # One company in five with a person behind it is enough to leave them out.
        return _NAMES if _persons_share(cells) >= _LEAST_OF_NOTES else None
    some = cells.head(_FEW)
    # Nothing shorter than a date of birth is one.
    long = some.filter(some.str.count_matches(r"[^\s-]") >= 6)
    numbers = sum(is_personal(None, text) for text in long) / max(1, len(some))
    found = {
        "telephone numbers": phone - business - date >= _MOSTLY,
        "e-mail addresses": email >= _MANY,
        _PAGES: _share_of_pages(cells) >= _MANY and not _has_company_pages(cells),
        "personal identity numbers": numbers >= _MANY,
        _NAMES: person >= _MOSTLY and _given(cells) >= _SOME,
        _ACCOUNTS: social >= _MANY,
        "notes with telephone numbers or e-mail addresses": within >= _LEAST_OF_NOTES,
        "notes with names of persons": _share_of_names_within(cells) >= _LEAST_OF_NOTES,
    }
    kind = next((kind for kind, holds in found.items() if holds), None)
    # Sales people are the user's own, and stand under a heading that says so.
    own = kind == _NAMES and not vocabulary()["record"].isdisjoint(_words(heading))
    return None if own else kind


def _share_of_names_within(cells: pl.Series) -> float:
    """Share of cells that are texts with a person's name inside, and no company's."""
    text = pl.lit(cells)
    within = text.str.contains(rf"{_TALKS}|[\pL,;:] {_given_and_family()}")
    company = fold_expr(text).str.contains(rf"{_A_FORM}|\b(?:{_OF_COMPANIES})\b")
    return float(pl.select((within & ~company).mean()).item() or 0.0)


def _counts(cells: pl.Series) -> bool:
    """Whether cells are numbers, dates, or yes and no."""
    number, date = _shares(cells, r"^[\d\s.,:%+/-]*$", _DATE_CELL)
    flags = float(pl.select(values.flag(pl.lit(cells)).is_not_null().mean()).item() or 0.0)
    return max(number, date, flags) >= _MANY


def _share_of_pages(cells: pl.Series) -> float:
    """Share of cells that are persons' pages on LinkedIn."""
    return float(pl.select(is_person_page(pl.lit(cells)).mean()).item() or 0.0)


def _has_company_pages(cells: pl.Series) -> bool:
    """Whether some cells are pages of companies, written as such."""
    return bool(cells.str.contains(HAS_COMPANY_PAGE).any())


def _persons_share(cells: pl.Series) -> float:
    """Share of cells that are written like a person's name, or begin with a given name."""
    text = fold_expr(pl.lit(cells))
    like = pl.lit(cells).str.strip_chars().str.contains(_PERSON_CELL)
    given = text.str.extract(r"^([^\s-]+)", 1).is_in(_given_names())
    company = text.str.contains(rf"{_A_FORM}|\b(?:{_OF_COMPANIES})\b")
    return float(pl.select(((like | given) & ~company).mean()).item() or 0.0)


def is_title(heading: str) -> bool:
    """Whether a heading is of what a person does in a company: `Job Title`, `Stilling`."""
    return not vocabulary()["title"].isdisjoint([*_words(heading), fold(heading).replace(" ", "")])


def share_of_persons(cells: pl.Series) -> float:
    """Share of cells that begin with a common given name and have no legal form."""
    return _given(cells)


def _given(cells: pl.Series) -> float:
    """Share of cells that begin with a common given name and have no legal form."""
    first = fold_expr(pl.lit(cells)).str.extract(r"^([^\s-]+)", 1)
    company = fold_expr(pl.lit(cells)).str.contains(_A_FORM)
    share = pl.select((first.is_in(_given_names()) & ~company).mean()).item()
    return float(share or 0.0)


@cache
def vocabulary() -> dict[str, frozenset[str]]:
    """Words by kind."""
    words = pl.read_csv(WORDS_FILE).group_by("kind").agg("words")
    return {kind: frozenset(found) for kind, found in words.iter_rows()}


@cache
def _given_names() -> tuple[str, ...]:
    return tuple(sorted({fold(name) for name in pl.read_csv(NAMES_FILE)["name"]}))


def _shares(cells: pl.Series, *patterns: str) -> tuple[float, ...]:
    """Share of the cells that each pattern fits, 0…1."""
    if not len(cells):
        return (0.0,) * len(patterns)
    text = cells.alias("cell").to_frame()
    row = text.select(
        pl.col("cell").str.strip_chars().str.contains(pattern).mean().alias(str(place))
        for place, pattern in enumerate(patterns)
    ).row(0)
    return tuple(float(share or 0.0) for share in row)


def _words(heading: str) -> list[str]:
    """Words of a heading, folded, also those of snake_case and camelCase."""
    apart = re.sub(r"(?<=[a-zåäöæø])(?=[A-ZÅÄÖÆØ])|(?<=[A-Z])(?=[A-Z][a-zåäöæø])", " ", heading)
    return re.findall(r"[^\W_]+", fold(apart)) + (
        [fold(heading)] if " " not in heading and apart != heading else []
    )
