"""What the headings of company lists mean, in five languages, Danish to English.

A heading is taken apart into its words, a year, a currency and a unit; the words are looked up
regardless of case, accents and punctuation.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from rapidfuzz import fuzz, process

from icp_core.reference.text import fold

CONTACT: Final = "contact"
"""Meaning of headings on telephone numbers and persons: left out, personal data."""

# One line a meaning. Where two headings of a list have the same meaning, the one that stands first
# here wins: a juridical name before a market name, all operating income before sales alone.
_SYNONYMS: Final = """
name: name | juridisk selskapsnavn | juridiskt namn | juridisk navn | företagsnamn | bolagsnamn | firmanamn | firma | navn | firmanavn | selskapsnavn | företag | bolag | selskap | bedrift | bedriftsnavn | markedsnavn | virksomhedsnavn | virksomhed | selskabsnavn | organisasjonsnavn | organisationsnamn | namn | yrityksen nimi | yritys | toiminimi | nimi | company | company name | companyname | account name | organization name | organisation name | organization - name | deal - organization | associated company | associated company (primary) | legal name
org_number: organisationsnummer | org_number | orgnr | org.nr | org nummer | org-id nr | org-id | orgid | organisasjonsnummer | organisasjonsnr | organisationsidentitet | peorgnr | cvr | cvr-nr | cvr-nummer | cvr nummer | cvrnummer | y-tunnus | ytunnus | yritystunnus | yritys- ja yhteisötunnus | business id | businessid | business id value | national id | national number | registration number | company registration number | company number | vat number
industry: industry code | nace | nace code | nace-kode | nace kod | nace-bransjekode | næringskode | næringskode 1 | naeringskode1 kode | bransjekode | sni | sni-kod | sni kod | huvudbransch kod | huvudbransch sni/nace kod | huvudbransch sni kod | branschkod | branchekode | hovedbranche_kode | hovedbranchekode | toimialakoodi | toimiala koodi | tol | tol-koodi | tol 2008 | päätoimiala koodi
industry_text: industry text | industry | bransch | verksamhet | branschtext | huvudbransch | bransje | bransjetekst | nace-beskrivelse | næring | branche | branchetekst | hovedbranche | toimiala | päätoimiala | industry group
employees: employees | anställda | antal anställda | ansatte | antall ansatte | antallansatte | antal ansatte | henkilöstömäärä | henkilöstö | henkilöstön määrä | headcount | number of employees | numberofemployees | employee count | no of employees | antal medarbetare | medarbetare | antal medarbejdere
employees_low: employees_low | employees from | employees min
employees_high: employees_high | employees to | employees max
fte: årsværk | årsverk | antal årsværk | antall årsverk | årsanställda | fte | full time equivalents | henkilötyövuodet
revenue: revenue | omsättning | nettoomsättning | sum driftsinntekter | sum driftsinnt | driftsinntekter | omsetning | omsætning | nettoomsætning | liikevaihto | turnover | net turnover | annual revenue | annualrevenue | net sales | sum salgsinntekter | salgsinntekter | total revenue
operating_profit: operating_profit | rörelseresultat | rörelseresultat (ebit) | driftsresultat | driftsres | resultat af primær drift | primært resultat | liiketulos | liikevoitto | ebit | operating profit | operating result | operating income
net_profit: net_profit | årets resultat | årsresultat | aarsresultat | tilikauden tulos | net income | net profit | profit for the year
margin: margin | rörelsemarginal | driftsmargin | ebit margin | operating margin | overskudsgrad | liiketulosprosentti | liikevoittoprosentti
revenue_growth: revenue_growth | omsättningstillväxt | omsetningsvekst | omsætningsvækst | liikevaihdon kasvu | liikevaihdon muutos | revenue growth | growth
current_ratio: current_ratio | current ratio | balanslikviditet | likviditetsgrad 1 | likviditetsgrad | current ratio (likviditetsgrad)
fiscal_year: fiscal_year | fiscal year | räkenskapsår | bokslutsår | regnskapsår | tilikausi | tilinpäätösvuosi
currency: currency | currency code | valuta | valutakod | valuutta | amount currency | deal - currency of value
city: city | ort | postort | stad | poststed | by | postdistrikt | postby | postitoimipaikka | kaupunki | town | billing city | billingcity | billing city name
postcode: postcode | postnummer | postnr | postinumero | zip | zipcode | zip code | zip postal code | postal code | billing zip | billing zip/postal code | billingpostalcode
municipality: municipality | kommun | kommunsäte | säteskommun | kommune | kommunenavn | kommunnamn | kunta | kotikunta | kotipaikka
region: region | län | länsäte | fylke | regionsnavn | maakunta | county | state | state/region | state/province | billing state | billingstate | billing state/province
country: country | land | maa | country/region | billing country | billingcountry | country code | landkod | landekode | companycountry
founded: founded | bolaget registrerat | registreringsdatum | registreringsdatum eller år | bildat | grundat | stiftelsesdato | stiftet | etablert | registreringsdato | startdato | perustamisvuosi | perustettu | perustamispäivä | rekisteröintipäivä | year founded | founded year | founding year | registration date | established
legal_form: legal_form | bolagsform | företagsform | juridisk form | org.form | orgform | organisasjonsform | selskapsform | virksomhedsform | selskabsform | yhtiömuoto | yritysmuoto | oikeudellinen muoto | legal form | company form | company type
website: website | hemsida | webbplats | webbadress | hjemmeside | internett | internet | nettside | nettsted | kotisivu | kotisivut | www | www-osoite | verkkosivu | verkkosivut | homepage | home page | url | website url | web site | companywebsite | web
domain: domain | domän | domene | domæne | company domain name | company domain | domain name | email domain | companyemaildomain
linkedin_url: linkedin_url | linkedin | linkedin url | linkedin company page | linkedin page | linkedincompanypageurl
stock_symbol: stock_symbol | symbol | ticker | stock symbol | stocksymbol | ticker symbol
sector: sector | sektor | gics sector
status: status | bolagsstatus | företagsstatus | company status | virksomhedsstatus | tila | yrityksen tila
marketing_opt_out: marketing_opt_out | reklamspärr | reklambeskyttelse | reklamebeskyttet | reklamebeskyttelse | opted out | marketing opt out | suoramarkkinointikielto
technologies: technologies | tech stack | technology | teknologier | tekniker | teknologi | web technologies | teknologiat
funding_stage: funding_stage | funding stage | last funding round | funding round
latitude: latitude | lat | breddgrad | breddegrad | leveysaste
longitude: longitude | lng | lon | long | längdgrad | lengdegrad | længdegrad | pituusaste
is_customer: is_customer | customer | kund | kunde | asiakas | is customer
owner: owner | account owner | company owner | kundansvarig | kundeansvarlig | asiakasvastaava | deal owner | opportunity owner
territory: territory | säljdistrikt | salgsdistrikt | myyntialue | sales territory
as_of: as_of | as of | uppdaterad | oppdatert | opdateret | päivitetty | last updated | updated at
source: source
industry_revision: industry_revision
account_id: account_id
email: email | e-mail | e-post | epost | epostadress | epostadresse | e-postadress | mail | mailadresse | sähköposti | email address | company email
contact: telefon | telefonnummer | tlf | mobil | mobiltelefon | phone | phone number | telephone | mobile | puhelin | puhelinnumero | fax | telefax | kontaktperson | kontakt | contact | contact name | contact person | yhteyshenkilö | vd | verkställande direktör | daglig leder | direktør | toimitusjohtaja | ceo | first name | last name | förnamn | efternamn | fornavn | etternavn | efternavn | etunimi | sukunimi | personnummer | styreleder | ordförande
not_revenue: bruttofortjeneste | bruttoresultat | bruttovinst | gross profit | myyntikate | resultat | result | tulos
"""  # noqa: E501

_CURRENCIES: Final = {
    "sek": "SEK", "nok": "NOK", "dkk": "DKK", "eur": "EUR", "€": "EUR", "usd": "USD", "$": "USD",
    "gbp": "GBP", "£": "GBP", "isk": "ISK", "chf": "CHF", "euroa": "EUR", "euro": "EUR",
}  # fmt: skip
_MILLION: Final = "millioner|miljoner|miljoonaa|millions|million|mill|milj|mio|mln|m"
_THOUSAND: Final = "tusen|tuhatta|tuhansia|thousands|thousand|tusind|tus|1000|000|k|t"
_ISO: Final = "sek|nok|dkk|eur|usd|gbp|isk|chf|€"
# (pattern, unit); crowns alone do not tell whose they are.
_UNITS: Final = (
    (rf"\b(?:{_MILLION})[\s.]*(?:{_ISO}|kr)(?!\w)|(?:\b(?:{_ISO})|€)[\s.]*(?:{_MILLION})\b", 1e6),
    (rf"\b(?:{_THOUSAND})[\s.]*(?:{_ISO}|kr)(?!\w)|(?:\b(?:{_ISO})|€)[\s.]*(?:{_THOUSAND})\b", 1e3),
    (r"\b(?:mkr|mnok|msek|mdkk|meur|m€|musd)(?!\w)", 1e6),
    (r"\b(?:tkr|tnok|tsek|tdkk|teur|keur|ksek|knok|kdkk)(?!\w)", 1e3),
    (r"\(\s*(?:i\s+|in\s+)?(?:1[\s.]?000|000s?|tusen|thousands?|tuhatta|tusind)\s*\)", 1e3),
    (r"\(\s*(?:i\s+|in\s+)?(?:miljoner|millioner|millions?|miljoonaa|mill\.?|mio\.?)\s*\)", 1e6),
    (r"\b(?:i|in) (?:tusen|tusind|thousands)\b", 1e3),
    (r"\b(?:i|in) (?:miljoner|millioner|millions)\b", 1e6),
    (rf"\b(?:{_ISO}|kr)\b|€", 1.0),
    (r"%|\bprocent\b|\bprosent\b|\bpercent\b|\bprosenttia\b", 0.01),
)
_YEAR: Final = re.compile(
    r"(?:,|\(|\s|_|-|^)\s*((?:19|20)\d\d)(?:[-/.]\d{1,2})?\s*\)?\s*$|^((?:19|20)\d\d)\s"
)
_FUZZY: Final = 90


@dataclass(frozen=True)
class Heading:
    """A heading taken apart.

    Attributes
    ----------
    text
        As in the file.
    meaning
        A canonical column, or one of `industry_text`, `fte`, `currency`, `email`, `contact`,
        `not_revenue`; None where the words are not known.
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


@cache
def parse(text: str) -> Heading:
    """Take a heading apart: `Sum driftsinnt. (NOK 1000), 2024` is revenue of 2024 in thousands NOK."""
    words = " ".join(text.split())
    if found := _table().get(_key(words)):
        return Heading(text, found[0], 1.0, unit=0.01 if "%" in words else None, rank=found[1])
    unit, currency, words = _unit(words.casefold())
    year = None
    if match := _YEAR.search(words):
        year = int(match[1] or match[2])
        words = words[: match.start()] + " " + words[match.end() :]
    meaning, confidence, rank = _lookup(words)
    return Heading(text, meaning, confidence, year, unit, currency, rank)


def recognised(cells: Iterable[str]) -> int:
    """How many cells of a row are headings that are known word for word."""
    return sum(parse(cell).confidence >= 0.9 for cell in cells if 0 < len(cell) <= 80)


@cache
def synonyms() -> Mapping[str, str]:
    """Meaning by heading, both folded; for the documentation and the lookup."""
    return MappingProxyType({key: meaning for key, (meaning, _) in _table().items()})


@cache
def _table() -> Mapping[str, tuple[str, int]]:
    table: dict[str, tuple[str, int]] = {}
    for line in _SYNONYMS.strip().splitlines():
        meaning, _, words = line.partition(":")
        for place, word in enumerate(words.split("|")):
            table.setdefault(_key(word), (meaning, place))
    return MappingProxyType(table)


def _unit(words: str) -> tuple[float | None, str | None, str]:
    """Factor and currency that a heading names, and the words without them."""
    for pattern, factor in _UNITS:
        if match := re.search(pattern, words):
            named = re.sub(r"[\d\s.()]", "", match[0])
            currency = next(
                (
                    code
                    for sign, code in _CURRENCIES.items()
                    if named.startswith(sign) or named.endswith(sign)
                ),
                None,
            )
            rest = words[: match.start()] + " " + words[match.end() :]
            return factor, currency, re.sub(r"[(\[]\s*[)\]]", " ", rest)
    return None, None, words


def _lookup(words: str) -> tuple[str | None, float, int]:
    bare = re.sub(r"[(\[].*?[)\]]", " ", words)
    for text, confidence in ((words, 0.98), (bare, 0.95)):
        if found := _table().get(_key(text)):
            return found[0], confidence, found[1]
    key = _key(bare)
    if len(key) >= 6:
        near = process.extractOne(key, list(_table()), scorer=fuzz.ratio, score_cutoff=_FUZZY)
        if near:
            meaning, rank = _table()[near[0]]
            return meaning, round(0.8 * near[1] / 100, 2), rank
    return None, 0.0, 0


def _key(words: str) -> str:
    return re.sub(r"[\W_]+", "", fold(words))
