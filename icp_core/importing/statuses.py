"""What a status means for a company: active, bankrupt, dissolving or deregistered, by whole words.

A negation turns a word round (`Ikke aktiv`), a procedure that is over has left no company (`Konkurs
avslutad`), and a CRM's own status (`Contacted`, `Unqualified`) says nothing about the register.
"""

import re
from typing import Final

import polars as pl

from icp_core.reference.text import fold, fold_expr

STATUSES: Final = ("active", "bankrupt", "dissolving", "deregistered")

_NOT: Final = r"\b(?:not|no|non|ikke|ikkje|icke|inte|ej|ei|ingen|inga|without|utan|uten|uden)\b"
_OVER: Final = (
    r"\b(?:avslut\w*|afslut\w*|closed|completed|concluded|avviklet|avvecklad\w*|avvecklat|"
    r"likviderad\w*|likvidert|likvideret|liquidated|paattyn\w*|efter|etter|after|upphavd|ophaevet|"
    r"finished|ended)\b"
)
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
    r"oppho\w*|opho\w*|upphor\w*|opplost|oplost|opplos\w*|lakan\w*|lakkau\w*|lopett\w*|poist\w*|"
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
    if ended and negated:
        found = "active"
    elif ended and re.search(_OVER, folded):
        found = "deregistered"
    elif ended:
        found = "bankrupt" if re.search(_BANKRUPT, folded) else "dissolving"
    elif re.search(_GONE, folded):
        found = "active" if negated else "deregistered"
    elif re.search(_ACTIVE, folded):
        found = "deregistered" if negated else "active"
    return found


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
