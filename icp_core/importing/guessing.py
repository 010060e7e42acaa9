"""A first mapping of a file's headings: by their words, and by what the values look like."""

import re
from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping as Mapping_
from types import MappingProxyType
from typing import Final, Literal

import polars as pl

from icp_core.accounts.columns import BY_NAME
from icp_core.importing import dates, values
from icp_core.importing.assumptions import (
    doubt_currencies,
    doubt_fractions,
    doubt_scales,
    is_of_proff,
)
from icp_core.importing.deal_headings import signs_of_deals
from icp_core.importing.exchanged import exchange
from icp_core.importing.footers import without_footers
from icp_core.importing.headings import (
    CONTACT,
    Classification,
    Heading,
    classification,
    is_entity,
    is_own_name,
    is_proprietor,
    is_question,
    is_unit,
    named_unit,
    parse,
    words,
)
from icp_core.importing.looks import ONLY_OF_ROUNDS, fit_of, looks_of
from icp_core.importing.mails import is_mail_of_a_desk, is_mail_of_a_person, is_mail_of_ours
from icp_core.importing.mapping import (
    AMOUNTS,
    BESIDE,
    DATES,
    FRACTIONS,
    INPUTS,
    NUMBERS,
    SURE,
    YEARLY,
    Assignment,
    Doubt,
    Mapping,
    fingerprint,
    own_name,
)
from icp_core.importing.national import country_of
from icp_core.importing.persons import LEFT_OUT_REASON, is_title, share_of_persons
from icp_core.importing.places import addressed
from icp_core.importing.relations import Choices, asking, choices_of, find_customers
from icp_core.importing.row_countries import by_address, of_list, towns_among
from icp_core.importing.statuses import (
    RECORDS,
    is_mostly_of_records,
    is_record_flag,
    keeps_records,
    status_in_heading,
    statuses_of,
)
from icp_core.importing.tables import ROW, Table
from icp_core.reference import geography, industry
from icp_core.reference.crm_keys import USER, salesforce_ids
from icp_core.reference.text import fold

GIVEN_BACK: Final = "most of its cells are not what the heading says: kept as it is"

OTHER_CODES: Final = "so it is kept as a column of its own"
"""How the reason of a column ends whose codes are of another classification of industries than NACE."""

UNITS_BELOW: Final = "a row of units below the headings, no company"
"""Why a row is rejected that says in what the columns are."""

# What stands in a row of units beside the units.
_COUNTS: Final = frozenset(
    ["antal", "antall", "st", "st.", "stk", "stk.", "kpl", "lkm", "hlö", "number", "count", "#", "no.",
     "personer", "persons", "people", "ansatte", "anställda", "headcount", "fte", "år", "year"]
)  # fmt: skip

_COUNT: Final = re.compile(
    r"\w*(?:antall?(?:et)?|lukumaara|maara)|antal\w*|numbers?|num|counts?|qty|quantity|lkm|kpl|stk|fjoldi|deals"
)
# Of what letters are a group, a size or a grade.
_YEAR_WORDS: Final = frozenset(["ar", "aar", "year", "vuosi", "vuodelta"])
# Over the first column of a spreadsheet's pivot table, whatever it is of.
_ROW_LABELS: Final = frozenset(["row labels", "radetiketter", "raekkenavne", "riviotsikot"])
_GROUP: Final = re.compile(
    r"\w*(?:segment|grupp|gruppe|group|ryhma|kategori|category|kategoria|klass|klasse|class|luokka|type|typ|"
    r"tyyppi|rating|grade|tier|taso|niva|niveau|size|storrelse|storlek|koko|code|kode|kod|koodi|serie|"
    r"sone|zone|zon|alue|omrade)(?:n|en|et|er|in)?"
)
_OF_CODES: Final = re.compile(r"\w*(?:kode|kod|koodi|code)(?:r|er|s|t)?|\w*(?:nummer|numer|numero)")
_OF_IDS: Final = re.compile(
    r"ids?|uid|guid|uuid|key|nr|no|num|number|nro|numret|nummer|numero|\w*(?:nummer|numret|numero|tunnus|tunniste)|"
    r"(?:kund|kunde|asiakas|konto|debitor|deb|leverantors?|leverandor|toimittaja|customer|account|deal|avtals?|"
    r"avtale|ordre|order|faktura|client|supplier|record|objekt|object)(?:nr|no|id|nro)"
)
# Least share of codes that are known under a heading of codes.
_SOME_CODES: Final = 0.3
_SAMPLE: Final = 2_000
# Of which the countries are looked at.
_SOME: Final = 300
# Least share of cells that fit a column before it is given back, and from which others fit better.
_LEAST_FIT: Final = 0.5
_GOOD_FIT: Final = 0.8
_NOTHING: Final = r"(?i)^\s*(?:#?n/?a\.?|null|none|nil|[-–—.?]+|#[\p{L}/0]+[!?])\s*$"
_ALLABOLAG_SAYS: Final = "Allabolag gives thousands (tkr)"
# Headings that Allabolag uses; its figures are in thousands without saying so.
_ALLABOLAG: Final = frozenset(
    {"nettoomsättning", "årets resultat", "kommunsäte", "antal anställda"}
)
_MADE: Final = frozenset(["created", "opprettet", "oprettet", "skapad", "skapat", "luotu"])
_LIVES: Final = {"active": "active or not"}
# Companies that each of a sales team has at least, on average.
_COMPANIES_EACH: Final = 2
_NO_ORDER: Final = "nothing in the column tells day from month: taken for day/month/year"
_BY_ADDRESS: Final = ("SE", "NO", "DK", "FI", "IS")
# Parts of words that headings have in one language only.
_ONLY_IN: Final = {
    "SE": ("företag", "bolag", "anställda", "omsättning", "hemsida", "kommunsäte", "postort"),
    "NO": ("ansatte", "driftsinnt", "selskap", "fylke", "poststed", "omsetning", "hjemmeside"),
    "DK": ("cvr", "virksomhed", "omsætning", "branche", "selskabsform"),
    "FI": ("tunnus", "liikevaihto", "toimiala", "henkilöst", "kunta", "kotipaikka", "yritys"),
    "IS": ("kennitala", "starfsm", "fyrirtæki", "heimilisfang", "sveitarfélag", "póstn"),
}


_NONE: Final[Mapping_[str, str]] = MappingProxyType({})


def guess(
    table: Table, units: Mapping_[str, str] = _NONE, choices: Choices | None = None
) -> Mapping:
    """Map a table's headings by their words and by what its first rows look like.

    Parameters
    ----------
    table
        As read; its first 2,000 rows are looked at, and whole columns of numbers for their decimal
        mark.
    units
        By heading, from a row below them (`units_below`).
    choices
        Values of the columns that have few, if they have been counted (`relations.choices_of`).
    """
    sample = _filled(without_footers(table.head(_SAMPLE)))
    parsed = {heading: parse(heading) for heading in table.headings}
    cells = {heading: sample[heading].drop_nulls() for heading in table.headings}
    looks = looks_of(cells)
    guesses = {
        heading: _guess(parsed[heading], cells[heading], looks[heading])
        for heading in table.headings
    }
    exchange(guesses, cells, looks)
    _give_back(guesses, cells, looks)
    choices = choices_of(table) if choices is None else choices
    if not signs_of_deals(table.headings):
        find_customers(guesses, choices)
    _set_records_apart(guesses, cells, looks)
    _set_persons_apart(guesses, cells)
    named = _classify(guesses, cells, looks)
    _find_names(guesses, cells, looks)
    _settle_rivals(guesses, parsed, cells, looks, named)
    _find_towns(guesses, cells, looks)
    _find_rounds(guesses, cells, looks)
    _take_units(guesses, parsed, units)
    _settle_units(guesses, sample)
    numeric = [h for h, a in guesses.items() if a.column in NUMBERS or a.kind == "number"]
    if numeric:
        marks = table.lazy.select(
            values.decimal_mark(pl.col(heading)).alias(heading) for heading in numeric
        ).collect()
        for heading in numeric:
            guesses[heading] = guesses[heading].model_copy(update={"decimal": marks[heading][0]})
    dated = [h for h, a in guesses.items() if a.column in DATES]
    if dated:
        orders = table.lazy.select(
            *(dates.order(pl.col(h)).alias(h) for h in dated),
            *(dates.is_ambiguous(pl.col(h)).any().alias(f"#{h}") for h in dated),
        ).collect()
        others = None
        if any(orders[h][0] is None and orders[f"#{h}"][0] for h in dated):
            others = dates.order_of_others(sample, table.lazy)
        for heading in dated:
            order = orders[heading][0] or (others if orders[f"#{heading}"][0] else None)
            read: dict[str, object] = {"date_order": order}
            if order is not None and orders[heading][0] is None:
                read["reason"] = dates.BY_OTHERS
            guesses[heading] = guesses[heading].model_copy(update=read)
            # Of a founding only the year is kept, which is the same in either order.
            if order is None and orders[f"#{heading}"][0] and guesses[heading].column != "founded":
                guesses[heading] = guesses[heading].doubting("date order", 0.6, _NO_ORDER)
    mapping = Mapping(
        fingerprint=fingerprint(table.headings),
        assignments=tuple(guesses.values()),
        industry_revision=_revision(guesses, sample, named),
    )
    told: frozenset[str] = frozenset()
    if mapping.of("country"):
        country = _country(guesses, sample)
    else:
        country, told = of_list(
            addressed(sample.select(mapping.texts())), by_words=_country_by_words(guesses)
        )
    mapping = mapping.model_copy(update={"country": country})
    doubt_fractions(guesses, sample)
    doubt_currencies(guesses, sample, countries={country} if country or not told else told)
    doubt_scales(guesses, sample, units)
    return asking(mapping.model_copy(update={"assignments": tuple(guesses.values())}), choices)


def _filled(sample: pl.DataFrame) -> pl.DataFrame:
    """The sample without cells that only say that there is nothing."""
    return sample.with_columns(
        pl.when(~pl.col(c).str.contains(_NOTHING)).then(pl.col(c)).alias(c) for c in sample.columns
    )


def units_below(table: Table) -> tuple[int | None, dict[str, str]]:
    """The row below the headings that says in what the columns are, and the units by heading.

    `Firma;tusen kr;antall` is one whatever stands in the column of names: every cell under a heading of
    numbers is a unit or a word for a count.

    Parameters
    ----------
    table
        As read.

    Returns
    -------
    tuple
        Number of the row, None if there is none, and the units that it names.
    """
    first = table.lazy.head(2).select(ROW, *table.headings).collect()
    meanings = {heading: parse(heading).meaning for heading in table.headings}
    for row in first.iter_rows(named=True):
        told = {h: row[h] for h, meaning in meanings.items() if meaning in NUMBERS and row[h]}
        units = {h: text for h, text in told.items() if len(text) <= 40 and is_unit(text)}
        others = [text for heading, text in told.items() if heading not in units]
        counts = [text for text in others if text.casefold().strip("()[] ") in _COUNTS]
        is_company = any(
            meaning in ("org_number", "website", "domain", "email")
            and row[heading]
            and re.search(r"\d{5}|\w\.\w", row[heading])
            for heading, meaning in meanings.items()
        )
        if (units or counts) and len(counts) == len(others) and not is_company:
            return int(row[ROW]), units
    return None, {}


def _guess(heading: Heading, cells: pl.Series, looks: Mapping_[str, float]) -> Assignment:
    """One heading on its own."""
    name = heading.text
    meaning, confidence = heading.meaning, heading.confidence
    is_desk = meaning != CONTACT and is_mail_of_a_desk(name)
    meaning, confidence = ("email", 1.0) if is_desk else (meaning, confidence)
    if meaning == CONTACT or is_mail_of_ours(name) or is_mail_of_a_person(name):
        return Assignment(
            heading=name, column=None, confidence=confidence, reason="contact details are left out"
        )
    ended = status_in_heading(name)
    if ended is not None and meaning not in BY_NAME:
        return _extra(name, cells, looks, f"tells which companies are {_LIVES.get(ended, ended)}")
    if is_proprietor(name):
        return _owner(heading, cells, looks)
    meaning = _told_by_cells(heading, meaning, looks)
    if meaning in _FITTING and len(cells) and _FITTING[meaning](cells) < _GOOD_FIT:
        # Words about the dealing, names of deals and what they are worth stay as they are.
        meaning = None
    reason = "known heading" if confidence >= SURE else "similar to a known heading"
    doubts: tuple[Doubt, ...] = () if confidence >= SURE else ("meaning",)
    if meaning in ("industry", "industry_text"):
        # Codes of other classifications are looked at by `_classify`.
        code = looks["industry"] > 0.7 or _says_codes(name, looks)
        meaning = "industry" if code else "industry_text"
        reason = "codes of industries" if code else "names of industries"
    elif meaning == "org_number" and len(cells):
        fit = fit_of("org_number", looks)
        confidence *= 0.5 + 0.5 * fit
        if looks["org_number"] < 1:
            reason = "some are no valid national numbers"
        if fit < _GOOD_FIT:
            doubts = ("meaning",)
    if meaning in BY_NAME or meaning in INPUTS:
        return Assignment(
            heading=name,
            column=meaning,
            confidence=round(confidence, 2),
            unit=heading.unit or 1.0,
            currency=heading.currency if meaning in AMOUNTS else None,
            year=heading.year if meaning in YEARLY else None,
            reason=reason,
            doubts=doubts,
        )
    if meaning is None and len(cells) >= 3:
        for column in ("linkedin_url", "email", "org_number", "website"):
            # Persons' numbers among companies' are of those who trade under their own names.
            persons = looks["personal"] if column == "org_number" and looks[column] else 0.0
            if looks[column] + persons >= SURE and (
                column != "website" or looks["social"] < _LEAST_FIT
            ):
                return Assignment(
                    heading=name,
                    column=column,
                    confidence=0.6,
                    reason="the values look like it",
                    doubts=("meaning",),
                )
    return _extra(name, cells, looks)


def _told_by_cells(
    heading: Heading, meaning: str | None, looks: Mapping_[str, float]
) -> str | None:
    """What a heading means of two things that it can: the year of amounts (`Omsetning år`), a page."""
    of_figures = meaning in (*AMOUNTS, "name") and not _YEAR_WORDS.isdisjoint(words(heading.text))
    if of_figures and looks["full_year"] >= _GOOD_FIT:
        return "fiscal_year"
    is_page = meaning in ("website", "domain") and looks["linkedin_url"] >= _GOOD_FIT
    return "linkedin_url" if is_page else meaning


def _share_of_dates(cells: pl.Series) -> float:
    """How much of some cells is dates, whichever of day and month comes first."""
    known = cells.drop_nulls().alias("text").to_frame()
    read = (dates.date(pl.col("text"), order).is_not_null() for order in ("dmy", "mdy"))
    return float(known.select(pl.any_horizontal(*read).mean()).item() or 0)


def _share_of_counts(cells: pl.Series) -> float:
    """How much of some cells is whole numbers of a few things."""
    known = cells.drop_nulls().alias("text").to_frame()
    return float(known.select(values.count(pl.col("text")).is_not_null().mean()).item() or 0)


_FITTING: Final[Mapping_[str | None, Callable[[pl.Series], float]]] = {
    "last_touch": _share_of_dates,
    "open_deals": _share_of_counts,
}
"""How much of some cells is what the heading says, where other things stand under the same one."""


def _owner(heading: Heading, cells: pl.Series, looks: Mapping_[str, float]) -> Assignment:
    """Whose a company is: our own sales people have several each, its owner hardly more than one."""
    if cells.n_unique() * _COMPANIES_EACH > len(cells):
        return _extra(heading.text, cells, looks)
    return Assignment(
        heading=heading.text,
        column="owner",
        confidence=round(heading.confidence, 2),
        reason="few names for many companies, as those of a sales team",
    )


def _says_codes(heading: str, looks: Mapping_[str, float]) -> bool:
    """Whether a heading names a classification or codes, and the cells are numbers as those are.

    Some may be of neither revision, of an older one, or have words or others beside them.
    """
    named = classification(heading) is not None
    if named and max(looks["number"], looks["postcode"]) >= SURE:
        return True
    coded = named or any(map(_OF_CODES.fullmatch, words(heading)))
    return coded and looks["industry"] >= _SOME_CODES


def _classify(
    guesses: dict[str, Assignment],
    cells: Mapping_[str, pl.Series],
    looks: Mapping_[str, dict[str, float]],
) -> dict[str, Classification]:
    """Give back codes of industries that are no NACE, and name the classification of the others."""
    named: dict[str, Classification] = {}
    british = _is_british(guesses, cells)
    for heading, assignment in guesses.items():
        found = classification(heading) if assignment.column == "industry" else None
        if found is None:
            continue
        if found.is_nace is None:
            found = _which_sic(cells[heading], british=british)
        if found.is_nace and found.revision != "older":
            named[heading] = found
            continue
        why = "is older than NACE Rev. 2" if found.is_nace else "is no NACE"
        reason = f"{found.name} {why}, {OTHER_CODES}"
        extra = _extra(heading, cells[heading], looks[heading], reason)
        guesses[heading] = extra.model_copy(update={"kind": "choice", "unit": 1.0})
    return named


def _is_british(guesses: Mapping_[str, Assignment], cells: Mapping_[str, pl.Series]) -> bool:
    """Whether most companies of a list are British, as far as it says."""
    given = [cells[h].head(_SOME) for h, a in guesses.items() if a.column == "country"]
    codes = [geography.country_code(text) for text in given[0]] if given else []
    return codes.count("GB") > 0.5 * len(codes) if codes else False


def _which_sic(codes: pl.Series, *, british: bool) -> Classification:
    """British codes of industries have five digits and begin as NACE's, American ones have four."""
    digits = codes.str.extract(r"^\s*(\d[\d.]*)", 1).str.replace_all(".", "", literal=True)
    five = float((digits.str.len_chars() == 5).mean() or 0)  # type: ignore[arg-type]
    if five >= _LEAST_FIT or (british and five > 0):
        return Classification("UK SIC 2007", "2", is_nace=True)
    return Classification("US SIC", None, is_nace=False)


def _extra(
    name: str,
    cells: pl.Series,
    looks: Mapping_[str, float],
    reason: str = "kept as an extra column",
) -> Assignment:
    kind: Literal["number", "choice", "tags", "flag"] = "choice"
    if len(cells):
        if looks["flag"] >= 0.95 and _answers(name, cells):
            kind = "flag"
        elif (
            looks["number"] >= 0.9
            and not (looks["identifier"] and parse(name).year is None)
            and not _are_ids(name, cells)
        ):
            kind = "number"
        elif looks["tags"] >= 0.3:
            kind = "tags"
    return Assignment(
        heading=name,
        column=own_name(name),
        kind=kind,
        confidence=0.5,
        unit=0.01 if "%" in name and kind == "number" else 1.0,
        reason=reason,
    )


def _are_ids(name: str, cells: pl.Series) -> bool:
    """Whether whole numbers are what a program calls its records by: `Kundnr`, `Record ID`.

    Nobody adds them up, and as an amount 10001 would be written 10001.0.
    """
    spoken = words(name)
    if not spoken or _COUNT.fullmatch(spoken[0]) or {"of", "employees"} & set(spoken):
        return False
    return any(map(_OF_IDS.fullmatch, spoken)) and bool(
        cells.str.contains(r"^\s*\d+(?:\.0+)?\s*$").all()
    )


def _answers(name: str, cells: pl.Series) -> bool:
    """Whether cells that can be a yes or a no are one: in words, or under a heading that asks.

    Of 0 and 1 it may be how many there are, though no company of the sample has two, and of letters
    which group or size.
    """
    said = frozenset(cells.str.strip_chars().str.to_lowercase().unique())
    if not said & values.PLAIN_ANSWERS and said not in values.LETTER_ANSWERS:
        return is_question(name) and not any(map(_COUNT.fullmatch, words(name)))
    return not any(map(_GROUP.fullmatch, words(name))) or bool(said & values.PLAIN_ANSWERS)


def _is_misfit(assignment: Assignment, looks: Mapping_[str, dict[str, float]]) -> bool:
    return fit_of(str(assignment.column), looks[assignment.heading]) < _LEAST_FIT


def _give_back(
    guesses: dict[str, Assignment],
    cells: Mapping_[str, pl.Series],
    looks: Mapping_[str, dict[str, float]],
) -> None:
    """Keep as a column of the file's own what its heading names and most of its cells are not."""
    for heading, assignment in guesses.items():
        if assignment.column is None or assignment.is_extra or not len(cells[heading]):
            continue
        if not _is_misfit(assignment, looks):
            continue
        rivals = sum(a.column == assignment.column for a in guesses.values())
        if (
            assignment.column == "name"
            and looks[heading]["org_number"] >= _GOOD_FIT
            and rivals == 1
        ):
            if not any(a.column == "org_number" for a in guesses.values()):
                guesses[heading] = Assignment(
                    heading=heading,
                    column="org_number",
                    confidence=0.6,
                    reason="the cells are national numbers",
                    doubts=("meaning",),
                )
        elif assignment.column != "name" or rivals > 1:
            # The only names that there are stay, however odd.
            guesses[heading] = _extra(heading, cells[heading], looks[heading], GIVEN_BACK)


_OURS: Final = r"^(?:[A-Z]{2}-|domain:|name:)."
"""How an `account_id` of ours begins."""


def _are_keys(texts: pl.Series) -> bool:
    """Whether cells are keys of a CRM's users."""
    return len(texts) > 0 and salesforce_ids(texts, USER).null_count() == 0


def _set_records_apart(
    guesses: dict[str, Assignment],
    cells: Mapping_[str, pl.Series],
    looks: Mapping_[str, dict[str, float]],
) -> None:
    """Keep what a CRM says of its records as columns of the list's own: status, and its keys.

    A company lives on without that status, and has an `account_id` of ours; under `Account ID` files for
    the CRM find theirs again. Of an owner's key and name the name is the owner.
    """
    owners = [heading for heading, one in guesses.items() if one.column == "owner"]
    keys = [heading for heading in owners if _are_keys(cells[heading])]
    for heading, assignment in guesses.items():
        texts = cells[heading]
        if assignment.column == "account_id" and len(texts) and not texts.str.contains(_OURS).any():
            guesses[heading] = _extra(heading, texts, looks[heading])
        if heading in keys and len(keys) < len(owners):
            guesses[heading] = _extra(heading, texts, looks[heading])
        if assignment.column == "status" and len(texts) and not statuses_of(texts).count():
            guesses[heading] = _extra(heading, texts, looks[heading], GIVEN_BACK)
    if not keeps_records(guesses):
        return
    for heading, assignment in guesses.items():
        told = assignment.column == "status" and is_mostly_of_records(cells[heading])
        # When it was made is no founding of the company.
        told |= assignment.column == "founded" and not _MADE.isdisjoint(words(heading))
        if told or (assignment.is_extra and is_record_flag(heading)):
            guesses[heading] = _extra(heading, cells[heading], looks[heading], RECORDS)


def _set_persons_apart(guesses: dict[str, Assignment], cells: Mapping_[str, pl.Series]) -> None:
    """Leave out the names of persons beside a column of their companies: `Name,Company,Job Title`."""
    names = [h for h, a in guesses.items() if a.column == "name"]
    of_companies = [
        h
        for h, a in guesses.items()
        if (a.column == "name" and not is_own_name(h))
        or (a.column is not None and is_entity(h) and parse(h).meaning in ("is_customer", "name"))
    ]
    has_title = any(a.column is None and is_title(h) for h, a in guesses.items())
    for heading in names:
        if not is_own_name(heading) or not of_companies:
            continue
        if has_title or share_of_persons(cells[heading]) >= _LEAST_FIT:
            guesses[heading] = Assignment(
                heading=heading, column=None, confidence=0.9,
                reason=f"{LEFT_OUT_REASON}: names of persons",
            )  # fmt: skip


def _find_names(
    guesses: dict[str, Assignment],
    cells: Mapping_[str, pl.Series],
    looks: Mapping_[str, dict[str, float]],
) -> None:
    """Names under a heading that only says whose list it is: `Customer`, `Kund`, or in a pivot table."""
    if any(a.column == "name" for a in guesses.values()):
        return
    for heading in guesses:
        texts = cells[heading]
        whose = (
            is_entity(heading) and parse(heading).meaning in ("is_customer", "industry_text", None)
        ) or (fold(heading) in _ROW_LABELS and looks[heading]["company"] >= _LEAST_FIT)
        if whose and looks[heading]["words"] >= SURE and texts.n_unique() >= SURE * len(texts):
            guesses[heading] = Assignment(
                heading=heading,
                column="name",
                confidence=0.8,
                reason="the values look like names of companies",
                doubts=("meaning",),
            )
            return


def _find_towns(
    guesses: dict[str, Assignment],
    cells: Mapping_[str, pl.Series],
    looks: Mapping_[str, Mapping_[str, float]],
) -> None:
    """Postcodes and towns that stand in one column, of which no other has both."""
    taken = {a.column for a in guesses.values()}
    if "post_town" in taken:
        return
    for heading, assignment in guesses.items():
        column = assignment.column
        is_place = column in ("city", "postcode")
        rest = taken - ({column} if is_place else set())
        if not (is_place or assignment.kind in ("choice", "tags")) or {"city", "postcode"} <= rest:
            continue
        if looks[heading]["post_town"] < _GOOD_FIT:
            continue
        # `6201 Programmering` is written so too: the heading or the towns have to tell.
        named = {parse(word).meaning for word in words(heading)} & {"city", "postcode"}
        if named or is_place or towns_among(cells[heading]) >= _LEAST_FIT:
            guesses[heading] = Assignment(
                heading=heading,
                column="post_town",
                confidence=0.95,
                reason="postcode and town in one",
            )
            return


def _find_rounds(
    guesses: dict[str, Assignment],
    cells: Mapping_[str, pl.Series],
    looks: Mapping_[str, Mapping_[str, float]],
) -> None:
    """Rounds of funding (`Series B`, `Seed`) under any heading, where no other has them."""
    if any(a.column == "funding_stage" for a in guesses.values()):
        return
    for heading, assignment in guesses.items():
        if (
            assignment.kind in ("choice", "tags")
            and looks[heading]["round"] >= _GOOD_FIT
            and cells[heading].str.contains(ONLY_OF_ROUNDS).any()
        ):
            guesses[heading] = Assignment(
                heading=heading,
                column="funding_stage",
                confidence=0.9,
                reason="the values are rounds of funding",
            )
            return


def _settle_rivals(
    guesses: dict[str, Assignment],
    parsed: Mapping_[str, Heading],
    cells: Mapping_[str, pl.Series],
    looks: Mapping_[str, Mapping_[str, float]],
    named: Mapping_[str, Classification],
) -> None:
    """Of several headings for one column keep the best; the years of one series stay together."""
    for column in {a.column for a in guesses.values() if a.column and not a.is_extra}:
        rivals = [h for h, a in guesses.items() if a.column == column]
        if len(rivals) == 1:
            continue
        # Numbers go before bands, words that are known before those that are alike, the newer revision
        # of a classification before the older, unless few companies have it, the fuller column of years.
        most = max(len(cells[h]) for h in rivals)
        beside = _beside(column, rivals, parsed, looks)
        rivals.sort(
            key=lambda h: (
                column == "employees" and looks[h]["number"] < _LEAST_FIT,
                # Codes tell namesakes apart, and names beside them fill in for those that lack.
                column in BESIDE
                and (
                    looks[h]["number"] < _GOOD_FIT
                    or (not beside and len(cells[h]) < _GOOD_FIT * most)
                ),
                guesses[h].confidence < SURE,
                column == "email" and is_mail_of_a_desk(h),
                column == "industry" and len(cells[h]) < _LEAST_FIT * most,
                -_years_in(cells[h]) if column == "founded" else 0,
                parsed[h].rank // 100 if column == "industry" and named else 0,
                (named[h].revision or "") != "2.1" if column == "industry" and h in named else True,
                parsed[h].rank,
            )
        )
        best, taken = rivals[0], set()
        for heading in rivals:
            year = guesses[heading].year
            same_series = parsed[heading].rank == parsed[best].rank and year is not None
            if heading != best and (not same_series or year in taken):
                number = column in NUMBERS and looks[heading]["number"] >= _LEAST_FIT
                guesses[heading] = Assignment(
                    heading=heading,
                    column=own_name(heading),
                    kind="number" if number else "choice",
                    confidence=0.5,
                    unit=guesses[heading].unit if number else 1.0,
                    reason=f"{best} is taken for {column}",
                )
                if heading in beside and best in beside:
                    guesses[heading] = Assignment(
                        heading=heading,
                        column=BESIDE[column],
                        confidence=SURE,
                        reason=f"where {best} lacks the {column}",
                    )
                if column == "email":
                    guesses[heading] = Assignment(
                        heading=heading, column=None, reason="contact details are left out"
                    )
            taken.add(year)


def _beside(
    column: str,
    rivals: list[str],
    parsed: Mapping_[str, Heading],
    looks: Mapping_[str, Mapping_[str, float]],
) -> tuple[str, ...]:
    """Two headings of one place, of which one has codes and the other names."""
    places: dict[bool, list[str]] = {True: [], False: []}
    for heading in rivals if column in BESIDE else ():
        places[looks[heading]["number"] >= _GOOD_FIT].append(heading)
    firsts = [min(some, key=lambda h: parsed[h].rank) for some in places.values() if some]
    same_address = len({parsed[h].rank // 1000 for h in firsts}) == 1
    return tuple(firsts) if len(firsts) == 2 and same_address else ()


def _years_in(cells: pl.Series) -> int:
    """How many cells tell a year."""
    return int(pl.select(dates.founded(pl.lit(cells)).count()).item())


def _take_units(
    guesses: dict[str, Assignment], parsed: Mapping_[str, Heading], units: Mapping_[str, str]
) -> None:
    """Units and currencies from the row under the headings, where the headings name none."""
    for heading, text in units.items():
        assignment = guesses[heading]
        factor, code = named_unit(text)
        if factor is None or assignment.column not in NUMBERS or parsed[heading].unit is not None:
            continue
        money = code if assignment.column in AMOUNTS else None
        guesses[heading] = assignment.model_copy(
            update={
                "unit": factor,
                "currency": money or assignment.currency,
                "reason": "the unit stands under the heading",
            }
        )


def _settle_units(guesses: dict[str, Assignment], sample: pl.DataFrame) -> None:
    lowered = {heading.casefold() for heading in guesses}
    in_thousands = len(_ALLABOLAG & lowered) >= 3
    of_proff = is_of_proff(guesses)
    for heading, assignment in guesses.items():
        if of_proff and assignment.column in AMOUNTS and assignment.currency is None:
            guesses[heading] = assignment.model_copy(update={"currency": "NOK"})
        if in_thousands and assignment.column in AMOUNTS and parse(heading).unit is None:
            guesses[heading] = assignment.doubting("unit", 0.8, _ALLABOLAG_SAYS, unit=1000.0)
        if assignment.column in FRACTIONS and assignment.unit == 1.0:
            cells = sample[heading].drop_nulls()
            if len(cells) and cells.str.contains("%").all():
                guesses[heading] = assignment.model_copy(
                    update={"unit": 0.01, "reason": "per cent"}
                )


def _country(guesses: dict[str, Assignment], sample: pl.DataFrame) -> str | None:
    """The country of rows that name none: by their national numbers, else by their websites."""
    for heading, assignment in guesses.items():
        if assignment.column == "org_number":
            country, _ = country_of(sample[heading].head(300))
            if country:
                return country
    for heading, assignment in guesses.items():
        if assignment.column in ("website", "domain", "email"):
            cells = sample.select(pl.col(heading).drop_nulls().alias("website"))
            counts = Counter(by_address(cells).drop_nulls())
            if counts:
                found, times = counts.most_common(1)[0]
                if found in _BY_ADDRESS and times > 0.6 * len(cells):
                    return str(found)
    return None


def _country_by_words(guesses: dict[str, Assignment]) -> str | None:
    text = " ".join(guesses).casefold()
    counts = {country: sum(word in text for word in words) for country, words in _ONLY_IN.items()}
    best = max(counts, key=lambda country: counts[country])
    rivals = sorted(counts.values(), reverse=True)
    return best if rivals[0] >= 2 and rivals[0] > rivals[1] else None


def _revision(
    guesses: dict[str, Assignment], sample: pl.DataFrame, named: Mapping_[str, Classification]
) -> industry.Revision:
    """The revision of NACE that the heading names, else that has more of the codes, else Rev. 2."""
    for heading, assignment in guesses.items():
        if assignment.column == "industry":
            said = named[heading].revision if heading in named else None
            if said is not None:
                return "2.1" if said == "2.1" else "2"
            return industry_revision(sample[heading])
    return "2"


def industry_revision(codes: pl.Series) -> industry.Revision:
    """The revision of NACE that has more of the codes; Rev. 2 where both have as many."""
    distinct = pl.select(values.leading_code(pl.lit(codes.drop_nulls()))).to_series().drop_nulls()
    old = industry.normalised(distinct, "2").count()
    new = industry.normalised(distinct, "2.1").count()
    return "2.1" if new > old else "2"


def note_on_given_back(mapping: Mapping) -> tuple[str, ...]:
    """Which columns are kept as they are, since most of their cells are not what the heading says."""
    return tuple(f"{a.heading}: {a.reason}" for a in mapping.assignments if a.reason == GIVEN_BACK)


def note_on_industries(mapping: Mapping) -> tuple[str, ...]:
    """What to know about columns of codes of industries: which was taken, and which are no NACE."""
    notes = [
        f"{a.heading}: {a.reason}." for a in mapping.assignments if a.reason.endswith(OTHER_CODES)
    ]
    coded = [a.heading for a in mapping.assignments if classification(a.heading) is not None]
    for taken in mapping.of("industry"):
        others = [
            a.heading
            for a in mapping.assignments
            if a.heading in coded and a.reason == f"{taken.heading} is taken for industry"
        ]
        if others:
            notes.append(
                f"{taken.heading} is taken for the industry (NACE Rev. {mapping.industry_revision}); "
                f"{', '.join(others)} is kept as a column of its own."
            )
    return tuple(notes)
