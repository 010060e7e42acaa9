"""A team out of a file: one rep a row, under headings in any of five languages.

The file is untrusted like every other and is opened in the child process. What a cell does not tell is
unknown and remarked on; a row is only left out where it names nobody.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from icp_core.analysis.team import (
    MOST_COUNTRIES,
    MOST_HOURS,
    MOST_KM,
    MOST_NAME,
    MOST_REPS,
    Rep,
    Team,
    is_address,
    key_of,
    rep,
    team_of,
)
from icp_core.errors import ImportRefused, PlanError
from icp_core.importing import sandbox
from icp_core.importing.footers import NOTE, TOTAL, no_companies
from icp_core.importing.sandbox import Source
from icp_core.importing.tables import ROW, refuse
from icp_core.importing.values import decimal_mark, numbers, says_unknown
from icp_core.reference import geography
from icp_core.reference.countries import country_code
from icp_core.reference.numbers import number
from icp_core.reference.text import fold

HEADINGS: Final = ("Name", "E-mail", "Home", "Hours a year", "Countries", "Maximum km")
"""Of the template, in its order."""

_MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        word: meaning
        for meaning, words in {
            "name": "name,namn,navn,nimi,rep,sales rep,rep name,sales person,salesperson,full name,"
            "fullt navn,fullstandigt namn,koko nimi,seller,saljare,selger,saelger,myyja,owner,"
            "owner name,account owner,agare,eier,ejer,omistaja,ansvarig,ansvarlig,vastuuhenkilo,user,"
            "user name,anvandare,bruker,bruger,kayttaja,who,vem,hvem,kuka,kundansvarig,kundeansvarlig",
            "first": "first name,given name,fornamn,fornavn,etunimi",
            "last": "last name,family name,surname,efternamn,etternavn,efternavn,sukunimi",
            "email": "e mail,email,mail,e post,epost,mejl,email address,e mail address,e postadress,"
            "e postadresse,e mailadresse,sahkoposti,sahkopostiosoite,sposti,s posti,user email",
            "home": "home,home municipality,municipality,home town,town,city,place,location,based in,"
            "base,hem,hemkommun,hemort,kommun,ort,stad,bostadsort,hjem,hjemkommune,hjemsted,kommune,sted,by,"
            "bopael,bosted,bostad,kunta,kotikunta,kaupunki,kotipaikka,koti,office,kontor,toimisto,"
            "municipality code,kommunkod,kommunenummer,kommunekode,kuntakoodi,kuntanumero",
            "postcode": "postcode,postal code,zip,zip code,postnummer,postnr,postinumero",
            "hours": "hours,hours a year,hours per year,hours year,annual hours,capacity,capacity hours,"
            "h,timmar,timmar per ar,timmar ar,arstimmar,arbetstid,timer,timer pr ar,timer per ar,"
            "timer i aret,arstimer,tunnit,tunnit vuodessa,tuntia,tunteja,tuntia vuodessa,kapacitet,"
            "kapasitet,kapasiteetti,arbetstimmar,arbeidstimer,arbejdstimer,tyotunnit,vuositunnit,"
            "tyotunnit vuodessa",
            "countries": "countries,country,land,lander,lande,maa,maat,market,markets,marknad,marknader",
            "max_km": "maximum km,max km,maximum distance,max distance,distance,km,radius,"
            "max avstand,maxavstand,avstand,maks avstand,maks km,maksimum km,"
            "max afstand,maks afstand,afstand,etaisyys,enimmaisetaisyys,maksimietaisyys,langst km,"
            "enintaan,maximum kilometres,kilometres,max kilometer,kilometer,langsta resa,langsta resvag,"
            "max resvag,lengste reise,laengste rejse,maks reise,maks rejse,longest trip,longest way,"
            "max travel,pisin matka,kilometria enintaan,enintaan kilometria,rackvidd,rekkevidde,"
            "raekkevidde,reach",
        }.items()
        for word in words.split(",")
    }
)

_WITH_MUNICIPALITIES: Final = ("SE", "NO", "DK", "FI")

_Said = tuple[int, str]
"""A row, and what is to be said of it."""

_MOST_SAID: Final = 20
"""Sentences about rows: more than that nobody reads, and the team's rows would lie far below them."""

_MOST_NAMED: Final = 3
"""Rows that a sentence names."""


@dataclass(frozen=True)
class TeamList:
    """A team as a file has it.

    Attributes
    ----------
    team
        The reps, in the file's order.
    remarks
        What was not understood or is missing, a sentence each.
    """

    team: Team
    remarks: tuple[str, ...]


def read_team(source: Source, *, name: str | None = None) -> TeamList:
    """A team out of a CSV file, a workbook, or another table.

    Parameters
    ----------
    source
        The file.
    name
        What the user calls it.

    Raises
    ------
    ImportRefused
        If it cannot be read, has no column of names, or names nobody.
    """
    prepared, cells = sandbox.read_cells(source, name=name, most_rows=MOST_REPS)
    meant = meanings(prepared.headings)
    if not {"name", "first", "last", "email"} & meant.keys():
        refuse(
            prepared.name,
            f"no column is understood as the names of reps ({_shown(prepared.headings)}). Call one "
            f"Name; the others may be {', '.join(HEADINGS[1:])}.",
        )
    unread = [heading for heading in prepared.headings if heading not in meant.values()]
    rows = cells.select(ROW, **{meaning: pl.col(heading) for meaning, heading in meant.items()})
    rows = rows.with_columns(
        pl.when(~says_unknown(pl.col(column))).then(pl.col(column))
        for column in rows.columns
        if column != ROW
    )
    rows, left_out = _without_totals(rows)
    found, said = _reps(rows)
    remarks = _told([*left_out, *said])
    if not found:
        refuse(prepared.name, "no row names a rep. Write one name a row, below the headings.")
    try:
        team = team_of(found)
    except PlanError as error:
        raise ImportRefused(f"{prepared.name}: {error}") from error
    if unread:
        remarks.append(f"Not used: {_shown(unread)}.")
    if prepared.unreadable:
        remarks.append(f"{number(prepared.unreadable)} rows could not be read.")
    return TeamList(team, (*remarks, *team.remarks))


def meanings(headings: Iterable[str]) -> dict[str, str]:
    """Which heading means what of a rep: the first of each meaning.

    Examples
    --------
    >>> meanings(["Säljare", "E-post", "Hemkommun", "Timmar/år", "Bil"])
    {'name': 'Säljare', 'email': 'E-post', 'home': 'Hemkommun', 'hours': 'Timmar/år'}
    """
    found: dict[str, str] = {}
    for heading in headings:
        words = " ".join(re.sub(r"[\W_]+", " ", fold(heading)).split())
        # `Längsta resa (km)` is one whatever it is measured in.
        if meaning := _MEANINGS.get(words) or _MEANINGS.get(re.sub(" (?:km|h)$", "", words)):
            found.setdefault(meaning, heading)
    return found


def _told(said: Iterable[_Said]) -> list[str]:
    """What is to be said of rows, once for all of which it is said, and not without end."""
    by_text: dict[str, list[int]] = {}
    for at, text in said:
        by_text.setdefault(text, []).append(at)
    lines = [f"{_rows_named(places)}: {text}" for text, places in by_text.items()]
    more = {at for places in list(by_text.values())[_MOST_SAID:] for at in places}
    if more:
        rows = f"{number(len(more))} more row{'s' if len(more) > 1 else ''}"
        lines[_MOST_SAID:] = [
            f"Of {rows} something was not understood either; compare the team with the file."
        ]
    return lines


def _rows_named(rows: Sequence[int]) -> str:
    """`Row 2`, `Rows 2 and 3`, or `Rows 2, 3, 4 and 397 more`."""
    *first, last = (number(row) for row in rows[: _MOST_NAMED + 1])
    if not first:
        return f"Row {last}"
    if len(rows) > _MOST_NAMED + 1:
        last = f"{number(len(rows) - _MOST_NAMED)} more"
    return f"Rows {', '.join(first)} and {last}"


def _without_totals(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[_Said]]:
    """The rows that may name a rep, and what is to be said of the others.

    A line of totals would be a rep with the hours of all, and get the accounts of half the team. Who has
    an address or a home is one, whatever the name.
    """
    parts = [pl.col(one) for one in ("name", "first", "last") if one in rows.columns]
    if not parts:
        return rows, []
    names = rows.select(pl.concat_str(parts, separator=" ", ignore_nulls=True)).to_series()
    told = [one for one in ("email", "home", "postcode") if one in rows.columns]
    known = rows.select(
        pl.any_horizontal(pl.col(ROW).is_null(), pl.col(told).is_not_null())
    ).to_series()
    reasons = no_companies(names, rows.drop(ROW), identified=known)
    # A name may look like a note, `Åsa af Ek` say, but has neither figures nor a colon.
    other = (reasons == TOTAL) | ((reasons == NOTE) & names.str.contains(r"[\d:©]"))
    other = other.fill_null(value=False) & (names != "")
    remarks = [
        (
            at,
            f"{name:.60} is a line of totals or a note, and was left out; who is a rep needs an e-mail "
            "address or a home.",
        )
        for at, name in zip(rows[ROW].filter(other), names.filter(other), strict=True)
    ]
    return rows.filter(~other), remarks


def _reps(rows: pl.DataFrame) -> tuple[list[Rep], list[_Said]]:
    """The reps of the rows, and remarks; a second one of a name is told apart by e-mail, or left out."""
    hours, max_km = (_numbers(rows, column) for column in ("hours", "max_km"))
    found: list[Rep] = []
    remarks: list[_Said] = []
    taken: set[str] = set()
    for place, row in enumerate(rows.iter_rows(named=True)):
        at, email = row[ROW], row.get("email")
        name = row.get("name") or " ".join(filter(None, (row.get("first"), row.get("last"))))
        name, email = " ".join(name.split()), " ".join((email or "").split())
        if email and not is_address(email):
            left = "" if name else ", and with it the row, which names nobody else"
            remarks.append((at, f"{email:.60} is no e-mail address, and was left out{left}."))
            email = ""
        if not (name or email):
            continue
        home, countries, said = _places(row)
        remarks += [(at, remark) for remark in said]
        if len(name) > MOST_NAME:
            remarks.append((at, f"{name:.40}… was cut to {MOST_NAME} letters."))
        name = (name or email)[:MOST_NAME].strip()
        if key_of(name) in taken:
            if not email or key_of(email) in taken:
                remarks.append(
                    (
                        at,
                        f"there are two reps called {name}, and nothing tells them apart; the second "
                        "was left out. Give one another name, or an e-mail address.",
                    )
                )
                continue
            remarks.append((at, f"a second {name} is called {name} ({email}) here."))
            name = f"{name[: MOST_NAME // 4]} ({email})"[:MOST_NAME]
            if key_of(name) in taken:
                remarks.append((at, f"{name:.60} is another rep's name; the row was left out."))
                continue
        if email and key_of(email) in taken:
            remarks.append((at, f"{email:.60} is another rep's address, and was left out."))
            email = ""
        figures, said = _figures(row, hours[place], max_km[place])
        remarks += [(at, remark) for remark in said]
        found.append(rep(name=name, email=email or None, home=home, countries=countries, **figures))
        taken.update(key_of(key) for key in (name, email) if key)
    return found, remarks


def _places(row: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...], list[str]]:
    """Home and countries of a row, and what is to be said of them."""
    countries, unknown = _countries(row.get("countries"))
    home, remark = _home(row.get("home"), row.get("postcode"), countries)
    said = [remark] if remark else []
    if unknown:
        lives = home[:2] if home and not countries else None
        follows = f"; the rep works at home, in {lives}" if lives else ""
        if not (countries or lives):
            follows = ", and no home tells another: the rep works everywhere"
        said.append(f"{', '.join(unknown):.80} is no country we know{follows}.")
        countries = (lives,) if lives else countries
    if len(countries) > MOST_COUNTRIES:
        said.append(f"of {len(countries)} countries the first {MOST_COUNTRIES} were taken.")
    return home, countries[:MOST_COUNTRIES], said


def _figures(
    row: Mapping[str, Any], hours: float | None, max_km: float | None
) -> tuple[dict[str, float], list[str]]:
    """Hours and kilometres of a row, and what is to be said of them."""
    found, said = {}, []
    for field, value, least, most, what in (
        ("hours", hours, 0, MOST_HOURS, "hours a year"),
        ("max_km", max_km, 1e-9, MOST_KM, "kilometres"),
    ):
        if (text := row.get(field)) is None:
            continue
        if value is not None and least <= value <= most:
            found[field] = value
        else:
            said.append(f"{text:.40} is no number of {what}; the default holds.")
    return found, said


def _numbers(rows: pl.DataFrame, column: str) -> Sequence[float | None]:
    if column not in rows.columns:
        return [None] * rows.height
    texts = rows[column].str.replace(r"(?i)\s*(?:h|km|tim|timmar|timer|tuntia|hours?)\.?$", "")
    mark = texts.to_frame().select(decimal_mark(pl.col(column))).item()
    return numbers(texts, mark or ".").to_list()


def _countries(text: str | None) -> tuple[tuple[str, ...], list[str]]:
    """Codes of the countries that a cell names, and what of it is none."""
    # `Korea, Republic of` is one country; of `XX, NO` one part is none, and has to be told.
    whole = country_code(re.sub(r"[,;/|+]", "·", text)) if text else None
    parts = [text] if whole and text else re.split(r"[,;/|+&]|\s+(?:och|og|ja|and)\s+", text or "")
    named = [part.strip() for part in parts if part.strip()]
    codes = {part: country_code(part) for part in named}
    return (
        tuple(dict.fromkeys(code for code in codes.values() if code)),
        [part for part, code in codes.items() if not code],
    )


def _home(
    text: str | None, postcode: str | None, countries: Sequence[str]
) -> tuple[str | None, str | None]:
    """Municipality that a cell means, else of the postcode; and what is to be said of it."""
    text = text.strip() if text else None
    if text is None and postcode is None:
        return None, None
    whole = text
    # Five digits are nobody's municipality, and the first three of `114 55` would be one.
    codes = re.findall(r"(?:\b[A-Z]{1,3}[- ])?\b\d{3}\s?\d{2}\b", text or "")
    if text and len(codes) == 1:
        if found := _of_postcode(codes[0], countries):
            return found, None
        postcode, text = codes[0], text.replace(codes[0], "").strip(" ,;()") or None
    if text and (home_or_remark := _home_called(text, countries)):
        return home_or_remark
    if postcode and (found := _of_postcode(postcode, countries)):
        return found, None
    codes = [one for one in countries if one in _WITH_MUNICIPALITIES] or [*_WITH_MUNICIPALITIES]
    *others, only = [geography.COUNTRIES[one] for one in codes]
    where = f"{', '.join(others)} or {only}" if others else only
    shown = whole or postcode
    return None, f"{shown:.60} is no municipality or postcode of {where}; no home was taken."


def _home_called(text: str, countries: Sequence[str]) -> tuple[str, None] | tuple[None, str] | None:
    """Municipality that a name or code means, or what is to be said where it means several."""
    last = re.fullmatch(r"(.+?)[\s,(]+([^,()]+)\)?", text)
    of = country_code(last[2]) if last else None
    within: list[str | None] = [of] if of else [*countries] or [None]
    for words in dict.fromkeys([text, last[1] if last and of else text]):
        if several := _places_of(words, within):
            return None, f"{text:.60} is {several}; give one of them. No home was taken."
        called = {c for one in within for c in geography.municipalities_called(words, one)}
        if len(called) == 1:
            return called.pop(), None
        if called:
            shown = ", ".join(f"{geography.name_of(code)} ({code})" for code in sorted(called)[:4])
            return None, f"{text:.60} can be {shown}; write the code. No home was taken."
    return None


def _places_of(text: str, within: Iterable[str | None]) -> str | None:
    """`two places: Malmö (SE-1280) and Lund (SE-1281)` of a text that names more than one."""
    places = max((geography.places_named(text, one) for one in (None, *within)), key=len)
    if len(places) < 2:
        return None
    *others, last = (
        f"{geography.name_of(codes[0])} ({' or '.join(codes)})" for codes in places[:4]
    )
    how_many = "several" if others[1:] else "two"
    return f"{how_many} places: {', '.join(others)} and {last}"


def _of_postcode(text: str, countries: Sequence[str]) -> str | None:
    """Municipality of a postcode, if only one of the countries has it."""
    prefix = re.match(r"\s*([A-Za-z]{1,3})[- ]", text)
    named = country_code(prefix[1].upper()) if prefix else None
    within = [named] if named else list(countries) or list(geography.COUNTRIES)
    table = geography.postcode_table()
    digits = re.sub(r"^\s*[A-Za-z]{1,3}[- ]", "", text)
    found = {
        municipality
        for country in within
        if (code := geography.clean_postcode(country, digits))
        and len(re.sub(r"\D", "", digits)) >= 4
        for municipality in table.filter(
            (pl.col("country") == country) & (pl.col("postcode") == code)
        )["municipality"]
        if municipality
    }
    return found.pop() if len(found) == 1 else None


def _shown(headings: Sequence[str], most: int = 6) -> str:
    shown = ", ".join(f"{heading:.40}" for heading in headings[:most])
    return f"{shown}, …" if len(headings) > most else shown
