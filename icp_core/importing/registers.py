"""The bulk files of the Nordic registers, recognised by their own headings.

Each register's codes become the words and canonical columns of this product, still as text; the
cleaning is the same as for any list. Companies only: sole proprietors, estates and other forms that
are persons are named with the reason for leaving them out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Literal

import polars as pl

from icp_core.importing.guessing import industry_revision
from icp_core.importing.mapping import Assignment, fingerprint
from icp_core.importing.mapping import Mapping as HeadingMapping
from icp_core.importing.persons import ESTATE, PERSON
from icp_core.importing.records import Flatten, Record, text_of
from icp_core.importing.tables import ROW, Table, refuse

LEFT_OUT: Final = "#left_out"
"""Column with the reason why a register's row is no company to sell to; null for companies."""

ExtraKind = Literal["number", "choice", "tags", "flag"]


@dataclass(frozen=True)
class Register:
    """One register's bulk format.

    Attributes
    ----------
    name
        Short, for the command line and the report.
    label
        For people, also the `source` of the accounts.
    country
        ISO 3166-1 alpha-2.
    headings
        Headings that only its files have, all of them.
    columns
        Canonical and extra columns as expressions over its headings, given those that are present; one
        that a layout lacks is null.
    extras
        Kinds of the extra columns.
    flatten
        How a JSON record becomes a row; None for text files and flat records.
    record_keys
        Keys by which a JSON record is recognised.
    """

    name: str
    label: str
    country: str
    headings: frozenset[str]
    columns: Callable[[frozenset[str]], Mapping[str, pl.Expr]]
    extras: Mapping[str, ExtraKind] = field(default_factory=dict)
    flatten: Flatten | None = None
    record_keys: frozenset[str] = frozenset()

    def prepare(self, table: Table) -> tuple[Table, HeadingMapping]:
        """The table under canonical headings, with `LEFT_OUT`, and the mapping that goes with it.

        Raises
        ------
        ImportRefused
            If a heading that is needed stands twice: which of the two holds, nobody can tell.
        """
        present = frozenset(table.headings)
        columns = self.columns(present)
        needed = dict.fromkeys(h for expr in columns.values() for h in expr.meta.root_names())
        for heading in needed:
            if f"{heading} (2)" in present:
                refuse(
                    table.name,
                    f"the heading {heading} of {self.label} stands twice. Remove one of the columns.",
                )
        # What a layout lacks is unknown.
        missing = (pl.lit(None, pl.String).alias(h) for h in needed if h not in present)
        lazy = table.lazy.with_columns(missing).select(
            ROW,
            *(_blank_to_null(expression).alias(name) for name, expression in columns.items()),
            *([] if LEFT_OUT in columns else [pl.lit(None, pl.String).alias(LEFT_OUT)]),
        )
        headings = tuple(name for name in columns if name != LEFT_OUT)
        revision = "2"
        if "industry" in columns:
            codes = lazy.select(pl.col("industry").head(200_000)).collect()["industry"]
            revision = industry_revision(codes.unique())
        mapping = HeadingMapping(
            fingerprint=fingerprint(headings),
            assignments=tuple(
                Assignment(heading=name, column=name, kind=self.extras.get(name), reason=self.label)
                for name in headings
            ),
            country=self.country,
            industry_revision="2.1" if revision == "2.1" else "2",
        )
        return replace(table, headings=headings, lazy=lazy), mapping


def recognise(headings: tuple[str, ...]) -> Register | None:
    """The register whose file has these headings, or None."""
    present = frozenset(headings)
    for register in REGISTERS:
        if register.headings <= present:
            return register
    return None


def flattener(record: Record) -> Flatten | None:
    """How the records of a register's JSON become rows, judged by the first one."""
    for register in REGISTERS:
        if register.flatten and register.record_keys <= record.keys():
            return register.flatten
    return None


def _blank_to_null(expression: pl.Expr) -> pl.Expr:
    text = expression.cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def _true(heading: str, present: frozenset[str]) -> pl.Expr:
    if heading not in present:
        return pl.lit(value=False)
    return (pl.col(heading).str.to_lowercase() == "true").fill_null(value=False)


# Norway: Enhetsregisteret -------------------------------------------------------------------------
# https://data.brreg.no/enhetsregisteret/api/dokumentasjon/no/index.html

_NO_PERSONS: Final = ("ENK", "PERS", "TVAM")
_NO_ESTATES: Final = ("KBO", "BO", "SAM")


_NO_STATES: Final = frozenset(
    {"konkurs", "underAvvikling", "underTvangsavviklingEllerTvangsopplosning"}
)


def _enhetsregisteret(present: frozenset[str]) -> Mapping[str, pl.Expr]:
    form = pl.col("organisasjonsform.kode")
    headcount = pl.col("antallAnsatte")
    # The register does not publish headcounts below five: staff without a number is 1 to 4.
    few = _true("harRegistrertAntallAnsatte", present) & headcount.is_null()
    dissolving = _true("underAvvikling", present) | _true(
        "underTvangsavviklingEllerTvangsopplosning", present
    )
    address = "forretningsadresse"
    return {
        "org_number": pl.col("organisasjonsnummer"),
        "name": pl.col("navn"),
        "country": pl.coalesce(f"{address}.landkode", "postadresse.landkode"),
        "municipality": pl.col(f"{address}.kommunenummer"),
        "postcode": pl.col(f"{address}.postnummer"),
        "city": pl.col(f"{address}.poststed"),
        "industry": pl.col("naeringskode1.kode").replace("00.000", None),
        "legal_form": form,
        "employees": headcount,
        "employees_low": pl.when(few).then(pl.lit("1")),
        "employees_high": pl.when(few).then(pl.lit("4")),
        "website": pl.col("hjemmeside"),
        "founded": pl.col("stiftelsesdato"),
        "status": pl.when(not present & _NO_STATES)
        .then(None)
        .when(_true("konkurs", present))
        .then(pl.lit("bankrupt"))
        .when(dissolving)
        .then(pl.lit("dissolving"))
        .otherwise(pl.lit("active")),
        "institutional_sector": pl.col("institusjonellSektorkode.beskrivelse"),
        "vat_registered": pl.col("registrertIMvaRegisteret"),
        "latest_accounts": pl.col("sisteInnsendteAarsregnskap"),
        LEFT_OUT: pl.when(form.is_in(_NO_PERSONS))
        .then(pl.lit(PERSON))
        .when(form.is_in(_NO_ESTATES))
        .then(pl.lit(ESTATE)),
    }


_NO_RESULT: Final = "resultatregnskapResultat"


def _regnskap(present: frozenset[str]) -> Mapping[str, pl.Expr]:
    del present
    return {
        # A holding company sends an empty object: unknown, not zero.
        "org_number": pl.coalesce("organisasjonsnummer", "virksomhet.organisasjonsnummer"),
        "currency": pl.col("valuta"),
        "fiscal_year": pl.col("regnskapsperiode.tilDato").str.slice(0, 4),
        "revenue": pl.col(f"{_NO_RESULT}.driftsresultat.driftsinntekter.sumDriftsinntekter"),
        "operating_profit": pl.col(f"{_NO_RESULT}.driftsresultat.driftsresultat"),
        "net_profit": pl.col(f"{_NO_RESULT}.aarsresultat"),
    }


# Sweden: Bolagsverket and SCB ---------------------------------------------------------------------


_SE_ONGOING: Final = "pagandeAvvecklingsEllerOmstruktureringsforfarande"
_SE_STATES: Final = frozenset({"avregistreringsdatum", _SE_ONGOING})


def _bolagsverket(present: frozenset[str]) -> Mapping[str, pl.Expr]:
    identity = pl.col("organisationsidentitet").str.split("$")
    # Names: text$kind$date, several separated by bars; the company name is the first of its kind.
    names = pl.col("organisationsnamn").str.split("|")
    company = names.list.eval(
        pl.element().filter(pl.element().str.contains("$FORETAGSNAMN", literal=True))
    ).list.first()
    name = pl.coalesce(company, names.list.first()).str.split("$").list.first()
    # Address: street$care of$town$postcode$country.
    address = pl.col("postadress").str.split("$")
    form = pl.col("organisationsform").str.split("-").list.first()
    ongoing = pl.col(_SE_ONGOING)
    is_person = identity.list.get(1, null_on_oob=True).str.starts_with("PERS")
    return {
        "org_number": identity.list.first(),
        "name": name,
        "country": pl.lit("SE"),
        "postcode": address.list.get(3, null_on_oob=True),
        "city": address.list.get(2, null_on_oob=True),
        "legal_form": form,
        "founded": pl.col("registreringsdatum"),
        "status": pl.when(not present >= _SE_STATES)
        .then(None)
        .when(pl.col("avregistreringsdatum").is_not_null())
        .then(pl.lit("deregistered"))
        .when(ongoing.str.contains("(?:^|[|$])KK"))
        .then(pl.lit("bankrupt"))
        .when(ongoing.is_not_null())
        .then(pl.lit("dissolving"))
        .otherwise(pl.lit("active")),
        "activity": pl.col("verksamhetsbeskrivning"),
        LEFT_OUT: pl.when(is_person | (form == "E")).then(pl.lit(PERSON)),
    }


# Juridisk form, SCB's företagsregister (data/SOURCES.md); the codes that are no form of a business
# stay as they are. 31 is both handelsbolag and kommanditbolag, 41 and 42 banks and insurers.
_SCB_FORMS: Final = {
    "10": "EF", "21": "EB", "22": "PR", "31": "HB", "41": "AB", "42": "AB", "43": "SE", "49": "AB",
    "51": "EK", "53": "BRF", "54": "KHF", "61": "IF", "71": "ST", "72": "ST", "96": "UTL",
}  # fmt: skip


def _scb(present: frozenset[str]) -> Mapping[str, pl.Expr]:
    del present
    number = pl.col("PeOrgNr")
    form = pl.col("JurForm")
    return {
        "org_number": number,
        "name": pl.coalesce("Namn", "Foretagsnamn"),
        "country": pl.lit("SE"),
        "postcode": pl.col("PostNr"),
        "city": pl.col("PostOrt"),
        "industry": pl.col("Ng1").replace("00000", None),
        "legal_form": form.replace(_SCB_FORMS),
        "founded": pl.col("RegDatKtid"),
        "status": pl.when(pl.col("FtgStat") == "1")
        .then(pl.lit("active"))
        .otherwise(pl.lit("deregistered")),
        "marketing_opt_out": pl.when(pl.col("Reklamsparrtyp") == "2")
        .then(pl.lit("true"))
        .otherwise(pl.lit("false")),
        LEFT_OUT: pl.when(number.str.contains("^(?:19|20)") | (form == "10"))
        .then(pl.lit(PERSON))
        .when(form == "91")
        .then(pl.lit(ESTATE)),
    }


# Finland: PRH, version 3 --------------------------------------------------------------------------


def _current(entries: Any) -> list[Record]:
    """The entries of a list that have not ended."""
    if not isinstance(entries, list):
        return []
    return [e for e in entries if isinstance(e, dict) and not e.get("endDate")]


def _dig(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _in_finnish(entries: Any, key: str) -> str | None:
    found = {str(_dig(e, "languageCode")): text_of(_dig(e, key)) for e in _current(entries)}
    return next((found[code] for code in ("1", "2", "3") if found.get(code)), None)


# Trade register (code list REK_KDI, data/SOURCES.md); what other codes mean is not known to us.
_PRH_STATUS: Final = {"1": "active", "4": "deregistered"}


def _flatten_prh(record: Record) -> dict[str, str | None]:
    names = [e for e in _current(record.get("names")) if str(e.get("type")) == "1"]
    forms = _current(record.get("companyForms"))
    # 1 is the street address, 2 the postal one.
    addresses = sorted(_current(record.get("addresses")), key=lambda a: str(a.get("type")))
    offices = _current(_dig(addresses[0], "postOffices")) if addresses else []
    situations = {str(s.get("type")) for s in _current(record.get("companySituations"))}
    status: str | None
    if record.get("endDate"):
        status = "deregistered"
    elif "KONK" in situations:
        status = "bankrupt"
    elif situations:
        # SELTILA is liquidation, SANE restructuring: both keep a company off a list to sell to.
        status = "dissolving"
    else:
        status = _PRH_STATUS.get(str(record.get("tradeRegisterStatus", "1")))
    return {
        "prh.businessId": text_of(_dig(record, "businessId", "value")),
        "prh.name": text_of(names[0].get("name")) if names else None,
        "prh.form": _in_finnish(forms[0].get("descriptions"), "description") if forms else None,
        "prh.formType": text_of(forms[0].get("type")) if forms else None,
        "prh.businessLine": text_of(_dig(record, "mainBusinessLine", "type")),
        "prh.postCode": text_of(addresses[0].get("postCode")) if addresses else None,
        "prh.city": _in_finnish(offices, "city"),
        "prh.municipality": text_of(offices[0].get("municipalityCode")) if offices else None,
        "prh.website": text_of(_dig(record, "website", "url")),
        "prh.founded": text_of(_dig(record, "businessId", "registrationDate")),
        "prh.status": status,
        "prh.lastModified": (text_of(record.get("lastModified")) or "")[:10] or None,
    }


def _prh(present: frozenset[str]) -> Mapping[str, pl.Expr]:
    del present
    return {
        "org_number": pl.col("prh.businessId"),
        "name": pl.col("prh.name"),
        "country": pl.lit("FI"),
        "municipality": pl.col("prh.municipality"),
        "postcode": pl.col("prh.postCode"),
        "city": pl.col("prh.city"),
        "industry": pl.col("prh.businessLine"),
        "legal_form": pl.col("prh.form"),
        "website": pl.col("prh.website"),
        "founded": pl.col("prh.founded"),
        "status": pl.col("prh.status"),
        "as_of": pl.col("prh.lastModified"),
        # Type 26: yksityinen elinkeinonharjoittaja.
        LEFT_OUT: pl.when(pl.col("prh.formType") == "26").then(pl.lit(PERSON)),
    }


# Denmark: CVR -------------------------------------------------------------------------------------

# Written with or without spaces (data/SOURCES.md). FREMTID, a start that lies ahead, stays unknown.
_CVR_STATUS: Final = {
    "NORMAL": "active", "AKTIV": "active", "UNDERKONKURS": "bankrupt",
    "UNDERFRIVILLIGLIKVIDATION": "dissolving", "UNDERTVANGSOPLØSNING": "dissolving",
    "UNDERREKONSTRUKTION": "dissolving", "UNDERREASSUMERING": "dissolving",
    "UNDERREASUMMERING": "dissolving", "OPHØRT": "deregistered", "OPLØST": "deregistered",
    "OPLØSTEFTERERKLÆRING": "deregistered", "OPLØSTEFTERFRIVILLIGLIKVIDATION": "deregistered",
    "OPLØSTEFTERFUSION": "deregistered", "OPLØSTEFTERGRÆNSEOVERSKRIDENDEFUSION": "deregistered",
    "OPLØSTEFTERGRÆNSEOVERSKRIDENDEHJEMSTEDSFLYTNING": "deregistered",
    "OPLØSTEFTERGRÆNSEOVERSKRIDENDESPALTNING": "deregistered",
    "OPLØSTEFTERKONKURS": "deregistered", "OPLØSTEFTERSPALTNING": "deregistered",
    "SLETTET": "deregistered", "TVANGSOPLØST": "deregistered", "UDENRETSVIRKNING": "deregistered",
}  # fmt: skip


def _flatten_cvr(record: Record) -> dict[str, str | None]:
    company = _dig(record, "_source", "Vrvirksomhed") or record.get("Vrvirksomhed")
    metadata = _dig(company, "virksomhedMetadata")
    form = _dig(metadata, "nyesteVirksomhedsform")
    address = _dig(metadata, "nyesteBeliggenhedsadresse")
    staff = next(
        (
            found
            for period in ("Maaneds", "Kvartals", "Aars")
            if (found := _dig(metadata, f"nyeste{period}beskaeftigelse"))
        ),
        None,
    )
    listed = _dig(company, "hjemmeside")
    sites = [s for s in listed if not _dig(s, "hemmelig")] if isinstance(listed, list) else []
    status = (text_of(_dig(metadata, "sammensatStatus")) or "").upper().replace(" ", "")
    protected = _dig(company, "reklamebeskyttet")
    return {
        "cvr.number": (text_of(_dig(company, "cvrNummer")) or "").zfill(8),
        "cvr.name": text_of(_dig(metadata, "nyesteNavn", "navn")),
        "cvr.form": text_of(_dig(form, "kortBeskrivelse")),
        "cvr.formCode": text_of(_dig(form, "virksomhedsformkode")),
        "cvr.industry": text_of(_dig(metadata, "nyesteHovedbranche", "branchekode")),
        "cvr.postcode": text_of(_dig(address, "postnummer")),
        "cvr.city": text_of(_dig(address, "postdistrikt")),
        "cvr.country": text_of(_dig(address, "landekode")),
        "cvr.municipality": text_of(_dig(address, "kommune", "kommuneKode")),
        "cvr.employees": text_of(_dig(staff, "antalAnsatte"))
        or text_of(_dig(staff, "intervalKodeAntalAnsatte")),
        "cvr.website": text_of(_dig(sites[-1], "kontaktoplysning")) if sites else None,
        "cvr.status": _CVR_STATUS.get(status),
        "cvr.founded": text_of(_dig(metadata, "stiftelsesDato")),
        "cvr.protected": text_of(protected) if isinstance(protected, bool) else None,
    }


def _cvr(present: frozenset[str]) -> Mapping[str, pl.Expr]:
    del present
    return {
        "org_number": pl.col("cvr.number"),
        "name": pl.col("cvr.name"),
        "country": pl.coalesce("cvr.country", pl.lit("DK")),
        "municipality": pl.col("cvr.municipality"),
        "postcode": pl.col("cvr.postcode"),
        "city": pl.col("cvr.city"),
        "industry": pl.col("cvr.industry").replace(["999999", "000000"], None),
        "legal_form": pl.col("cvr.form"),
        "employees": pl.col("cvr.employees"),
        "website": pl.col("cvr.website"),
        "founded": pl.col("cvr.founded"),
        "status": pl.col("cvr.status"),
        "marketing_opt_out": pl.col("cvr.protected"),
        # 10 is enkeltmandsvirksomhed, 15 personligt ejet mindre virksomhed, 20 dødsbo.
        LEFT_OUT: pl.when(pl.col("cvr.formCode").is_in(["10", "15"]))
        .then(pl.lit(PERSON))
        .when(pl.col("cvr.formCode") == "20")
        .then(pl.lit(ESTATE)),
    }


REGISTERS: Final = (
    Register(
        "enhetsregisteret",
        "Brønnøysundregistrene, Enhetsregisteret",
        "NO",
        frozenset(
            {
                "organisasjonsnummer",
                "navn",
                "organisasjonsform.kode",
                "naeringskode1.kode",
                "antallAnsatte",
                "forretningsadresse.kommunenummer",
            }
        ),
        _enhetsregisteret,
        extras=MappingProxyType(
            {
                "institutional_sector": "choice",
                "vat_registered": "flag",
                "latest_accounts": "number",
            }
        ),
    ),
    Register(
        "regnskapsregisteret",
        "Brønnøysundregistrene, Regnskapsregisteret",
        "NO",
        frozenset({"valuta", f"{_NO_RESULT}.aarsresultat"}),
        _regnskap,
    ),
    Register(
        "bolagsverket",
        "Bolagsverket",
        "SE",
        frozenset(
            {"organisationsidentitet", "organisationsnamn", "organisationsform", "postadress"}
        ),
        _bolagsverket,
        extras=MappingProxyType({"activity": "choice"}),
    ),
    Register(
        "scb",
        "SCB, Företagsregistret",
        "SE",
        frozenset({"PeOrgNr", "FtgStat", "JurForm", "Reklamsparrtyp", "Ng1"}),
        _scb,
    ),
    Register(
        "prh",
        "PRH, Yritys- ja yhteisötietojärjestelmä",
        "FI",
        frozenset({"prh.businessId", "prh.name"}),
        _prh,
        flatten=_flatten_prh,
        record_keys=frozenset({"businessId", "names"}),
    ),
    Register(
        "cvr",
        "CVR, Det Centrale Virksomhedsregister",
        "DK",
        frozenset({"cvr.number", "cvr.name"}),
        _cvr,
        flatten=_flatten_cvr,
        record_keys=frozenset({"_source"}),
    ),
)
"""The registers whose files are recognised."""
