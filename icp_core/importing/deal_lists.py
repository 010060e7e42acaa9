"""Lists of deals that are given as lists of companies: recognised by their headings."""

from collections.abc import Iterable
from typing import Final

from icp_core.importing.tables import Table
from icp_core.reference.text import fold

_STAGES: Final = frozenset({
    "stage", "deal stage", "dealstage", "opportunity stage", "stagename", "stage name", "pipeline stage",
    "sales stage", "deal status", "deal outcome", "outcome", "steg", "saljsteg", "affarssteg", "fase",
    "salgsfase", "salgstrin", "vaihe", "myyntivaihe", "forecast category", "avtalefase", "aftalefase",
    "affarsfas", "avtalsfas", "kaupan vaihe",
})  # fmt: skip
_DEALS: Final = frozenset({
    "opportunity", "opportunity name", "opportunity id", "deal", "deal name", "dealname", "deal title",
    "deal id", "affar", "affarsnamn", "affarsmojlighet", "salgsmulighet", "salgsmulighed", "mulighet",
    "mulighed", "myyntimahdollisuus", "kauppa", "tilbud", "offert", "tarjous", "avtale", "sale name",
    "avtalenavn", "aftalenavn", "aftale", "avtale id", "aftale id", "kaupan nimi",
})  # fmt: skip
_CLOSES: Final = frozenset({
    "close date", "closedate", "closed date", "closed on", "expected close date", "deal closed on",
    "deal won time", "won time", "deal lost time", "deal expected close date", "avslutsdatum",
    "stangningsdatum", "stangt", "lukkedato", "lukket dato", "afslutningsdato", "forventet lukking",
    "paattymispaiva", "sulkemispaiva", "estimated close date", "actual close date", "forvantat avslut",
})  # fmt: skip
_LEAST_SIGNS: Final = 2


def signs_of_deals(headings: Iterable[str]) -> tuple[str, ...]:
    """The headings that show a list of deals; empty unless there are two kinds of them.

    Examples
    --------
    >>> signs_of_deals(["Opportunity Name", "Account Name", "Stage"])
    ('Opportunity Name', 'Stage')
    >>> signs_of_deals(["Company name", "Lifecycle Stage", "Recent Deal Close Date"])
    ()
    """
    found: dict[int, str] = {}
    for heading in headings:
        words = " ".join(
            fold(heading).replace("_", " ").replace("-", " ").replace(":", " ").split()
        )
        for kind, known in enumerate((_STAGES, _DEALS, _CLOSES)):
            if words in known:
                found.setdefault(kind, heading)
    return tuple(found.values()) if len(found) >= _LEAST_SIGNS else ()


def note_on_deals(table: Table) -> tuple[str, ...]:
    """The sentence of the report on a list of deals; none on other lists."""
    signs = signs_of_deals(table.headings)
    if not signs:
        return ()
    return (
        f"It is a list of deals ({', '.join(signs)}): the deals of one company became one account. Load "
        "it as the list's customers too, to learn from them.",
    )
