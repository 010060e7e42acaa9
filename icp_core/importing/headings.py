"""What the headings of company lists mean, in five languages, Danish to English.

A heading is taken apart into its words, whatever joins them (`Account Name`, `account_name`,
`AccountName`, `Account: Name`), and a year, a currency and a unit. The words are looked up regardless of
case, accents and punctuation; those that only say whose it is (`Organization - Owner`), where it stands
(`Billing City`, `Address 1: City`) or how it was found (`Last avail. yr`) may be missing. A word that
nobody knows is never passed over: `Country of origin` is no country of a company.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

import polars as pl
from rapidfuzz import fuzz, process

from icp_core.paths import DATA
from icp_core.reference import currency
from icp_core.reference.text import fold

CONTACT: Final = "contact"
"""Meaning of headings on telephone numbers and persons: left out, personal data."""

PROPRIETOR: Final = "proprietor"
"""Meaning of headings that name who owns a company, or in a CRM which of our own people has it.

Headings of ours alone (`Owner`, `Account owner`, `Vår kontakt`) mean `owner`.
"""

FILE: Final = DATA / "importing" / "headings.csv"
"""Headings by meaning.

Where two headings of a list have the same meaning, the one that stands first in the file wins: a
juridical name before a market name, all operating income before sales alone.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SIGNS: Final = {
    "€": "EUR", "$": "USD", "£": "GBP", "euro": "EUR", "euros": "EUR", "euroa": "EUR",
    "eur": "EUR", "dollar": "USD", "dollars": "USD", "pounds": "GBP",
}  # fmt: skip
# Crowns alone do not tell whose they are.
_CROWNS: Final = frozenset({"kr", "kronor", "kroner", "kruunua", "crowns"})
_SCALES: Final = {
    1e3: "tusen tusental tuhatta tuhansia tuhansissa thousand thousands tusind tusinde 1000 000 000s",
    1e6: "million millions millioner miljoner miljonar miljoonaa miljoonissa mill milj mio mln 1000000",
    1e9: "billion billions milliarder miljarder miljardia mrd mdr mia",
}
# Letters that are a scale only beside a currency or alone in brackets.
_SHORT_SCALES: Final = {
    "t": 1e3, "k": 1e3, "th": 1e3, "ths": 1e3, "m": 1e6, "mn": 1e6, "mm": 1e6, "bn": 1e9, "b": 1e9,
}  # fmt: skip
# A scale behind its currency: `SEKk` is not two words in camelCase.
_SCALED: Final = re.compile(r"\b(SEK|NOK|DKK|EUR|USD|GBP|ISK)(k|th|m|mn|mm|bn)\b")
_PER_CENT: Final = _words("% procent prosent percent prosentti prosenttia pct")
_PER_CENT_UNIT: Final = 0.01
# Per cent of these is another figure.
_NO_SHARE: Final = frozenset({"revenue", "net_profit", "not_revenue", "employees", "fte"})
_SCALE_OF: Final = {word: factor for factor, words in _SCALES.items() for word in words.split()}
_FUZZY: Final = 90
# Of the words of a heading that were cut short.
_LETTERS_TELL: Final = 5
# Words of the longest heading that is looked up in parts.
_LONGEST: Final = 8

# Words that say whose the value is.
# What a pivot table writes before the heading that it adds up.
_SUM_OF: Final = re.compile(r"^(?:sum|summa|summe)\s+(?:of|av|af)\s+(?=\S)", re.IGNORECASE)
_ENTITIES: Final = _words(
    "comp company companys companies account accounts organization organisation organizations "
    "customer customers client klient firm corporate corporation business entity crm foretag foretaget "
    "foretagets bolag bolaget bolagets kund kunden kundens organisationen bedrift bedriftens "
    "selskap selskapet selskapets foretak foretakets kunde kunden kundens organisasjon "
    "organisasjonens firma firmaet firmaets virksomhed virksomheden virksomhedens selskab "
    "selskabet selskabets yritys yrityksen asiakas asiakkaan organisaatio organisaation hubspot "
    "salesforce apollo res partner supplier suppliers vendor leverantor leverantoren leverandor "
    "leverandoren toimittaja toimittajan hs properties "
    # That a deal or a person is of it.
    "associated associerat associerad tilknyttet tilknyttede tilhorende tillhorande tillhor liittyva "
    "liitetty related relaterad relaterat relatert relateret lankad lankat"
)
# Words that say which of several addresses it is of; the later ones lose to the earlier.
_KINDS: Final = {
    word: place
    for place, words in enumerate(
        (
            "address addresses adress adresse adressen addr osoite hq headquarters headquarter head "
            "office huvudkontor hovedkontor hovedkvarter paakonttori "
            "registered registrerat registrert registreret rekisteroity reg regaddress primary main "
            "business forretningsadresse forretnings "
            "besoksadress besoksadresse besogsadresse besoks besogs besok visiting visit "
            "kayntiosoite kayntiosoitteen legal physical",
            "postadress postadresse postiosoite postiosoitteen postal post mailing street",
            "billing invoice faktura fakturaadress fakturaadresse fakturerings",
            "shipping delivery leverans leveransadress leveringsadresse leverings",
        )
    )
    for word in words.split()
}
# Words that add nothing to what is meant.
_NOISE: Final = _words(
    "the of or for in i av fra till af pa to an et en latest last avail available yr senaste siste "
    "seneste viimeisin uusin bokslut bokslutet regnskap regnskab tilinpaatos current nuvarande "
    "total totalt totalt yhteensa estimated estimate est approx annual arlig yearly "
    "vuosittainen vuotuinen arlige iso latin alphabet mandatory optional required hele whole x tal core "
    "default oletus eller tai ar year digits digit profile value field text standardised standardized "
    "range intervall interval per at"
)
# Words of people and their telephones, and words that may stand beside them.
_PEOPLE: Final = _words(
    "contact contacts kontakt kontaktperson kontaktpersoner kontaktnavn kontaktnamn person "
    "phone phones telephone tel tlf telefon puhelin puhelinnumero mobile mobil mobiltelefon "
    "matkapuhelin cell fax faks telefax vaxel switchboard sentralbord ceo cfo cto coo vd "
    "founder founders chairman chairperson ordforande styrelseordforande styreleder styremedlem "
    "bestyrelse direktor toimitusjohtaja director directors manager surname firstname lastname "
    "fornamn efternamn fornavn etternavn etunimi sukunimi referens huvudman decision maker "
    "executive"
)
_BESIDE_PEOPLE: Final = _words(
    "name names namn navn nimi number nummer nr no num direct direkt direkte home hem work jobb "
    "jobs mobile first last full middle primary secondary main verklig vr var er din adm "
    "adminstrerende numbers title job role position private privat dial line extension ext personal"
)
# What stands behind a code's name in words, of what it does.
_DESCRIPTIONS: Final = _words(
    "beskrivelse beskrivning beskriv description descr kuvaus selite tekst"
)
_DESCRIBED: Final = frozenset({"industry", "industry_text", "legal_form", "municipality", "region"})
_NAMES: Final = ("name", "namn", "navn", "nimi")
_CODES: Final = (
    "kode",
    "kod",
    "code",
    "koodi",
    "nummer",
    "number",
    "numero",
    "nro",
    "nr",
    "no",
    "id",
    *_NAMES,
)
_DATES: Final = ("date", "datum", "dato", "year", "ar", "vuosi", "at", "on", "pvm", "paiva")
_CODED: Final = frozenset(
    {
        "municipality",
        "region",
        "country",
        "city",
        "legal_form",
        "status",
        "owner",
        "industry",
        "industry_text",
    }
)
_PLACES: Final = frozenset({"city", "postcode", "country", "region", "municipality"})
_DATED: Final = frozenset({"founded", "as_of"})
_OF_ENTITIES: Final = _PLACES | {"name", "website", "domain", "email", "legal_form"}
# Beginnings of compounds: `Besöksort`, `Kundnamn`.
_ADDRESS_STEMS: Final = (
    "besoks", "besogs", "forretnings", "beliggenheds", "visiting", "visit", "postal", "mailing",
    "billing", "shipping", "post", "faktura", "leverans", "leverings", "kaynti", "posti",
)  # fmt: skip
_ENTITY_STEMS: Final = (
    "foretags", "bolags", "kunde", "kund", "firma", "selskaps", "selskabs", "virksomheds", "yritys",
    "asiakas", "bedrifts", "organisasjons", "organisations",
)  # fmt: skip
# A customer's or a lead's status is no register's.
_OF_CRM: Final = ("customer", "client", "account", "kund", "asiakas", "asiakkaan", "crm")
# Figures of another year or kind in brackets.
_OTHER: Final = _words(
    "previous prior foregaende forra forrige edellinen budget budsjett budsjettert budgeteret "
    "budgeterad budjetti budjetoitu prognos prognose ennuste arvio forecast forecasted projected "
    "projection expected forvantad forvantat forvantet forventet ventet odotettu planned planerad "
    "planlagt planlagd target "
    "maal mal malsattning tavoite pipeline lost tapt forlorad change forandring endring muutos parent "
    "moderbolag morselskap varav darav herav hvorav heraf hvoraf joista josta export eksport vienti "
    "oss us our vart vores meilta meilla sedan siden since alkaen"
)
# A year that is still to come: `2025E`, `2026P`.
_TO_COME: Final = re.compile(r"(?i)(?<!\d)20\d\d\s?[epfb](?![^\W_])")
# National versions of NACE, by what people call them.
_NACE: Final = _words(
    "nace sni sn tol db naf ape wz ateco cnae sbi pkd noga onace emtak evrk teaor skd nkd isat "
    "cznace nacebel naceeu"
)
_NO_NACE: Final = _words("sic ussic naics isic gics anzsic okved nogs")
_CLASSIFICATIONS: Final = _NACE | _NO_NACE | {"rev"}
# Two or three letters alone can be anything: DB is a Danish firm's margin too.
_SHORT: Final = _words("sn tol db naf ape wz sbi pkd noga skd nkd isat")
_CODE_WORDS: Final = _words(
    "code codes kod koder kode koodi koodit nummer number nr no id primary secondary main huvud hoved "
    "bransje bransch branche toimiala naering naring paa sekundar sekundaer rev revision ver version "
    "uk gb us usa british american companies house"
)
_BRITISH: Final = _words("uk gb british companies house")
# Before what a CRM keeps of a record for itself, its key under whose it is: `(Do Not Modify) Account`.
_KEPT: Final = re.compile(
    r"\W*(?:do not (?:modify|change|edit)|(?:ma |skal )?ikke (?:endres?|redigeres?|aendres?|rediger)|"
    r"(?:andra|redigera) (?:inte|ej)|(?:far )?(?:inte|ej) andras|ala (?:muokkaa|muuta))\W"
)
_GROWTH: Final = r"growth|tillvaxt|vekst|vaekst|kasvu|utveckling|utvikling|udvikling|cagr|change"
_YEARS: Final = (
    r"\b(?:[2-9]|10|two|three|four|five|tva|to|tre|fyra|fire|fem|kahden|kolmen|viiden)[\s-]*"
    r"(?:ar|ars|arig|arlig|aar|aars|years?|yrs?|yr|y|v|vuo\w+|vuotta)\b"
)
_BY_WHOM: Final = (["av"], ["af"], ["by"])
# Years that a revision of NACE begins to be used in: Regulations 1893/2006 and 2023/137.
_REVISIONS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(("2007", "07", "2008", "08", "2009", "09"), "2")
    | dict.fromkeys(("2025", "25", "2026", "26"), "2.1")
)
_OLDER: Final = frozenset(
    {"69", "80", "90", "92", "93", "94", "95", "96", "97", "98", "99", "02", "03"}
    | {"1969", "1980", "1990", "1992", "1993", "1994", "1995", "1997", "2002", "2003", "2004"}
)


@dataclass(frozen=True)
class Heading:
    """A heading taken apart.

    Attributes
    ----------
    text
        As in the file.
    meaning
        A canonical column, or one of `industry_text`, `fte`, `currency`, `email`, `address`,
        `contact`, `proprietor`, `not_revenue`; None where the words are not known.
    confidence
        0…1, how surely the words mean that.
    year
        The year that the values are of, if the heading names one.
    unit
        Factor to multiply the values with: 1000 for `tkr`, 0.01 for `%`; None where none is named.
    currency
        ISO 4217 code, if the heading names one.
    rank
        Place of the words among the synonyms of the meaning; of two headings with one meaning the
        lower one wins.
    """

    text: str
    meaning: str | None
    confidence: float
    year: int | None = None
    unit: float | None = None
    currency: str | None = None
    rank: int = 0


@dataclass(frozen=True)
class Classification:
    """The classification of industries that a heading names.

    Attributes
    ----------
    name
        As people call it: `SNI 2025`, `UK SIC`, `NAICS`.
    revision
        Of NACE: `2`, `2.1`, or `older`; None where the heading does not say, or it is no NACE.
    is_nace
        Whether its codes begin as NACE's do; None where the cells have to tell (`SIC`).
    """

    name: str
    revision: str | None
    is_nace: bool | None


def classification(text: str) -> Classification | None:
    """The classification of industries that a heading names; None if it names none.

    Examples
    --------
    >>> classification("SNI 2025"), classification("DB07 kode")
    (Classification(name='SNI 2025', revision='2.1', is_nace=True), \
Classification(name='DB 07', revision='2', is_nace=True))
    >>> classification("NAICS Code").is_nace, classification("UK SIC").is_nace
    (False, True)
    """
    found = re.findall(r"[^\W\d_]+|\d+(?:[.,]\d+)?", fold(_apart(text)))
    place = next((i for i, word in enumerate(found) if word in _NACE | _NO_NACE), None)
    if place is None:
        return None
    scheme = found[place]
    rest = [word for word in found[place + 1 :] if word not in ("rev", "revision", "ver", "v")]
    is_named = len(rest) < len(found) - place - 1 or scheme in ("nace", "nacebel")
    number = next((word for word in rest if word[0].isdigit()), None)
    revision = _REVISIONS.get(number or "")
    if number in _OLDER:
        revision = "older"
    elif is_named and rest[:1] == [number]:
        by_name = {"1": "older", "1.1": "older", "2": "2", "2.0": "2", "2.1": "2.1"}
        revision = by_name.get((number or "").replace(",", "."), revision)
    american = not {"us", "usa", "american", "1987", "87"}.isdisjoint(found) or scheme == "ussic"
    if scheme == "sic" and not american:
        british = bool(_BRITISH & set(found)) or revision is not None
        name = "UK SIC" if british else "SIC"
        return Classification(f"{name} {number}" if revision else name, revision, british or None)
    is_nace = scheme in _NACE
    name = "US SIC" if scheme in ("sic", "ussic") else scheme.upper()
    named = number if is_nace and revision is not None else None
    return Classification(
        f"{name} {named}" if named else name, revision if is_nace else None, is_nace
    )


@dataclass(frozen=True)
class _Found:
    """What some words mean, how surely, and how far from the table's first heading."""

    meaning: str
    confidence: float
    rank: int


@lru_cache(maxsize=10_000)
def parse(text: str) -> Heading:
    """Take a heading apart into what it means, and the year, unit and currency that it names.

    Examples
    --------
    >>> heading = parse("Sum driftsinnt. (NOK 1000), 2024")
    >>> heading.meaning, heading.year, heading.unit, heading.currency
    ('revenue', 2024, 1000.0, 'NOK')
    >>> parse("Address 1: City").meaning, parse("companyGovNo").meaning
    ('city', 'org_number')
    >>> parse("Favourite colour").meaning is None
    True
    """
    words = _SUM_OF.sub("", " ".join(text.split()))
    known = _table().get(_key(words))
    if _TO_COME.search(words) or _KEPT.match(fold(words)) or _of_several_years(words):
        return Heading(text, None, 0.0)
    if known and not ("%" in words and known[0] in _NO_SHARE | {"operating_profit"}):
        return Heading(text, known[0], 1.0, unit=0.01 if "%" in words else None, rank=known[1])
    unit, code, words = _unit(_apart(words))
    year, words = _year(words)
    found = _meaning(words) or _coded(text)
    if found is None or (unit == _PER_CENT_UNIT and found.meaning in _NO_SHARE):
        return Heading(text, None, 0.0, year, unit, code)
    if unit == _PER_CENT_UNIT and found.meaning == "operating_profit":
        found = _Found("margin", found.confidence, found.rank)
    return Heading(text, found.meaning, found.confidence, year, unit, code, found.rank)


def _of_several_years(text: str) -> bool:
    """Whether growth is that of several years: `Tillväxt 3 år`."""
    folded = fold(text)
    return re.search(_GROWTH, folded) is not None and re.search(_YEARS, folded) is not None


def is_proprietor(text: str) -> bool:
    """Whether a heading is of who owns a company: `Ägare`, and `Owner name` as people write it.

    Programs join what they call their own user: `Owner.Name`, `owner_name`.

    Examples
    --------
    >>> [is_proprietor(text) for text in ("Eier", "Owner name", "Owner.Name", "Account owner")]
    [True, True, False, False]
    """
    return parse(text).meaning == PROPRIETOR or text.strip().casefold() == "owner name"


def recognised(cells: Iterable[str]) -> int:
    """How many cells of a row are headings that are known word for word."""
    return sum(
        parse(cell).confidence >= 0.9
        for cell in cells
        if len(cell) <= 80 and any(map(str.isalpha, cell))
    )


def named_unit(text: str) -> tuple[float | None, str | None]:
    """Factor and currency that a few words name: `tkr`, `SEK m`, `($ millions)`, `%`.

    Examples
    --------
    >>> named_unit("MNOK"), named_unit("antal")
    ((1000000.0, 'NOK'), (None, None))
    """
    factor, code, _ = _unit(_apart(" ".join(text.split())))
    return factor, code


def words(text: str) -> list[str]:
    """The words of a heading, folded, however they are joined.

    Examples
    --------
    >>> words("Deal - StageName"), words("is_closed_won")
    (['deal', 'stage', 'name'], ['is', 'closed', 'won'])
    """
    return _tokens(_apart(text))


def words_without_unit(text: str) -> list[str]:
    """The words of a heading but for its unit and currency."""
    return _tokens(_unit(_apart(text))[2])


def is_unit(text: str) -> bool:
    """Whether a few words are a unit and nothing else; a number alone is none.

    Examples
    --------
    >>> is_unit("tkr"), is_unit("NOK 1000"), is_unit("1000"), is_unit("Alfa AB")
    (True, True, False, False)
    """
    factor, _, rest = _unit(_apart(" ".join(text.split())))
    named = re.search(r"[^\W\d_]|[€$£%]", text) is not None
    return named and factor is not None and not set(_tokens(rest)) - _NOISE


def is_of_dealings(text: str) -> bool:
    """Whether a heading is of what somebody did or will do with a company.

    Examples
    --------
    >>> [is_of_dealings(text) for text in ("Next step", "Siste aktivitet", "Last year", "Activity code")]
    [True, True, False, False]
    """
    spoken = words(text)
    done = [word for word in spoken if _DEALING.fullmatch(word)]
    beside = _WHEN | _BESIDE_DEALINGS | _ENTITIES | _NOISE
    return bool(done) and all(word in beside for word in spoken if word not in done)


def is_question(text: str) -> bool:
    """Whether a heading asks something that is so or not: `Has CRM`, `Børsnotert`, `Newsletter`.

    Examples
    --------
    >>> [is_question(text) for text in ("erKunde", "Medlem?", "Open deals", "Offices opened")]
    [True, True, False, False]
    """
    spoken = words(text)
    if not spoken:
        return False
    stated = len(spoken) == 1 and _STATED.fullmatch(spoken[0]) is not None
    asked = re.search(
        r"\?\s*$|(?i:\b(?:ja|j|yes|y|kyllä|true|1)\s*/\s*(?:ne[ij]|no?|ei|false|0)\b)", text
    )
    return bool(asked) or spoken[0] in _ASKING or stated or not _FLAGS.isdisjoint(spoken)


def is_own_name(text: str) -> bool:
    """Whether a heading is a name without saying whose: `Name`, `Navn`."""
    spoken = words(text)
    return len(spoken) == 1 and spoken[0] in _NAMES


def is_entity(text: str) -> bool:
    """Whether a heading only says whose the values are: `Customer`, `Kund`, `Business`."""
    return set(_tokens(_apart(text))) <= _ENTITIES


@cache
def _table() -> Mapping[str, tuple[str, int]]:
    """Meaning and rank by the letters of a heading."""
    table: dict[str, tuple[str, int]] = {}
    ranks: Counter[str] = Counter()
    for meaning, heading in pl.read_csv(FILE, infer_schema=False).iter_rows():
        table[_key(heading)] = meaning, ranks[meaning]
        ranks[meaning] += 1
    return MappingProxyType(table)


@cache
def _bare_table() -> Mapping[str, tuple[str, int]]:
    """The table by what its headings are without the words that add nothing."""
    bare: dict[str, tuple[str, int]] = {}
    for heading in pl.read_csv(FILE, infer_schema=False)["heading"]:
        key = "".join(token for token in _tokens(heading) if token not in _NOISE)
        if key:
            bare.setdefault(key, _table()[_key(heading)])
    return MappingProxyType({**bare, **_table()})


def _apart(words: str) -> str:
    """Words of `camelCase` and `snake_case`, lower case."""
    words = _SCALED.sub(r"\1 \2", words.replace("LinkedIn", "Linkedin"))
    spaced = re.sub(r"(?<=[^\W\d_A-ZÅÄÖÆØ])(?=[A-ZÅÄÖÆØ])|(?<=[A-Z])(?=[A-Z][a-z])", " ", words)
    return spaced.replace("_", " ").casefold()


@cache
def _codes() -> Mapping[str, str]:
    """Currencies by how a heading names them, alone or behind a letter for the scale."""
    codes = {code.casefold(): code for code in (*currency.currencies(), "ISK")}
    return MappingProxyType(codes | _SIGNS)


def _unit(words: str) -> tuple[float | None, str | None, str]:
    """Factor and currency that words name, and the words without them."""
    pieces = list(
        re.finditer(r"\b1[\s.,]?000(?:[\s.,]?000)?\b|\b000s?\b|[€$£%]|[^\W\d_]+|\d+", words)
    )
    scales: dict[int, float] = {}
    money: dict[int, str | None] = {}
    per_cent = [i for i, piece in enumerate(pieces) if piece[0] in _PER_CENT]
    for i, piece in enumerate(pieces):
        word = re.sub(r"[\s.,]", "", piece[0])
        if word in _SCALE_OF:
            scales[i] = _SCALE_OF[word]
        elif word in _codes() or word in _CROWNS:
            money[i] = _codes().get(word)
        elif fused := re.fullmatch(r"(t|k|m|mn)([a-z]{2,3})", word):
            rest = fused[2]
            if rest in ("sek", "nok", "dkk", "eur", "usd", "gbp", "isk", "kr"):
                scales[i], money[i] = _SHORT_SCALES[fused[1]], _codes().get(rest)
    for i, piece in enumerate(pieces):
        if piece[0] not in _SHORT_SCALES:
            continue
        alone = re.search(rf"[(\[]\s*{piece[0]}\s*[)\]]", words)
        beside = any(
            j in money and not _letters_between(words, pieces[min(i, j)], pieces[max(i, j)])
            for j in (i - 1, i + 1)
        )
        if alone or beside:
            scales[i] = _SHORT_SCALES[piece[0]]
    # "us" before "$".
    us = [i for i, piece in enumerate(pieces[:-1]) if piece[0] == "us" and pieces[i + 1][0] == "$"]
    used = {*scales, *money, *us}
    if not used and not per_cent:
        return None, None, words
    code = next((c for c in money.values() if c), None)
    factor = next(iter(scales.values()), 1.0 if money else None)
    if factor is None:
        factor, used = _PER_CENT_UNIT, set(per_cent)
    elif per_cent:
        used |= set(per_cent)
    rest = words
    for i in sorted(used, reverse=True):
        rest = rest[: pieces[i].start()] + " " + rest[pieces[i].end() :]
    return factor, code, re.sub(r"[(\[][\s.,/]*[)\]]", " ", rest)


def _letters_between(words: str, first: re.Match[str], second: re.Match[str]) -> bool:
    return bool(re.search(r"\w", words[first.end() : second.start()]))


def _year(words: str) -> tuple[int | None, str]:
    """The one year that words name, and the words without it; years of classifications are none."""
    found: list[re.Match[str]] = []
    for match in re.finditer(
        r"(?<![\d.])((?:19|20)\d\d)(?:[-/.]\d{1,4})?(?!\d)|(?<!\d)\d{1,2}[-/.]((?:19|20)\d\d)(?!\d)",
        words,
    ):
        before = re.findall(r"[^\W\d_]+", words[: match.start()])
        if not before or before[-1] not in _CLASSIFICATIONS:
            found.append(match)
    if len(found) != 1:
        return None, words
    (match,) = found
    rest = words[: match.start()] + " " + words[match.end() :]
    return int(match[1] or match[2]), re.sub(r"[(\[][\s.,/]*[)\]]", " ", rest)


def _tokens(words: str) -> list[str]:
    return re.findall(r"[^\W\d_]+|\d+", fold(words))


def _meaning(words: str) -> _Found | None:
    """What words mean without unit and year."""
    outside = re.sub(r"[(\[].*?[)\]]", " ", words)
    if _is_touch(_tokens(outside)):
        return _last_touch(_tokens(outside))
    inside = re.findall(r"[(\[](.*?)[)\]]", words)
    found = _lookup(words, 0.98) or (_lookup(outside, 0.96) if inside else None)
    if found is not None and found.meaning == "as_of" and _tokens(outside)[-1:] in _BY_WHOM:
        return None
    if found is not None and found.meaning == "address":
        for part in inside:
            found = _lookup(part, 0.94) or found
    elif found is not None and any(set(_tokens(part)) & _OTHER for part in inside):
        return None
    if found is None and "/" in outside:
        # Alternatives: "City/town/village of address", "Company / Account".
        parts = outside.split("/")
        known = [_lookup(part, 0.94) for part in parts]
        if all(k or len(_tokens(part)) == 1 for k, part in zip(known, parts, strict=True)):
            found = next(filter(None, known), None)
    return found or _abbreviated(outside) or _misspelt(outside)


def _abbreviated(words: str) -> _Found | None:
    """A heading some of whose words end in a full stop, as the beginnings of a known one: `Nettooms.`.

    Where known headings of several meanings begin so (`Liikev.`), or few letters are left, the first of
    them is a guess to be asked.
    """
    parts = re.findall(r"[^\W\d_]+\.?", fold(words))
    cut = [len(part) > 2 and part.endswith(".") for part in parts]
    if not any(cut):
        return None
    begun = [part.removesuffix(".") for part in parts]

    def fits(tokens: tuple[str, ...]) -> bool:
        return len(tokens) == len(begun) and all(
            token.startswith(start) if is_cut else token == start
            for token, start, is_cut in zip(tokens, begun, cut, strict=True)
        )

    found = [known for known in _spelled_headings() if fits(known[0])]
    if not found:
        return None
    shortest, meaning, rank = min(found, key=lambda known: len("".join(known[0])))
    # `omsetningsvekst` begins with the `omsetning` that is meant; `liikevoitto` not with `liikevaihto`.
    others = [known for known in found if not "".join(known[0]).startswith("".join(shortest))]
    agree = all(known[1] == meaning for known in others)
    sure = agree and sum(map(len, begun)) >= _LETTERS_TELL
    return _Found(meaning, 0.92 if sure else 0.7, rank)


@cache
def _spelled_headings() -> tuple[tuple[tuple[str, ...], str, int], ...]:
    """Words, meaning and rank of every known heading."""
    known = pl.read_csv(FILE, infer_schema=False)["heading"]
    return tuple((tuple(_tokens(heading)), *_table()[_key(heading)]) for heading in known)


def _coded(text: str) -> _Found | None:
    """Codes of industries under a heading that names their classification and nothing else."""
    if classification(text) is None:
        return None
    spoken = _tokens(_apart(text))
    schemes = [token for token in spoken if token in _CLASSIFICATIONS]
    others = [t for t in spoken if t not in _CLASSIFICATIONS and not t.isdigit()]
    allowed = _CODE_WORDS | _NOISE | _ENTITIES
    if not all(other in allowed or other == "s" for other in others):
        return None
    if set(schemes) <= _SHORT and not others and not any(t.isdigit() for t in spoken):
        return None
    later = not {"secondary", "sekundar", "sekundaer"}.isdisjoint(others)
    return _Found("industry", 0.92, 200 if later else 99)


def _lookup(words: str, confidence: float) -> _Found | None:
    """The longest run of words that is known, if all the others may be missing."""
    tokens = _tokens(words)
    if known := _known("".join(tokens)):
        return _Found(known[0], confidence, known[1])
    apart = (
        _described(tokens, confidence)
        or _dated(tokens, confidence)
        or _of_persons(tokens, confidence)
    )
    if apart is not None:
        return apart
    bare = [token for token in tokens if token not in _NOISE and not token.isdigit()]
    runs = (
        (bare[start : start + size], bare[:start] + bare[start + size :])
        for size in range(min(len(bare), _LONGEST), 0, -1)
        for start in range(len(bare) - size + 1)
    )
    for run, others in runs:
        known = _known("".join(run)) if all(o in _ENTITIES or o in _KINDS for o in others) else None
        if known is None or known[0] in ("account_id", "source"):
            continue
        if known[0] == "name" and (
            (set(run) <= _ENTITIES and any(o in _KINDS for o in others))
            or any(_KINDS.get(o, 0) for o in others)
        ):
            # The address of a company is no company, nor is whom goods or invoices go to.
            continue
        if known[0] == "owner" and tokens[-1] in _DATES:
            # `Assigned at` is a day.
            continue
        if known[0] == "status" and any(token in _OF_CRM for token in tokens):
            return None
        # A second code or telephone is worth less than the first, an invoice's town than the seat.
        later = max((int(t) for t in tokens if t.isdigit() and len(t) < 3), default=1)
        kind = max((_KINDS.get(o, 0) for o in others), default=0)
        return _Found(known[0], confidence - 0.03, known[1] + 100 * (later - 1) + 1000 * kind)
    return None


def _of_persons(tokens: list[str], confidence: float) -> _Found | None:
    """A company's page, or what is about a person or whom invoices go to."""
    if _is_page(tokens):
        return _Found("linkedin_url", confidence, _PAGE_RANK)
    return _Found(CONTACT, 0.95, 0) if _is_of_invoices(tokens) or _is_person(tokens) else None


def _described(tokens: list[str], confidence: float) -> _Found | None:
    """What stands in words behind a code: `naeringskode1.beskrivelse`, `Toimialan kuvaus`."""
    if len(tokens) < 2 or tokens[-1] not in _DESCRIPTIONS:
        return None
    found = _lookup(" ".join(token for token in tokens[:-1] if not token.isdigit()), confidence)
    if found is None or found.meaning not in _DESCRIBED:
        return None
    meaning = "industry_text" if found.meaning == "industry" else found.meaning
    return _Found(meaning, confidence - 0.03, found.rank + 100)


def _dated(tokens: list[str], confidence: float) -> _Found | None:
    """What is a day or year with the word for it in front: `DateFounded`."""
    known = _known("".join(tokens[1:])) if tokens and tokens[0] in _DATES else None
    if known is None or known[0] not in _DATED:
        return None
    return _Found(known[0], confidence - 0.03, known[1])


def _is_touch(tokens: list[str]) -> bool:
    """Whether words are about when somebody was last spoken to: `Seneste kontakt`, `Last contacted`."""
    said = set(tokens)
    whole = said <= _WHEN | _DEALINGS | _BESIDE_DEALINGS
    return whole and bool(said & _WHEN) and bool(said & _DEALINGS)


def _last_touch(tokens: list[str]) -> _Found | None:
    """When somebody was last spoken to, unless words are about what comes, or what was said."""
    said = set(tokens)
    told = said & _PAST and not said - _PAST - _DEALINGS - _BESIDE_TOUCH
    return _Found("last_touch", 0.95, _TOUCH_RANK) if told else None


def _is_page(tokens: list[str]) -> bool:
    """Whether words are LinkedIn's and a company's page: `LinkedIn-företagssida`."""
    allowed = _PAGES | _ENTITIES | _NOISE | {"linkedin"}
    return "linkedin" in tokens and all(
        token in allowed or any(token.removeprefix(stem) in _PAGES for stem in _ENTITY_STEMS)
        for token in tokens
    )


def _is_of_invoices(tokens: list[str]) -> bool:
    """Whether words are an address for invoices, which is an accountant's: `Laskutussähköposti`."""
    return speaks_of_mail(tokens) and _INVOICES.search("".join(tokens)) is not None


def speaks_of_mail(tokens: list[str]) -> bool:
    """Whether a word is one for e-mail, or two together; `Invoice Postal Code` is none."""
    pairs = ("".join(pair) for pair in itertools.pairwise(tokens) if pair[0] == "e")
    return any(MAIL.search(token) for token in (*tokens, *pairs))


# Pages that have an address, and what is said beside them.
_PAGES: Final = _words(
    "page pages sida sidan side siden sivu sivut sivun sivusto url link links lank lenke linkki profil "
    "profile profiili konto adresse adress osoite web id"
)
_PAGE_RANK: Final = 50
MAIL: Final = re.compile(r"e?mail|mejl|epost|sahkoposti")
"""A word for e-mail among the words of a heading, written together."""

_INVOICES: Final = re.compile(r"faktur|lasku|invoice|billing|reikning")
# Of when somebody was last spoken to, which is about the dealing.
_WHEN: Final = _words(
    "last latest next recent first senaste senast sist sista sidste seneste siste nyeste nasta neste "
    "naeste viimeisin viimeksi viimeinen seuraava forsta forste ensimmainen"
)
_DEALINGS: Final = _words(
    "contact contacted contacts kontakt kontakten kontaktad kontaktet kontakti kontaktdato kontaktdatum "
    "kontaktpvm yhteydenotto yhteydenpito touch activity aktivitet call samtal samtale"
)
_BESIDE_DEALINGS: Final = _words(
    "date dato datum pvm paiva time tid at on day dag days med with was up our var vores sales salg "
    "salgs salj myynti description beskrivning beskrivelse kuvaus subject emne amne aihe title text "
    "notes note comment type planned planerad planlagt deal open upcoming kommande kommende tuleva "
    "logged"
)
_PAST: Final = _words(
    "last latest recent senaste senast sist sista sidste seneste siste nyeste viimeisin viimeksi "
    "viimeinen"
)
_BESIDE_TOUCH: Final = _words(
    "date dato datum pvm paiva at on day dag with med up our var vores sales salg salgs salj "
    "myynti logged"
)
_TOUCH_RANK: Final = 500
_DEALING: Final = re.compile(
    r"(?:aktivitet|aktiviteet|activit|uppfolj|oppfolg|opfolg|followup|follow|seurant|kundmote|mote|meeting|"
    r"tapaami|samtal|paminnels|reminder|muistut|haendels|handelse|hendelse|uppgift|oppgave|opgave|tehtav|"
    r"atgard|tiltak|toimenpit|interaction|yhteydenot|yhteydenpi)\w*"
    r"|steps?|steg|steget|stegen|skridt|askel|vaihe|tasks?|calls?|todo|actions?|mode[rt]?|dialog|logg?|history|"
    r"historik|historikk|historia|contacted|kontakta[dt]|kontaktet|touch"
)
# First words of what is asked, and words for what is so or not.
_ASKING: Final = _words(
    "is has have had are was can does did do will should may er har hadde kan skal ska bor vil "
    "vill far ma finns fins finnes findes onko on ovatko voiko saako ar gor not no non ej ikke "
    "inte ei in opt"
)
_FLAGS: Final = _words(
    "flag flagg flagga flagget lippu boolean bool optout optin opted unsubscribed subscribed "
    "newsletter nyhetsbrev nyhedsbrev uutiskirje vip active aktiv aktivt aktiivinen inactive "
    "inaktiv passiv passive public listed quoted noterad noteret notert borsnoterad borsnoteret "
    "borsnotert exporter exporting eksporterer exporterar export eksport vienti import tuonti "
    "webshop nettbutikk netbutik webbutik verkkokauppa member medlem jasen medlemskap verified "
    "deleted archived blocked vat moms mva alv gdpr consent samtykke samtycke suostumus konkurs "
    "bankrupt customer kunde kund asiakas prospect prospekt partner competitor konkurrent "
    "kilpailija supplier leverandor leverantor dnc hq headquarter headquarters enabled disabled "
    "primary favorite favoritt favorit private fskatt skatt arbetsgivare employer"
)
_ANSWERED: Final = re.compile(
    r"\?\s*$|\b(?:ja|j|yes|y|kyllä|true|1)\s*/\s*(?:ne[ij]|no?|ei|false|0)\b", re.IGNORECASE
)
# A participle alone: `Registrert`, `Godkänd`, `Certified`.
_STATED: Final = re.compile(
    r"\w{3,}(?:ert|erar|eret|erad|erat|kand|kant|kjent|kendt|stoppad|stoppet|sperret|sparrad|"
    r"spaerret|[^e]ed|stopp|stop|stengt|stangd|lukket|slettet|borttagen|[aeiouy]tt[uy]|merkt)"
)
# Before what is counted: `Antal kontakter`.
_COUNTED: Final = _words("antal antall antallet lukumaara count")
# Of dealings with a person, not of the person.
_OF_RECORDS: Final = frozenset(
    ["status", "stage", "type", "typ", "count", "antal", "antall", "frequency", "source", "result"]
)


def _is_person(tokens: list[str]) -> bool:
    """Whether words are about a person or a telephone and nothing else."""
    about = [token for token in tokens if token in _PEOPLE or _is_telephone(token)]
    counted = tokens[:2] == ["number", "of"] or not _COUNTED.isdisjoint(tokens[:1])
    if not about or counted or not _OF_RECORDS.isdisjoint(tokens):
        return False
    if tokens[0] in ("contact", "kontakt", "kontaktperson") and not {"owner", "email"} & set(
        tokens
    ):
        return "mail" not in tokens
    allowed = _PEOPLE | _BESIDE_PEOPLE | _ENTITIES | _KINDS.keys() | _NOISE
    return all(t in allowed or t.isdigit() or _is_telephone(t) for t in tokens)


def _is_telephone(token: str) -> bool:
    return re.fullmatch(
        r"(?:mobil|tele|puhelin)\w*(?:nummer|nr|numero|phone)?", token
    ) is not None and (token not in ("mobility", "mobilitet", "telecom", "telekom", "telemark"))


def _known(key: str) -> tuple[str, int] | None:
    """Meaning and rank of a key, as it stands, with a spelt-out ending, or as a compound."""
    table = _bare_table()
    if key in table:
        return table[key]
    for short, whole in (("nr", "nummer"), ("no", "number"), ("no", "nummer"), ("num", "number")):
        if key.endswith(short) and (known := table.get(key.removesuffix(short) + whole)):
            return known
        if key.endswith(whole) and (known := table.get(key.removesuffix(whole) + short)):
            return known
    return _with_ending(key) or _compound(key)


def _with_ending(key: str) -> tuple[str, int] | None:
    """What is meant with a word for code, name or date behind it: `Länskod`, `Founded date`."""
    for endings, meanings in ((_CODES, _CODED), (_DATES, _DATED)):
        for ending in endings:
            stem = key.removesuffix(ending)
            for whole in (stem, stem.removesuffix("s")) if stem != key else ():
                if (known := _bare_table().get(whole)) and known[0] in meanings:
                    return known
    return None


def _compound(key: str) -> tuple[str, int] | None:
    """What is meant behind whose or where it is: `Kundnamn`, `Besöksort`."""
    for stems, meanings in ((_ADDRESS_STEMS, _PLACES | {"address"}), (_ENTITY_STEMS, _OF_ENTITIES)):
        for stem in stems:
            rest = key.removeprefix(stem)
            for whole in (rest, re.sub("nr$", "nummer", rest)) if rest != key else ():
                if (known := _bare_table().get(whole)) and known[0] in meanings:
                    return known[0], known[1] + 1000 * _KINDS.get(stem, 0)
    return None


def _misspelt(words: str) -> _Found | None:
    """A heading that is nearly written like these words; people get the first letter right."""
    key = "".join(token for token in _tokens(words) if token not in _NOISE)
    spoken = {token for token in _tokens(words) if token not in _NOISE}
    if len(key) < 6:
        return None
    # A word more or less is no slip of the pen.
    alike = [
        known for known in _table() if known[:1] == key[:1] and abs(len(known) - len(key)) <= 1
    ]
    near = process.extractOne(key, alike, scorer=fuzz.ratio, score_cutoff=_FUZZY)
    if near is None:
        return None
    # Of words that are all known only an ending is amiss (`Websted-URL`): a funding is no founding.
    if (
        len(spoken) > 1
        and spoken <= _spelled()
        and near[0].replace("s", "") != key.replace("s", "")
    ):
        return None
    meaning, rank = _table()[near[0]]
    return _Found(meaning, round(0.8 * near[1] / 100, 2), rank)


@cache
def _spelled() -> frozenset[str]:
    """Every word of every known heading: a funding is no founding."""
    known = pl.read_csv(FILE, infer_schema=False)["heading"]
    return frozenset(token for heading in known for token in _tokens(heading) if len(token) > 1)


def _key(words: str) -> str:
    return re.sub(r"[\W_]+", "", fold(words))
