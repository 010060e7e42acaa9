"""Rows of a list that are no companies: totals, footers and notes of spreadsheets, CRMs and vendors."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from icp_core.accounts.company_names import LEGAL_FORMS
from icp_core.importing import values
from icp_core.reference.text import fold_expr

TOTAL: Final = "a line of totals, no company"
NOTE: Final = "a footer or note, no company"
SECTION: Final = "a heading over the rows below it, no company"

# The words alone, or with a count, a year or the field they are of behind: a company called
# `Totalt Bygg AS` has more to its name.
_SUMS: Final = (
    r"(?:grand |sub ?|del|slut|sluts?|hoved|kaikki |loppu|vali)?"
    r"(?:total(?:er|t|s|en|summa|sum|a)?|summa|summer|sum|yhteensa|summat)"
    r"|i ?alt|sammanlagt|sammenlagt|til sammen|tilsammen|kokonaissumma|loppusumma|valisumma|samtals"
    r"|genomsnitt|snitt|snittet|medelvarde|gjennomsnitt|gennemsnit|keskiarvo|average|mean|median|mediaani"
    r"|record ?count|row ?count|count|tot|antal|antall|lukumaara"
)
_OF: Final = (
    r"(?:records?|rows?|companies|accounts|organi[sz]ations?|poster|rader|foretag|bolag|kunder|"
    r"bedrifter|selskaper|selskaber|virksomheder|firmaer|firmor|raekker|riveja|rivia|kpl|yrityksia|"
    r"yritysta|asiakasta|asiakkaita|deals|opportunities|affarer|avtaler|aftaler|kauppaa|stk|st|antal|"
    r"antall|count|number|alla?|alle|all)"
)
# What may stand around an amount: `I alt kr. 20.900.000`.
_MONEY: Final = r"(?:t?kr|[nsd]ok|sek|dkk|eur|usd|gbp|isk|[€$£]|mkr|t€|meur|%)"
_NUMBER: Final = rf"(?:{_MONEY}?[.:\s]*-?\d[\d\s.,]*\s*{_MONEY}?\.?)"
_TOTAL: Final = (
    rf"^[\W_]*(?:{_SUMS})[\s:.,;=–-]*(?:\(?\s*(?:{_OF}[\s:]*)?{_NUMBER}?\s*{_OF}?\s*\)?)[\s:.]*$"
    rf"|^(?:antal|antall|number of|no\.? of|total number of|lukumaara)\s*{_OF}?\s*[:=]?\s*\d[\d\s.,]*$"
    rf"|^{_OF} (?:{_SUMS})\W*\d[\d\s.,]*$"
    rf"|^{_OF}\s*[:=]\s*\d[\d\s.,]*$|^\(?\d[\d\s.,]*\s(?:of \d[\d\s.,]* )?{_OF}\)?\W*$"
    r"|^total (?:records|rows|accounts|companies)\W*\d*$"
)
# A part of the total above or below: `Heraf Jylland`, `Delsumma norr`.
_PART: Final = (
    r"^[\W_]*(?:(?:del|mellan|mellom|mellem|vali|sub[ -]?)(?:summa|sum|total)|"
    r"heraf|deraf|hvoraf|herav|derav|hvorav|varav|darav|joista|josta|mista|of which|whereof|"
    r"thereof|davon|thar af)\b(?:.*\S)?$"
)
# A word for a sum beside another: a part's total where its figures are the sums of rows beside it.
_SUM_OF: Final = rf"^[\W_]*(?:{_SUMS})\b[\W_]+\S|\S[\W_]+(?:{_SUMS})[\W_]*$"
# Rounded amounts add up to nearly their sum.
_NEARLY: Final = 0.005
# A heading of a note with its colon, or a sentence that only programs write.
_NOTE: Final = (
    r"^[\W_]*(?:kall(?:a|or)|kilder?|lahde|lahteet|sources?|notes?|not|obs!?|nb!?|merk|huom!?|huomautus|"
    r"anm(?:\.|arkning(?:ar)?)?|merknad|bemaerkning|fotnot|footnote|disclaimer|filters?|filtrering|"
    r"sokning|sok|sokekriterier|urval|utvalg|udvalg|uttag|uttrekk|udtraek|rajaus|hakuehdot|"
    r"filtered by|filters applied|applied filters|show|generated(?: by| on)?|genererad|generert|"
    r"genereret|exported(?: by| on)?|export date|exportdatum|exporterad|eksportert|eksporteret|"
    r"viety|printed|utskriven|utskrevet|udskrevet|tulostettu|created by|run by|run date|date run|"
    r"report(?: name| date)?|rapport|raportti|last (?:updated|refreshed)|senast uppdaterad|"
    r"sist oppdatert|sidst opdateret|paivitetty|data as of|as of|valuta|currency|enhet)\b[^:]{0,30}:"
    r"|^(?:page|sida|side|sivu|blad|ark)\s*\d+(?:\s*(?:of|av|/|af)\s*\d+)?\W*$"
    r"|^\W*(?:eof|end of (?:file|report|list)|slut(?: pa (?:listan|rapporten))?|slutt(?: pa \w+)?|"
    r"(?:tiedoston|raportin|listan) loppu)\W*$"
    r"|^(?:applied filters?|no filters? applied|filters? applied)\b"
    r"|^[\W_]*copyright\b.{0,12}\d{4}|^\W*(?:©|\(c\))\s*\S+"
    r"|all rights reserved|alla rattigheter|alle rettigheter|alle rettigheder|kaikki oikeudet"
    r"|confidential information|do not distribute|strictly confidential|for internal use only"
    r"|^\W*(?:konfidentiellt|konfidensielt|fortroligt|fortrolig|luottamuksellinen)\W*$"
    r"|^(?:exporterad|eksportert|eksporteret|exported|generated|generert|genererad|printed|utskriven|"
    r"downloaded|nedlastet|nedladdad|uttaget|hamtad|hentet)\b.*\d{4}"
    # With nothing but a date behind it, since companies may begin with these.
    r"|^(?:utskrevet|udskrevet|trukket|udtrukket|uttrukket|tulostettu|viety|haettu|ladattu|poimittu|"
    r"opdateret|oppdatert|uppdaterad|paivitetty|updated|created|skapad|opprettet|oprettet|luotu)\b"
    r"\D{0,12}\d[\d./: -]*(?:\w+ \d{4})?\W*$"
    r"|^(?:the data|data|this report|this list|denna lista|denne listen|denne liste|tama lista)\b.{12,}"
    r"|^\*+\s*\S.{8,}$"
)
_FORM: Final = rf"\b(?:{'|'.join(LEGAL_FORMS)}|a/s)\.?$"
# What a sum or a mean is of, where only figures stand beside it: `Gennemsnit pr. virksomhed`.
_SUM_OVER: Final = (
    rf"^[\W_]*(?:{_SUMS})(?:[\s,/]+(?:{_SUMS}|pr|per|av|af|of|for|over|alla?|alle|hele|kaikki|samtliga|"
    rf"samtlige)\b\.?)+(?:\s*{_OF})?(?:\s+[\p{{Ll}}-]+)?[\W\d_]*$"
)

# A row with one filled cell, of a list whose rows have several, is judged by how it is written.
_FEWEST_FILLED: Final = 3
_MARKED: Final = r"^\s*(?:\(?\d{1,2}\)|\[\d{1,2}\]|[*†‡¹²³⁴]+\)?)\s*\S"
_LABELLED: Final = r"^[^:]{2,40}:\s+\S|^[^:]{2,40}:\s*$"
_LABEL: Final = r"^[^:]{2,40}:\s*$"
_WITH_DAY: Final = r"\b(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\s?\d{1,2}[-./]\s?\d{2,4})\b"
_EXCLAIMED: Final = r"^\p{L}+!\s+\S"
# Words that sentences have and names of companies hardly ever, and those that stand in both.
_SENTENCE: Final = (
    r"(?i)\b(?:ikke|ikkje|inte|icke|ej|ei|eiva?t|not|är|er|on|ovat|is|are|was|were|må|får|kan|skal|ska|skall|"
    r"saa|voi|may|must|har|have|has|gjort|gjord|lavet|tehty|made|basert|baserad|baseret|perustuu|"
    r"inkludert|inkluderar|inneholder|innehåller|indeholder|sisältää|sisällä|includes?|excludes?|contains?|"
    r"hentet|hämtad|hämtat|haettu|laget|skapad|opprettet|oprettet|gjelder|gäller|gælder|koskee|brukes|"
    r"används|anvendes|alle tall|"
    r"all data|only|kun|endast|bare|vain|som|that|which|jotka|denne|denna|this)\b"
)
_PREPOSITION: Final = (
    r"(?i)\b(?:fra|från|från|frå|av|af|of|per|pr|til|till|for|för|fram|from|by|til og med|t\.?o\.?m|"
    r"pvm|asti|mukaan|mennessä|alkaen)\b"
)
_FEW: Final = 2
_NEARLY_ALL: Final = 0.8
# A number with its unit: `83 000 tkr`, `12 %`.
_FIGURE: Final = re.compile(r"[^\W\d_]{0,4}\W*-?\d[\d\s.,'’]*\s*\W?\s*[^\W\d_]{0,5}\.?|[A-Z]{3}|-+")


# A count, an amount, a page, a day or a time where a name is wanted: `226`, `1/3`, `2026-03-01 12:44`.
_NO_NAME: Final = r"^[\W_]*\d[\d\s.,:/%()–-]*(?:[ap]\.?m\.?)?\W*$"
_DAY: Final = r"^\W*\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?\b|\d:\d\d"
_SHORT: Final = "too few cells"


def told_of_short_lines(unreadable: pl.DataFrame) -> pl.DataFrame:
    """Unreadable rows, of which lines with too few cells that are totals or notes are called that.

    Parameters
    ----------
    unreadable
        With `reason` and, as one text, `cells`.
    """
    lines = unreadable["cells"].str.strip_chars("\"' ;,|\t")
    found = no_companies(lines, lines.to_frame(), identified=unreadable["reason"] != _SHORT)
    return unreadable.with_columns(reason=pl.coalesce(found, "reason"))


def footers_of(rows: pl.DataFrame) -> pl.Series:
    """Why rows of a file are no companies or deals, as far as their first cells tell; else null."""
    names = pl.Series([None] * rows.height, dtype=pl.String)
    return no_companies(names, rows, identified=pl.repeat(value=False, n=rows.height, eager=True))


def without_footers(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a file that may be companies or deals."""
    return rows.filter(footers_of(rows).is_null())


def no_companies(names: pl.Series, cells: pl.DataFrame, *, identified: pl.Series) -> pl.Series:
    """Why a row is no company: `TOTAL`, `NOTE`, `SECTION`, or null for companies.

    Parameters
    ----------
    names
        What stands in the column of names; where it is blank, the first cell of the row counts.
    cells
        The row as in the file.
    identified
        Whether a national number or a web domain says that it is a company, whatever its name.
    """
    found = pl.Series("reason", [None] * len(names), dtype=pl.String)
    rows = (~identified).arg_true()
    if rows.is_empty() or not cells.width:
        return found
    first = pl.coalesce(pl.lit(names[rows]), *cells.columns)
    text = cells[rows].select(text=fold_expr(first)).to_series()
    total, note = text.str.contains(rf"{_TOTAL}|{_SUM_OVER}"), text.str.contains(_NOTE)
    part = text.str.contains(_PART) & ~text.str.contains(_FORM)
    of_part = text.str.contains(_SUM_OF) & ~text.str.contains(_FORM) & ~total
    for at in _sums_of_rows(rows.filter(of_part.fill_null(value=False)), cells):
        found[at] = TOTAL
    some = (total | note | part).fill_null(value=False).arg_true()
    for at in some:
        row = [cell for cell in cells.row(int(rows[at])) if cell is not None]
        # A total has figures beside it, a note next to nothing, a company its town or industry.
        others = _words(row) - 1
        if part[at] or (total[at] and others <= 0):
            found[int(rows[at])] = TOTAL
        elif note[at] and len(row) <= _FEW:
            found[int(rows[at])] = NOTE
    _without_words(found, rows, text, cells)
    _written_as_notes(found, rows, cells, names)
    _over_sections(found, rows, cells)
    return found


def _over_sections(found: pl.Series, rows: pl.Series, cells: pl.DataFrame) -> None:
    """Say of texts alone between the rows that they are headings of sections: `Region Øst`, `Norge`.

    Told by a total further down that is of the same (`Sum Øst`), or by how the list is built: it begins
    with one, each has rows below it, and nearly all of those have a legal form where none of these has.
    """
    filled = cells.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    usual = filled.filter(filled > 0).median()
    if not isinstance(usual, float) or usual < _FEWEST_FILLED:
        return
    alone = rows.filter((filled[rows] == 1) & found[rows].is_null()).to_list()
    if not alone:
        return
    first = cells.select(text=fold_expr(pl.coalesce(pl.all()))).to_series()
    formed = first.str.contains(_FORM).fill_null(value=False)
    alone = [at for at in alone if not formed[at]]
    full = ((filled >= min(_FEWEST_FILLED, usual)) & found.is_null()).fill_null(value=False)
    totals = {at: _summed(first[at]) for at in (found == TOTAL).fill_null(value=False).arg_true()}
    followed = [at for at in alone if at + 1 < len(full) and full[at + 1]]
    built = (
        len(followed) == len(alone) >= _FEW
        and int(full.sum()) >= 2 * len(alone)
        and alone[0] < int(full.arg_true()[0])
        and int((formed & full).sum()) >= _NEARLY_ALL * int(full.sum())
    )
    for place, at in enumerate(alone):
        below = alone[place + 1] if place + 1 < len(alone) else len(full)
        words = first[at].strip(" :")
        of_total = any(
            at < row <= below and of and (words == of or words.endswith(f" {of}"))
            for row, of in totals.items()
        )
        if built or (of_total and at in followed):
            found[at] = SECTION


def _summed(text: str) -> str:
    """What a total is of: `sum ost` is `ost`."""
    return re.sub(rf"^[\W_]*(?:{_SUMS})\b[\W_]*|[\W_]*\b(?:{_SUMS})[\W_]*$", "", text).strip(" :()")


def _written_as_notes(
    found: pl.Series, rows: pl.Series, cells: pl.DataFrame, names: pl.Series
) -> None:
    """Say of rows with little but a text in one cell that they are notes, by how that is written.

    Behind the last row with several cells hardly a company stands, so a preposition is enough there;
    elsewhere a mark of a footnote, a label with its colon or a sentence with its stop has to tell. A
    legal form makes a company of any text.
    """
    filled = cells.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    usual = filled.filter(filled > 0).median()
    if not isinstance(usual, float) or usual < _FEWEST_FILLED:
        return
    several = (filled >= min(_FEWEST_FILLED, usual)).arg_true()
    last = int(several[-1]) if len(several) else -1
    some = rows.filter(filled[rows].is_between(1, _FEW) & found[rows].is_null())
    if some.is_empty():
        return
    texts = pl.coalesce(pl.lit(names[some]), *cells.columns)
    text = pl.col("text")
    words = text.str.count_matches(r"\pL[\pL.-]*")
    lower = text.str.count_matches(r"\b\p{Ll}[\pL.-]*")
    told = cells[some].select(text=texts).select(
        formed=fold_expr(text).str.contains(_FORM),
        label=text.str.contains(_LABEL),
        anywhere=text.str.contains(rf"{_MARKED}|{_LABELLED}|{_EXCLAIMED}")
        | (text.str.contains(_WITH_DAY) & (words >= 1))
        | (text.str.contains(_SENTENCE) & (words >= 4) & (lower * 2 >= words)
           & (text.str.contains(r"[.!]\s*$") | (words >= 7))),
        at_end=text.str.contains(_SENTENCE)
        | (text.str.contains(_PREPOSITION) & (lower * 3 >= words)),
    )  # fmt: skip
    for at, alone, (formed, label, anywhere, at_end) in zip(
        some, filled[some] == 1, told.iter_rows(), strict=True
    ):
        if formed or not (alone or label):
            continue
        if label or anywhere or (at_end and at > last):
            found[at] = NOTE


def _without_words(found: pl.Series, rows: pl.Series, text: pl.Series, cells: pl.DataFrame) -> None:
    """Say of rows of nothing but figures what they are: a list of names ends with such."""
    bare = text.str.contains(_NO_NAME).fill_null(value=False)
    few = int(bare.sum()) * 2 < len(text)
    if not bare.any():
        return
    told = found.is_not_null()
    ends = (
        at for at in reversed(range(cells.height)) if not told[at] and not _is_bare(cells.row(at))
    )
    last = next(ends, 0)
    for place in bare.arg_true():
        at = int(rows[place])
        row = cells.row(at)
        if not _is_bare(row) or not (few or at > last):
            continue
        some = [cell for cell in row if cell is not None]
        if len(some) == 1:
            found[at] = NOTE if re.search(_DAY, text[place]) or "/" in text[place] else TOTAL
        elif row[0] is not None or at > last or _adds_up(row, cells[:at]):
            found[at] = TOTAL


def _is_bare(row: tuple[str | None, ...]) -> bool:
    """Whether a row has nothing but figures and days."""
    return all(c is None or _FIGURE.fullmatch(c.strip()) or re.match(_NO_NAME, c) for c in row)


def _words(row: list[str]) -> int:
    """How many cells are no figures."""
    return sum(not _FIGURE.fullmatch(cell.strip()) for cell in row)


def _sums_of_rows(candidates: pl.Series, cells: pl.DataFrame) -> list[int]:
    """Of rows that may be totals of a part those whose figures are the sums of the rows above or below.

    A company's figures are not: `Summa Equity` has its own.
    """
    alone = [
        at
        for at in candidates.to_list()
        if _words([cell for cell in cells.row(at) if cell is not None]) <= 1
    ]
    found = []
    for place, at in enumerate(alone):
        above = alone[place - 1] + 1 if place else 0
        below = alone[place + 1] if place + 1 < len(alone) else cells.height
        total = cells.row(at)
        if (
            _adds_up(total, cells[above:at])
            or _adds_up(total, cells[at + 1 : below])
            or _adds_up_to_some(total, cells[above:at])
        ):
            found.append(at)
    return found


def _adds_up(total: tuple[str | None, ...], parts: pl.DataFrame) -> bool:
    """Whether at least half of a row's figures are sums of other rows' figures, or their number."""
    agree = figures = 0
    for whole, amounts in _figures(total, parts):
        figures += 1
        sums = (float(amounts.sum()), float(parts.height))
        agree += whole != 0 and any(abs(whole - one) <= _NEARLY * abs(whole) for one in sums)
    return 2 * agree >= max(1, figures)


def _adds_up_to_some(total: tuple[str | None, ...], above: pl.DataFrame) -> bool:
    """Whether at least half of a row's figures are exactly the sums of the last few rows above it."""
    figures = 0
    agree = np.zeros(above.height, np.int64)
    for whole, amounts in _figures(total, above):
        figures += 1
        sums = amounts.fill_null(0.0).reverse().cum_sum().to_numpy()
        agree += np.isclose(sums, whole, rtol=1e-9, atol=0.0)
    return bool((2 * agree[1:] >= max(1, figures)).any())


def _figures(
    total: tuple[str | None, ...], parts: pl.DataFrame
) -> Iterator[tuple[float, pl.Series]]:
    """A row's figures, each beside those of other rows in its column."""
    for column, cell in zip(parts.columns, total, strict=True):
        if cell is None or not _FIGURE.fullmatch(cell.strip()):
            continue
        both = pl.concat([parts[column], pl.Series([cell])])
        mark = both.to_frame().select(values.decimal_mark(pl.first())).item()
        amounts = values.numbers(both, mark)
        if amounts[-1] is not None:
            yield amounts[-1], amounts[:-1]
