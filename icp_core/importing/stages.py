"""What the stages and statuses of deals and companies mean, in five languages.

By whole words, with negation, and only where every word of a stage is known: "Presentation to customer"
is open, "Not won" is lost, and "Guld" is for a person to say. A stage that is not understood never makes
a customer. A company's own stage (`Customer`, `Lead`, `Former`, a yes) is read by the same words.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from icp_core.importing import values
from icp_core.reference.text import fold

OUTCOMES: Final = ("won", "lost", "churned", "active")
"""What becomes of a deal or customer that is over or lasts."""

OPEN: Final = "open"
"""Of a deal that is still worked on; left out."""

ANSWERS: Final = (*OUTCOMES, OPEN)
"""What a stage can mean."""

CUSTOMERS: Final = ("won", "active")
"""Outcomes of those that are customers now."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WON: Final = _words(
    "won win wins vunnen vunnet vunna vundet voitettu voitti voitimme vant vann vandt sold salt sald "
    "solgt myyty"
)
_LOST: Final = _words(
    "lost lose loss forlorad forlorat forlorade tapt tapte tabt tabte havitty havisi havisimme "
    "menetetty menetimme mistet mistede tappad tappade "
    "tappat disqualified rejected declined avslagen avslatt avbojd avbojt afvist hylatty "
    "hylkasi outsold"
)
_CHURNED: Final = _words(
    "churned churn uppsagd uppsagt oppsagt opsagt irtisanottu irtisanoutunut lopetettu lopettanut"
)
_CUSTOMER: Final = _words(
    "customer customers client kund kunder kunde asiakas asiakkaat customerwon"
)
_ACTIVE: Final = _words("active aktiv aktivt aktive aktiva aktiivinen aktiiviset")
_FORMER: Final = _words(
    "former ex eks previous past tidigare tidligere fd forhenvaerende entinen aiempi lost forlorad "
    "tapt tabt"
)
_NOT: Final = _words(
    "not no non never ej inte icke ikke ikkje ei eivat ingen inga nei nej utan uden uten none"
)
_ACCEPTED: Final = _words(
    "accepted accepterad accepterat accepteret akseptert hyvaksytty godkand godkant godkendt godkjent "
    "signed signerad signerat signert signeret underskrevet underskriven underskrivet undertecknad "
    "undertecknat undertegnet paskrivet paskriven paskrevet allekirjoitettu allekirjoitimme"
)
# Who or what a deal was lost to, and that somebody chose them.
_RIVAL: Final = _words(
    "competitor competitors competition konkurrent konkurrenten konkurrenter konkurrence konkurrens "
    "kilpailija kilpailijalle kilpailijan rival"
)
_CHOSE: Final = _words("chose chosen valde vald valgte valgt valitsi valittiin")
_REASONS: Final = _RIVAL | _words(
    "mot against price pris priset prisen hinta hinnalla budget budsjett budjetti timing tid aika "
    "no response svar intet inget ingen pa grund grunn pga due because"
)
_NEW: Final = _words("new ny nytt nya nye uusi")
_YET: Final = _words("yet an enna enda endnu viela not")
_POSSIBLE: Final = _words(
    "potential prospective possible potentiell potentielle potensiell potensielle "
    "mojlig mulig mahdollinen prospect prospects "
    "prospekt presumtiv lead leads target suspect becoming blivande kommande fremtidig tuleva "
    "prospekti liidi liidit kundeemne kundemne kundamne asiakasehdokas"
)
# Words of the way to a decision.
_UNDER_WAY: Final = _words(
    "open oppen oppna oppet apen apent apne aben abent abne aabent avoin avoinna avtalt aftalt sovittu "
    "pagaende pagar igang igangvaerende kesken progress "
    "ongoing hold paused new ny nytt uusi pipeline qualified qualifying qualification qualify "
    "kvalificerad kvalificering kvalificeret kvalifisert kvalifisering kartlegging kartlaggning "
    "meeting meetings mote moten motet mode kundmote kundemote bokad bokat booket booked "
    "booking scheduled tapaaminen asiakastapaaminen palaveri appointment appointmentscheduled "
    "demo presentation "
    "presentationscheduled presentasjon esitys dialog dialogue samtal samtale contacted "
    "kontaktad kontaktet kontaktoitu outreach prospecting discovery needs analysis behov "
    "behovsanalys behovsanalyse perception proposal quote offert offerten tilbud tilbuddet "
    "tarjous tarjottu lahetetty sendt skickad skickat sent review negotiation negotiating "
    "negotiations forhandling forhandlingar neuvottelu neuvottelut verbal contractsent decision "
    "decisionmakerboughtin beslut beslutning paatos bought qualifiedtobuy pending waiting "
    "avvaktar avventer afventer odottaa proactive trial pilot poc evaluation evaluating "
    "utvardering evaluering develop propose close closing stuck stalled follow oppfolging "
    "uppfoljning seuranta nurture"
)
# What a deal is called, which of a company says that there is none yet.
_OPPORTUNITY: Final = _words(
    "opportunity opportunities mulighet salgsmulighet mulighed salgsmulighed mojlighet affarsmojlighet "
    "saljmojlighet mahdollisuus myyntimahdollisuus"
)
_DEALS: Final = _OPPORTUNITY | _words(
    "deal deals affar affarer salg sale sales kauppa kaupat myynti"
)
# Of somebody who reads a newsletter, in a CRM's stages; elsewhere a subscriber pays.
_READERS: Final = _words("subscriber prenumerant abonnent tilaaja")
_STAGES_OF_LIFE: Final = re.compile(r"life[ _-]?cycle|livs[cs]yk|elinkaar")
_ASKING: Final = re.compile(
    r"^(?:is )?(?:customers?|clients?|kunde?|asiakas|asiakkuu\w*|relation\w*|kunde?relation)"
    r"[ _-]?(?:status|type?|typ|stage|tila|tyyppi|fas|fase|label|etikett?)?$"
)
# "Var kunde til 2022": was, not our (`vår`), and until or since when.
_SINCE_WHEN: Final = re.compile(r"\b(?:var|was|oli|varit|vært|været|been)\b|\b(?:19|20)\d\d\b")
# `Storkund`, `avainasiakas`: any customer but one that is not, not yet or no more.
_KIND_OF_CUSTOMER: Final = re.compile(
    r"\b(?!(?:ex|eks|icke|ikke|inte|ej|ei|non|prospekt|lead|presumtiv|tidigare|tidligere)s?)"
    r"\w{2,}(?:kund|kunder|kunde|asiakas|asiakkaat|customer)\b"
)
# `Kunde A`, `Customer B`: how good a customer.
_CLASS_OF_CUSTOMER: Final = re.compile(r"(?:kunde?|asiakas|customer|client)[ -][a-e]")
# Words that stand beside others without changing them.
_BESIDE: Final = _words(
    "closed close avslutad avslutat avsluttet afsluttet lukket stangd paatetty suljettu deal "
    "deals sale opportunity affar affaren affare salg salget kauppa kaupan kaupat myynti mulighet avtal "
    "avtale aftale contract kontrakt stage status fas fase vaihe is the a an och og ja and to "
    "of in on med with till til for by i at id makers maker value price existing current "
    "nuvarande befintlig eksisterende naevaerende navaerende nykyinen paying betalande "
    "betalende var vores our we vi me customer customers client kund kunde kunder asiakas active aktiv "
    "aktivt up first second forsta forste via per fully final"
)
# Words that make something else of what stands before them.
_TURNING: Final = (
    _WON | _LOST | _CHURNED | _CUSTOMER | _FORMER | _NOT | _YET | _POSSIBLE | _UNDER_WAY | _ACTIVE
    | _words("inactive inaktiv passiv passive ended avslutad avsluttet afsluttet closed partner")
) - _words("no na")  # fmt: skip
# CRMs' own codes, by the heading that they stand under.
_CODES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "statecode": MappingProxyType({"0": OPEN, "1": "won", "2": "lost"}),
        "statuscode": MappingProxyType(
            {"1": OPEN, "2": OPEN, "3": "won", "4": "lost", "5": "lost"}
        ),
    }
)
_INTERNAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "closedwon": "won", "closedlost": "lost", "outsold": "lost",
        "marketingqualifiedlead": OPEN, "salesqualifiedlead": OPEN,
    }
)  # fmt: skip


def meaning(text: str, *, heading: str = "", of_customers: bool = False) -> str | None:
    """What a stage or status means: one of `ANSWERS`, or None where a person has to say.

    Parameters
    ----------
    text
        As in the file.
    heading
        Heading it stands under; codes mean something only under their own.
    of_customers
        Whether the list is of customers rather than of deals: an active deal is open.

    Examples
    --------
    >>> [meaning(stage) for stage in ("Closed Won", "Not won", "Kundmöte bokat", "Guld")]
    ['won', 'lost', 'open', None]
    """
    folded = fold(text)
    if folded in ANSWERS and (folded != "active" or of_customers):
        return folded
    code = _CODES.get(re.sub(r"[\W_]", "", fold(heading)), {}).get(folded)
    if code:
        return code
    words = [w for w in re.findall(r"[^\W\d_]+", folded.replace("&", " ")) if w]
    if not words or "?" in folded:
        return None
    joined = "".join(words)
    if joined in _INTERNAL:
        return _INTERNAL[joined]
    # "Closed lost - no budget": what stands behind a loss is its reason.
    before = re.findall(r"[^\W\d_]+", re.split(r"\s[-–—]\s|[:(,]", folded)[0])
    if before != words and _of_words(before, of_customers=of_customers) == "lost":
        return "lost"
    return _of_words(words, of_customers=of_customers)


def of_company(text: str, *, heading: str = "") -> str | None:
    """What a company's stage, type or label in a CRM means: one of `ANSWERS`, None to be asked.

    Parameters
    ----------
    text
        As in the file; several labels are separated by `;` or `,`.
    heading
        Heading it stands under.

    Examples
    --------
    >>> [of_company(text) for text in ("Ja", "Customer - Direct", "Tidligere", "Hot lead", "Partner")]
    ['active', 'active', 'churned', 'open', None]
    """
    labels = [label for label in re.split(r"\s*[;,|]\s*", text.strip()) if label]
    if len(labels) > 1:
        found = {_of_label(label, heading) for label in labels} - {None}
        return found.pop() if len(found) == 1 else None
    return _of_label(text.strip(), heading)


def _of_label(text: str, heading: str) -> str | None:
    said = values.YES_OR_NO.get(text.lower())
    if said is not None:
        return "active" if said else OPEN
    if _SINCE_WHEN.search(text.lower()):
        return None
    folded = fold(text)
    words = _spoken(folded)
    answer: str | None = None
    if not words or "?" in folded or words <= _NEW:
        answer = None
    elif _CLASS_OF_CUSTOMER.fullmatch(folded):
        answer = "active"
    elif words <= _FORMER - _LOST:
        answer = "churned"
    elif words <= _OPPORTUNITY or (words <= _READERS and _STAGES_OF_LIFE.search(fold(heading))):
        answer = OPEN
    elif words & _ACTIVE and words & _DEALS and words <= _ACTIVE | _DEALS | _BESIDE - _CUSTOMER:
        # What is active is the deal, and then it is not won.
        answer = OPEN
    elif words & _NOT and words & _POSSIBLE and not words & _CUSTOMER:
        # "Do not prospect": who is left in peace may be a customer.
        answer = None
    else:
        answer = meaning(_KIND_OF_CUSTOMER.sub("customer", folded), of_customers=True)
    # "Customer - Channel": what stands behind is of which kind, unless it turns the meaning round.
    head, *rest = re.split(r"\s[-–—/]\s|[:(]", text, maxsplit=1)
    if answer is None and rest and head and not _spoken(fold(rest[0])) & _TURNING:
        answer = _of_label(head, heading)
    return answer


def _spoken(folded: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+", folded))


def speaks_of_customers(text: str) -> bool:
    """Whether a value says by itself that it is of customers: `Storkund`, not `Ja` or `Active`."""
    words = _spoken(fold(text))
    return any(word in _CUSTOMER or _KIND_OF_CUSTOMER.fullmatch(word) for word in words)


def is_about_customers(heading: str) -> bool:
    """Whether a heading asks what companies are to us: `Kundstatus`, `Lifecycle stage`."""
    folded = fold(heading)
    return _STAGES_OF_LIFE.search(folded) is not None or _ASKING.search(folded) is not None


def _of_words(words: list[str], *, of_customers: bool) -> str | None:
    said = set(words)
    negated = bool(said & _NOT) or "thanks" in said or "tack" in said or "tak" in said
    won, lost, churned = said & _WON, said & _LOST, said & _CHURNED
    customer, active = said & _CUSTOMER, said & _ACTIVE
    under_way, possible = said & (_UNDER_WAY - _BESIDE), said & _POSSIBLE
    known = (
        _WON | _LOST | _CHURNED | _CUSTOMER | _ACTIVE | _NOT | _YET | _POSSIBLE | _UNDER_WAY | _BESIDE
        | _FORMER | {"thanks", "tack", "tak", "takk", "nei", "nej", "nothanks"}
    )  # fmt: skip
    if _is_lost_to_somebody(said):
        return "lost"
    if (said & _ACCEPTED and not negated) or (
        said & _CUSTOMER and said & _NEW and said <= _CUSTOMER | _NEW
    ):
        # An offer that was accepted, a new customer: nearly always won, but that is not what it says.
        return None
    if said - known:
        # A word that nobody knows may turn the meaning round: "Solgt til konkurrent".
        told = under_way or (possible and not customer)
        return None if not told or won or lost or churned else OPEN
    kinds = sum(map(bool, (won, lost, churned)))
    answer: str | None = None
    if kinds > 1:
        answer = None
    elif under_way or possible:
        answer = OPEN if not kinds else None
    elif churned or (customer and said & _FORMER):
        answer = None if negated else "churned"
    elif won:
        answer = (OPEN if said & (_YET - _NOT) else "lost") if negated else "won"
    elif lost:
        answer = None if negated else "lost"
    elif negated:
        answer = _refused(said, customer=bool(customer or active))
    elif customer:
        answer = "active"
    elif active:
        answer = "active" if of_customers else OPEN
    return answer


def _is_lost_to_somebody(said: set[str]) -> bool:
    """Whether the words say to whom or why a deal was lost, and nothing else."""
    lost = said & _LOST or (said & _CHOSE and said & _RIVAL)
    return bool(lost and said & _REASONS) and not said - _LOST - _CHOSE - _REASONS - _BESIDE


def _refused(said: set[str], *, customer: bool) -> str | None:
    """A negation without an outcome: "No thanks" is a loss, "Ej kund" says nothing of a deal."""
    if customer:
        return OPEN
    thanks = said & {"thanks", "tack", "tak", "takk"}
    deal = said & {"deal", "sale", "affar", "salg", "kauppa"}
    if said & {"ja", "yes", "kylla"}:
        return None
    return "lost" if thanks or deal else None
