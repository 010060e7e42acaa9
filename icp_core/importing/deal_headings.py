"""What the headings of deals mean: whose it is in front, expected or actual, and a few words behind.

`Deal Stage`, `dealstage`, `properties.dealstage`, `Affärsfas`, `Kaupan vaihe` are one word each once the
deal is taken off, whatever joins it; so are `Actual Close Date` and `Forventet lukkedato`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from icp_core.importing import headings
from icp_core.reference.text import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A deal, in words that stand in front of what is said of it, alone or in a compound.
_DEAL: Final = _words(
    "deal deals opportunity oppty sale sales affar affaren affarens affarsmojlighet affarsmojligheten "
    "affarsmojlighetens saljprojekt salg salget salgets salgsmulighet salgsmulighed mulighet mulighed "
    "avtale avtalen avtalens aftale aftalen aftalens kauppa kaupan myynti myynnin myyntimahdollisuus "
    "myyntimahdollisuuden mahdollisuus mahdollisuuden offert offerten tilbud tilbuddet tarjous "
    "tarjouksen"
)
_ORDER: Final = _words("order orderns ordre ordren ordrens tilaus tilauksen")
_IN_COMPOUNDS: Final = (
    "forsaljnings", "opportunity", "affars", "avtals", "avtale", "aftale", "aftals", "kauppa", "myynti",
    "salgs", "sales", "saljs", "salj", "deal", "sale", "salg", "offert", "tilbuds", "tarjous", "orders",
    "order", "ordre",
)  # fmt: skip
# How a CRM's programs begin what they call a field.
_FIELD: Final = frozenset(["properties", "property", "hs", "fields", "crm"])
_ACTUAL: Final = frozenset(["actual", "faktisk", "faktiskt", "faktiske", "toteutunut", "real"])
_EXPECTED: Final = _words(
    "expected est estimated forecast forvantad forvantat beraknad beraknat uppskattad uppskattat "
    "forventet forventede estimert estimeret beregnet anslatt odotettu arvioitu"
)
# As programs write them in one.
_FUSED: Final = ("actual", "estimated", "expected")
_LATER: Final = 1000
_OWN_NAMES: Final = (
    "name", "namn", "navn", "nimi", "title", "titel", "tittel", "topic", "subject", "heading", "amne",
    "emne", "aihe", "otsikko",
)  # fmt: skip
# Under a heading of these alone, or with a deal in front, the deal itself stands.
_IDENTITY: Final = (*_OWN_NAMES, "id", "nummer", "number", "nr")

# What is said of deals, without whose it is; of several that a file has, the first counts.
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "won": ("is closed won", "is won", "won flag"),
        "lost": ("is closed lost", "is lost"),
        "closed": ("is closed",),
        "status": (
            "outcome", "utfall", "udfald", "status", "state", "state code", "statuscode",
            "status reason", "tila", "resultat",
        ),
        "stage": (
            "stage", "stage name", "pipeline stage", "fas", "fase", "vaihe", "steg", "trin", "stadie",
            "stadium",
        ),
        "amount": (
            "amount", "value", "amount in company currency", "varde", "verdi", "vaerdi", "arvo",
            "belopp", "belop", "belob", "summa", "sum", "total", "total amount", "total value",
        ),
        "currency": (
            "currency", "currency code", "currency of value", "amount currency", "valuta", "valutakod",
            "valutakode", "valuutta",
        ),
        "closed_on": (
            "closed on", "won time", "closed date", "close date", "lost time", "date",
            "avslutsdatum", "stangningsdatum", "slutdatum", "lukkedato", "slutdato", "sluttdato",
            "avsluttet dato", "stangd", "stangt", "stangd datum", "avslutad", "lukket", "avsluttet",
            "afsluttet", "paattynyt", "suljettu", "voitettu", "paattymispaiva", "paatospaiva", "paiva",
            "pvm", "lukket dato", "sulkupaiva", "afslutningsdato", "sulkemispaiva", "sulkeutumispaiva",
            "sulkeminen", "avslutningsdatum", "avslutningsdato", "datum", "dato", "close", "closing",
            "closing date", "lukking", "lukning", "avslut", "closed at", "close time",
        ),
        "since": ("since",),
        "until": ("until",),
        "margin": ("margin",),
        "nps": ("nps",),
        "products": ("products",),
    }
)  # fmt: skip
# What is an amount only where it is said to be expected, actual or the deal's.
_AMOUNTS_OF_A_DEAL: Final = (
    "revenue", "income", "intakt", "inntekt", "omsetning", "omsattning", "omsaetning", "indtaegt",
    "tuotto", "liikevaihto", "sales", "price", "pris", "hinta",
)  # fmt: skip
# Days that may be of anything, or of the end of a company or an agreement.
_ANY_DAYS: Final = _words(
    "date datum dato paiva pvm voitettu slutdatum slutdato sluttdato avslutad avsluttet afsluttet "
    "lukket stangd paattynyt paattymispaiva suljettu close closing avslut closed"
)
_LEAST_SIGNS: Final = 2


def meaning(heading: str) -> tuple[str | None, int]:
    """The column that a heading of a deal is, and how far from the first choice.

    Examples
    --------
    >>> [meaning(text)[0] for text in ("dealstage", "Kaupan arvo", "Est. Revenue", "Revenue")]
    ['stage', 'amount', 'amount', None]
    """
    for key, rank, is_told in _keys(heading):
        if found := _ranks().get(key):
            return found[0], found[1] + rank
        if is_told and key in _AMOUNTS_OF_A_DEAL:
            return "amount", 100 + rank
    if is_own_name(heading):
        return "name", _LATER + len(headings.words(heading))
    spoken = _bare(headings.words(heading))
    is_told = len(spoken) > 1 and spoken[0] in _DEAL
    # `Deal - Organization`
    return _of_company(" ".join(spoken[1:]) if is_told else heading)


def _of_company(heading: str) -> tuple[str | None, int]:
    """What a heading of a deal says of its company."""
    parsed = headings.parse(heading)
    if parsed.meaning in ("domain", "website"):
        return "domain", int(parsed.meaning == "website")
    if parsed.meaning in ("is_customer", None) and headings.is_entity(heading):
        return "name", 500
    known = parsed.meaning in ("name", "org_number", "country")
    return (parsed.meaning, parsed.rank) if known else (None, 0)


def is_own_name(heading: str) -> bool:
    """Whether a name may be the deal's own rather than its company's: `dealname`, `Tittel`."""
    spoken = _bare(headings.words(heading))
    rest = spoken[1:] if len(spoken) > 1 and spoken[0] in _DEAL | _ORDER else spoken
    return len(rest) == 1 and (
        rest[0] in _OWN_NAMES or not _of_compound(rest[0]).isdisjoint(_OWN_NAMES)
    )


def signs_of_deals(texts: Iterable[str]) -> tuple[str, ...]:
    """The headings that show a list of deals; empty unless there are two kinds of them.

    Examples
    --------
    >>> signs_of_deals(["Opportunity Name", "Account Name", "Stage"])
    ('Opportunity Name', 'Stage')
    >>> signs_of_deals(["Company name", "Lifecycle Stage", "Recent Deal Close Date"])
    ()
    """
    found: dict[str, str] = {}
    for heading in texts:
        kind = _sign(heading)
        if kind is not None:
            found.setdefault(kind, heading)
    return tuple(found.values()) if len(found) >= _LEAST_SIGNS else ()


def _sign(heading: str) -> str | None:
    """What of a deal a heading shows: its stage, the deal itself or its closing; else None."""
    spoken = _bare(headings.words(heading))
    bare = [word for word in spoken if word not in _ACTUAL | _EXPECTED]
    of_deal = bare[0] in _DEAL if bare else False
    if of_deal and (len(bare) == 1 or "".join(bare[1:]) in _IDENTITY):
        # `Sales` and `Salg` alone are a company's revenue.
        return None if bare in (["sales"], ["salg"], ["myynti"], ["sale"]) else "deal"
    joined = "".join(bare)
    if not _of_compound(joined).isdisjoint(_IDENTITY) and joined.startswith(
        ("deal", "affars", "avtale", "aftale")
    ):
        return "deal"
    column = meaning(heading)[0]
    told = of_deal or bool(_of_compound(joined))
    if column == "stage" or (
        column == "status" and (told or fold(heading) in ("outcome", "udfald"))
    ):
        return "stage"
    if joined == "forecastcategory" or ("category" in bare and "forecast" in spoken):
        return "stage"
    is_any = not {joined, "".join(bare[1:]), *_of_compound(joined)}.isdisjoint(_ANY_DAYS)
    return "closes" if column == "closed_on" and not is_any else None


def _bare(spoken: list[str]) -> list[str]:
    """Words without what programs put in front of a field."""
    while len(spoken) > 1 and spoken[0] in _FIELD:
        spoken = spoken[1:]
    return spoken


def _keys(heading: str) -> Iterator[tuple[str, int, bool]]:
    """What a heading may be called, its rank, and whether it is said to be a deal's."""
    whole = headings.words(heading)
    for spoken in (whole, headings.words_without_unit(heading)):
        bare = _bare(spoken)
        later = _LATER if not _EXPECTED.isdisjoint(bare) else 0
        plain = [word for word in bare if word not in _ACTUAL | _EXPECTED]
        is_told = len(plain) < len(bare)
        yield "".join(spoken), 0, False
        yield "".join(plain), later, is_told
        first = plain[0] if len(plain) > 1 else ""
        if first in _DEAL | _ORDER:
            yield "".join(plain[1:]), later, True
        joined = "".join(plain)
        for stem in _FUSED:
            if joined.startswith(stem):
                yield joined.removeprefix(stem), later if stem == "actual" else _LATER, True
        for rest in _of_compound(joined):
            yield rest, later, True


def _of_compound(key: str) -> frozenset[str]:
    """What may stand behind a deal in a compound: `vaihe` of `myyntivaihe`; empty if it is none."""
    return frozenset(
        key.removeprefix(stem) for stem in _IN_COMPOUNDS if key.startswith(stem) and key != stem
    )


@cache
def _ranks() -> Mapping[str, tuple[str, int]]:
    """Columns of deals and ranks by the letters of a heading."""
    return MappingProxyType(
        {
            re.sub(r"\W", "", name): (column, rank)
            for column, names in _COLUMNS.items()
            for rank, name in enumerate(names)
        }
    )
