"""What a status means for a company: active, bankrupt, dissolving or deregistered, by whole words.

A negation turns a word round (`Ikke aktiv`), a procedure that is over has left no company (`Konkurs
avslutad`) unless it was lifted or had saved it (`Konkurs upphävd`, `Rekonstruktion avslutad`), and a
CRM's own status (`Contacted`, `Unqualified`) says nothing about the register. A heading can be the
status too: a yes or a day under `Konkurs` or `Slettedato`.
"""

import re
from collections.abc import Iterable
from datetime import date as day_of_calendar
from functools import lru_cache
from typing import Final

import polars as pl

from icp_core.importing import dates, headings, values
from icp_core.reference.text import fold, fold_expr

STATUSES: Final = ("active", "bankrupt", "dissolving", "deregistered")

_NOT: Final = r"\b(?:not|no|non|ikke|ikkje|icke|inte|ej|ei|ingen|inga|without|utan|uten|uden)\b"
_OVER: Final = (
    r"\b(?:avslut\w*|afslut\w*|closed|completed|concluded|avviklet|avvecklad\w*|avvecklat|"
    r"likviderad\w*|likvidert|likvideret|liquidated|paattyn\w*|efter|etter|after|upphort|upphord|"
    r"finished|ended|lopetettu)\b"
)
# The company goes on as if nothing had been.
_LIFTED: Final = (
    r"\b(?:upphav\w*|ophaev\w*|opphev\w*|kumot\w*|kumou\w*|peruutet\w*|peruunt\w*|annul\w*|lifted|"
    r"revoked|rescinded|overturned|discharged|aterkalla\w*|tilbakekalt|tilbagekaldt|omgjort|omgort|"
    r"avslag\w*|avslatt|avslaget|avvis\w*|afvis\w*|afslaet|\w*trukket|tillbakadrag\w*|hylatty|hylattiin|"
    r"withdrawn|dismissed|rejected|refused)\b"
)
# A procedure was over, and the company is back.
_BACK: Final = r"\b(?:genoptag\w*|gjenoppt\w*|gjenopprett\w*|aterupp\w*|reinstated|restored)\b"
_SAVING: Final = (
    r"\b(?:\w*rekonstruk\w*|reconstruct\w*|restructur\w*|\w*saneer\w*|gjeldsforhandling\w*|"
    r"voluntary arrangement)\b"
)
_STILL_ACTIVE: Final = r"^\W*(?:aktiv\w*|aktiiv\w*|active|verksam\w*|virksom\w*)\b"
_BANKRUPT: Final = r"\b(?:(?:under)?konkurs\w*|bankrupt\w*|insolven\w*|maksukyvyt\w*|gjaldthrot\w*)"
_DISSOLVING: Final = (
    r"\b(?:\w*likvid\w*|liquidat\w*|\w*avvikling\w*|avvikles|\w*avveckl\w*|\w*avvikl\w*|tvangsopplos\w*|"
    r"tvangsoplosning\w*|oplosning\w*|opplosning\w*|under oplosning|selvitystila\w*|selvitys\w*|"
    r"rekonstruk\w*|reconstruct\w*|restructur\w*|foretagsrekonstruktion|winding|wound|saneer\w*|"
    r"yrityssaneer\w*|gjeldsforhandling\w*|administration|administrator|receiver\w*|receivership|"
    r"strike off|striking off|voluntary arrangement|purku\w*|slit\w*)\b"
)
_GONE: Final = (
    r"\b(?:inakt\w*|inact\w*|avregistr\w*|afregistr\w*|deregist\w*|dereg|unregist\w*|slett\w*|slet\w*|"
    r"opp?ho\w*|upphor\w*|opplost|oplost|opplos\w*|lakan\w*|lakkau\w*|lopett\w*|poist\w*|"
    r"dissolved|closed|ceased|defunct|removed|struck off|stryk\w*|struken|strukna|avford|nedlagt\w*|"
    r"keskeyt\w*|nedlagd\w*|sammenlag\w*|sammenslatt|\w*fusion\w*|\w*fusjon\w*|merged|fuusio\w*|fuusion\w*|sulautu\w*|"
    r"vilande|hvilende|dormant|lepaav\w*|passiv\w*|terminated|tvangsopplost|tvangsoplost|afskrad|afmad|expired|inaktiivi\w*)\b"
)
_ACTIVE: Final = (
    r"\b(?:aktiv\w*|aktiiv\w*|active|normal\w*|registr\w*|registered|\w*rekister\w*|toiminnassa|toimiva|"
    r"toimii|toimintaa|toiminta|voimassa|virksom\w*|verksam\w*|i drift|drift|existing|in business|"
    r"operating|live|good standing|gallande|open for business)\b"
)
# What sales people write of their own work, not the register of a company.
_OF_A_CRM: Final = (
    r"\b(?:contact\w*|kontakt\w*|(?:un|dis)?qualif\w*|kvalif\w*|okvalif\w*|nurtur\w*|leads?|prospekt\w*|"
    r"prospect\w*|won|lost|vunnen|vunnet|vundet|tapt|tabt|forlorad|deals?|affar\w*|opportunit\w*|"
    r"customers?|clients?|kund\w*|asiak\w*|meeting|mote\w*|demo|connected|attempt\w*|working|"
    r"bad timing|in progress|new|ny|nytt|cold|warm|hot|churn\w*|subscri\w*|partner\w*|target\w*|"
    r"engaged|sequence\w*|negotiat\w*|proposal sent|evangelist|onboard\w*|trial|approaching|"
    r"closed\W+(?:not )?converted|do not prospect|dead opportunity|replied|interested)\b"
)
# Companies House writes of both at once.
_EXCEPT: Final = r"strike off|converted ?/ ?closed"

# Of registers of taxes and employers, in which a company need not be.
_OTHER_REGISTERS: Final = (
    r"[\s,;(-]*\b(?:(?:not|no|ikke|ikkje|icke|inte|ej|ei)\s+(?:f-?skatt\w*|(?:moms|mva|vat|alv|arbetsgivar|"
    r"arbeidsgiver|arbejdsgiver)[\w-]*(?:\s*regist\w*)?)|(?:slettet|avregistrerad|afmeldt)\s+(?:fra|fran|for)\s+"
    r"(?:moms|mva|f-?skatt)[\w-]*)\)?"
)

# Of codes without spaces, as the Danish register writes them: `OPLØSTEFTERKONKURS`.
_JOINED: Final = r"\b(under|oplost)(efter)?(?=\w{6})"

_END: Final = r"[\s)\].,]*(?:\b(?:ab|as|asa|a/s|aps|oyj?|hb|kb|ans)[\s)\].,]*)?$"
_NAME_BANKRUPT: Final = (
    r"(?:\s|\()(?:konkursbo|konkursboet|konkursbu|konkurspesa|konkurssipesa|i konkurs|under konkurs|"
    rf"konkurssissa){_END}|^(?:konkursbo(?:et)?|konkurssipesa) (?:efter|etter|till|for)\b|^konkursboet\b"
    rf"|:?s konkursbo{_END}"
)
_NAME_DISSOLVING: Final = (
    r"(?:\s|\()(?:tvangsavviklingsbo|tvangsopplosningsbo|under (?:tvangs)?avvikling|"
    r"under avveckling|i (?:frivillig )?likvidation|i likvidasjon|under (?:frivillig )?likvidation|"
    r"under tvangsoplosning|under tvangsopplosning|under rekonstruktion|i rekonstruktion|"
    rf"selvitystilassa|in liquidation|in administration|under oplosning|under opplosning){_END}"
)


def status_of(text: str) -> str | None:
    """The status that a text means; None where it says nothing about the register.

    Examples
    --------
    >>> [status_of(text) for text in ("Aktiv", "Ikke aktiv", "Konkurs avslutad", "Contacted")]
    ['active', 'deregistered', 'deregistered', None]
    """
    folded = re.sub(_JOINED, r"\1 \2 ", re.sub(r"[_]+", " ", fold(text)))
    folded = re.sub(_OTHER_REGISTERS, " ", folded).strip(" ,;(-") or folded
    if folded in STATUSES:
        return folded
    if _is_of_a_crm(folded):
        return None
    ended = any(re.search(words, folded) for words in (_BANKRUPT, _DISSOLVING))
    negated = re.search(_NOT, folded) is not None
    found: str | None = None
    over = ended and re.search(_OVER, folded) is not None
    survived = rf"{_STILL_ACTIVE}|{_SAVING}|{_BACK}" if over else rf"{_LIFTED}|{_BACK}"
    if ended and (negated or re.search(survived, folded)):
        found = "active"
    elif over:
        found = "deregistered"
    elif ended:
        found = "bankrupt" if re.search(_BANKRUPT, folded) else "dissolving"
    elif re.search(_GONE, folded):
        found = "active" if negated else "deregistered"
    elif re.search(_ACTIVE, folded):
        found = "deregistered" if negated else "active"
    return found


# Headings that only a program has which keeps records of companies: a CRM, or an ERP's customers.
_KEPT_BY: Final = re.compile(
    r"\b(?:status|state) ?(?:code )?(?:reason|orsak|arsak|arsag)\b|\btilan (?:syy|peruste)\b|"
    r"^(?:do not modify|(?:ma |skal )?ikke (?:endres?|redigeres?)|andra inte|ala muokkaa)\b|"
    r"\brow checksum\b|\b(?:record|contact) id\b|"
    r"\b(?:created|modified) ?(?:on|by|time|at|date)\b|"
    r"\b(?:skapad|andrad|opprettet|endret|oprettet|aendret) (?:av|af)\b|"
    r"\b(?:kund|kunde|customer|asiakas|client|debtor|debitor) ?(?:nr|nummer|no|number|id|numero)\b|"
    r"\baccount name\b|\b(?:billing|shipping) (?:city|country|state|street)\b|\b(?:ship|bill) ?to\b|"
    r"\b(?:credit limit|kreditgrense|kreditgrans|kreditmax|kreditmaks|luottoraja|"
    r"payment terms|betalingsbetingelser|betalningsvillkor|betalingsvilkar|maksuehto)\b"
)
# What such a program calls a record that is in use, and one that is not.
_OF_RECORDS: Final = re.compile(
    r"(?:not|ikke|ej|inte|ei)? ?(?:active|aktiv[ta]?|aktive|aktiivinen|kaytossa)"
    r"|inactive|inaktiv[ta]?|inaktive|passiv[ta]?|passive|inaktiivinen|passiivinen|epaaktiivinen|"
    r"deactivated|deaktiverad|deaktivert|deaktiveret|archived|arkiverad|arkivert|arkiveret|arkistoitu|"
    r"disabled|blocked|sparrad|sperret|spaerret|open|oppen|apen|aben|avoin|closed|stangd|lukket|suljettu|"
    r"on hold|pending"
)
RECORDS: Final = "whether the record is in use, nothing of the company's register: kept as it is"
"""Why a status is a column of the list's own."""


def keeps_records(names: Iterable[str]) -> bool:
    """Whether headings are those of a CRM or of an ERP's customers, whose status is of the record.

    Examples
    --------
    >>> keeps_records(["Account Name", "Status Reason"]), keeps_records(["Navn", "Status"])
    (True, False)
    """
    for name in names:
        spoken = headings.words(name)
        if headings.parse(name).meaning == "owner" or _KEPT_BY.search(" ".join(spoken)):
            return True
        if headings.is_of_dealings(name):
            return True
    return False


def is_of_records(texts: Iterable[str]) -> bool:
    """Whether values only say whether a record is in use, as no register does alone."""
    return all(
        text.strip().lower() in values.YES_OR_NO or _OF_RECORDS.fullmatch(fold(text))
        for text in texts
    )


def is_mostly_of_records(texts: pl.Series) -> bool:
    """Whether most values only say whether a record is in use, and none speaks of a register.

    An ERP has more to say of its customers: `Aktiv`, `Inaktiv`, `Kredittsperre`.
    """
    distinct = texts.drop_nulls().unique()
    in_use = [text for text in distinct if is_of_records([text])]
    others = {status_of(text) for text in distinct if text not in in_use}
    return 2 * len(in_use) > len(distinct) and others <= {None, "active"}


def is_record_flag(heading: str) -> bool:
    """Whether a heading asks if something is in use: `Inactive`, `Passiv`, not `Konkurs`."""
    spoken = [word for word in headings.words(heading) if word not in ("is", "er", "ar", "on")]
    return bool(spoken) and is_of_records([" ".join(spoken)])


def statuses_of(texts: pl.Series) -> pl.Series:
    """`status_of` over a column, which is all null if it is a CRM's own.

    One value that only a CRM has (`Nurture`) makes `Closed` and `Inactive` beside it the CRM's too.
    """
    distinct = texts.drop_nulls().unique()
    found = [status_of(text) for text in distinct]
    if any(_is_of_a_crm(fold(text)) for text in distinct) and not {"bankrupt", "dissolving"} & {
        *found
    }:
        found = [None] * len(found)
    return texts.replace_strict(distinct, found, default=None, return_dtype=pl.String)


# Words of headings that say that a company is or was about to end, alone or behind `under` and the like.
_DAY: Final = (
    r"s?(?:dato|datum|date|dag|aar|ar|pvm|paiva|paivamaara|flagga|flag|markering|status|tila)?"
)
_OF_BANKRUPTCY: Final = (
    r"konkurs(?:en|er|behandling|apning|i|issa)?|konkurssi(?:ssa|in)?|bankrupt(?:cy|ed)?|insolven(?:t|s|cy|sbehandling)|"
    r"maksukyvyton|gjaldthrot(?:a)?"
)
_OF_DISSOLUTION: Final = (
    r"(?:tvangs|frivillig)?(?:avvikling|avveckling|opplosning|oplosning|likvidation|likvidasjon)(?:en)?|"
    r"likvidaatio|liquidation|liquidated|avvikles|avvecklas|selvitystila(?:ssa|an)?|purku|"
    r"selvitysmenettely|(?:foretags)?rekonstruktion|rekonstruksjon(?:sforhandling)?|reconstruction|restructuring|"
    r"(?:yritys)?saneeraus(?:menettely|ssa)?|receivership|winding"
)
_OF_THE_END: Final = (
    r"opp?hoe?r(?:t|te)?|upphor(?:t|d|de|ande)?|slett(?:e|et|ede)?|slet|avregistrer(?:ad|at|ing|et|t)?|"
    r"afregistrer(?:et|ing)?|avregistrering|deregister(?:ed)?|deregistration|dissolved|dissolution|ceased|"
    r"cessation|lakkaut(?:ettu|us|unut|tamis|ettiin)?|lakannut|lakkaamis|lopet(?:ettu|tamis|tanut)|nedlagd|nedlagt|"
    r"nedlaeggelse|struken|strykning|(?:tvangs)?opp?lost|(?:tvangs)?avviklet|afskra[dn]\w*|fusionerad|fusionerat|fusioneret|fusjonert|sulautunut|inaktiv|inaktiivinen|inactive|defunct"
)
_EVENT_WORD: Final = re.compile(rf"(?:{_OF_BANKRUPTCY}|{_OF_DISSOLUTION}|{_OF_THE_END}){_DAY}")
_END_WORD: Final = re.compile(rf"(?:{_OF_THE_END}){_DAY}")
# Somebody asked for it: nothing of the company has changed until a court says yes.
_A_PETITION: Final = r"petitions?|application|hakemus|begj?aering\w*|ansokan|ansokningar?"
_PETITION: Final = re.compile(
    r"(?:konkurs(?:si)?|likvidations?|avviklings?|opp?losnings?|rekonstruktions?|saneeraus)"
    rf"(?:ansok\w*|begj?aer\w*|begar\w*|sokn\w*|hakemu\w*)|{_A_PETITION}"
)
_SEQUENCE: Final = ("efter", "etter", "after", "jalkeen", "from", "up")
_RECOVERED: Final = re.compile(rf"{_LIFTED}|{_BACK}")
_BESIDE_EVENTS: Final = re.compile(
    r"pga|manglende|daglig|leder|revisor|regnskap|styre|sletting|utenlandsk|compulsory|forced|"
    r"y|n|status|tila|is|has|in|i|er|ar|on|under|pa|the|of|up|date|dato|datum|dag|pvm|paiva|paivamaara|flag|flagga|at|since|"
    r"siden|sedan|alkaen|fra|fran|ja|nej|nei|yes|no|eller|og|och|or|tai|inledd|inledt|innledet|indledt|"
    r"apnet|aben|open|oppnad|started|alkanut|alkamis|avslut\w*|afslut\w*|avsluttet|"
    r"upphav\w*|ophaev\w*|opphev\w*|paattyn\w*|behandling|frivillig|tvang|tvangs|company|foretag\w*|"
    r"bolag\w*|selskap\w*|selskab\w*|virksomhed\w*|bedrift\w*|foretak\w*|yrity\w*|yhtio\w*|register\w*|"
    r"rekisteri\w*|poistettu|poisto|poistumis"
)
# Texts under such a heading: that there never was one, and that one has begun.
_NEVER: Final = rf"^\W*(?:{_NOT}|(?:nej|nei|aldri|aldrig|never|none)\b)"
_BEGUN: Final = (
    r"^\W*(?:ja|yes|kylla|true|sant|x)\b|\b(?:19(?!00)|20)\d{2}\b|\b(?:inled\w*|innled\w*|indled\w*|apne\w*|oppna\w*|open\w*|"
    r"pagar|pagaende|pagaar|igang\w*|alka\w*|vireil\w*|beslut\w*|under|start\w*|ongoing)\b"
)
_BEFORE_REGISTERS: Final = 1901
_ACTIVE_FLAG: Final = re.compile(
    r"(?:is|er|ar|on)?\s*(?:(?:company|foretag\w*|bolag\w*|selskap\w*|selskab\w*|virksomhed\w*|bedrift\w*|"
    r"foretak\w*|yrity\w*|yhtio\w*)\s*(?:is|er|ar|on)?\s*(?:active|aktiv\w*|aktiiv\w*|verksam\w*|toiminnassa)|"
    r"(?:active|aktiv\w*|aktiiv\w*|verksam\w*|toimiva)\s*(?:company|foretag\w*|bolag\w*|selskap\w*|selskab\w*|"
    r"virksomhed\w*|bedrift\w*|foretak\w*|yrity\w*|yhtio\w*)|verksam|i drift|toiminnassa)"
)


@lru_cache(maxsize=10_000)
def status_in_heading(heading: str) -> str | None:
    """The status that a heading means where its cells say yes or give a day; None for most.

    `active` is of a procedure that was lifted, and of headings such as `Active company`, of which a no
    tells (`statuses_under`).

    Examples
    --------
    >>> [status_in_heading(text) for text in ("Konkurs", "underAvvikling", "Slettedato", "Konkursrisk")]
    ['bankrupt', 'dissolving', 'deregistered', None]
    """
    words = headings.words(heading)
    text = " ".join(words)
    if _ACTIVE_FLAG.fullmatch(text):
        return "active"
    events = [word for word in words if _EVENT_WORD.fullmatch(word)]
    gone_from = "poistettu" in words and any(word.startswith("rekister") for word in words)
    petitions = [word for word in words if _PETITION.fullmatch(word)]
    recovered = [word for word in words if _RECOVERED.fullmatch(word)]
    others = [word for word in words if word not in (*events, *petitions, *recovered, *_SEQUENCE)]
    if not (events or petitions or gone_from) or not all(map(_BESIDE_EVENTS.fullmatch, others)):
        return None
    if petitions or recovered:
        # Refused, withdrawn or reversed: the company goes on. A bare petition says nothing yet.
        of_bankruptcy = events or any(not re.fullmatch(_A_PETITION, word) for word in petitions)
        return "active" if recovered and of_bankruptcy else None
    if gone_from or (events and all(map(_END_WORD.fullmatch, events))):
        return "deregistered"
    bare = [
        word
        for word in words
        if word not in ("ja", "nej", "nei", "yes", "no", "is", "er", "ar", "on", "status")
    ]
    return status_of(" ".join(bare))


def statuses_under(heading: str, cells: pl.Series) -> pl.Series | None:
    """What the cells under a heading that is a status say of each company; None under any other.

    Yes and a day that has come mean what the heading says, no and blanks nothing; words are read with
    the heading: `Upphävd` under `Konkurs` is active again.

    Parameters
    ----------
    heading
        As in the file.
    cells
        Text.
    """
    status = status_in_heading(heading)
    if status is None:
        return None
    name = " ".join(headings.words(heading))
    is_flag = _ACTIVE_FLAG.fullmatch(name) is not None
    distinct = cells.drop_nulls().unique()
    table = distinct.alias("text").to_frame().select(
        "text", yes=values.flag(pl.col("text")), day=dates.date(pl.col("text")),
        year=dates.year(pl.col("text")),
    )  # fmt: skip
    today = day_of_calendar.today()
    found: list[str | None] = []
    for text, yes, day, year in table.iter_rows():
        if is_flag:
            found.append("deregistered" if yes is False else None)
        elif yes is not None:
            found.append(status if yes else None)
        elif day is not None or year is not None:
            # Programs write the end of time, and the day before it began, for never.
            came = day <= today if day is not None else year <= today.year
            found.append(status if came and (year or day.year) > _BEFORE_REGISTERS else None)
        else:
            found.append(_read_under(name, status, text))
    return cells.replace_strict(distinct, found, default=None, return_dtype=pl.String)


def _read_under(name: str, status: str, text: str) -> str | None:
    """What words say under a procedure's heading."""
    folded = fold(text)
    if re.match(_NEVER, folded):
        return None
    if re.search(_LIFTED, folded):
        return "active"
    said = status_of(text)
    if said is not None:
        return said
    if re.search(_OVER, folded):
        return status_of(f"{name} {text}") or status
    return status if re.search(_BEGUN, folded) else None


def goes_on(texts: pl.Series) -> pl.Series:
    """`active` where a status says that a procedure is over or was lifted: `Aktiv, konkurs upphävd`."""
    distinct = texts.drop_nulls().unique()
    ended = re.compile(rf"{_BANKRUPT}|{_DISSOLVING}")
    found = [
        "active" if status_of(text) == "active" and ended.search(fold(text)) else None
        for text in distinct
    ]
    return texts.replace_strict(distinct, found, default=None, return_dtype=pl.String)


def status_in_name(names: pl.Expr) -> pl.Expr:
    """The status that the end of a company's name tells: `ALFA AS KONKURSBO`; null for most."""
    text = fold_expr(names)
    return (
        pl.when(text.str.contains(_NAME_BANKRUPT))
        .then(pl.lit("bankrupt"))
        .when(text.str.contains(_NAME_DISSOLVING))
        .then(pl.lit("dissolving"))
    )


def _is_of_a_crm(folded: str) -> bool:
    return bool(re.search(_OF_A_CRM, folded)) and not re.search(_EXCEPT, folded)
