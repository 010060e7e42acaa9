"""Norwegian companies in the format of the register of legal entities, Enhetsregisteret.

Source of the columns: https://data.brreg.no/enhetsregisteret/api/dokumentasjon/no/index.html
"""

from datetime import date
from typing import Final

import polars as pl

from icp_core.accounts.identity import registrable_domains
from icp_core.paths import DATA
from icp_core.reference import geography, industry

FILE: Final = DATA / "companies" / "norway_register_sample.csv"
AS_OF: Final = date(2024, 1, 1)


def accounts() -> pl.DataFrame:
    """One row per company of the sample that ships, of any status; no persons.

    A blank headcount is unknown; where the register says that there is one, it is 1 to 4, which it
    does not publish. `00.000` (industry not stated) and municipalities outside the reference
    (Svalbard) are unknown.
    """
    raw = pl.read_csv(FILE, infer_schema=False).with_columns(pl.col(pl.String).replace("", None))
    address = "forretningsadresse"
    employees = pl.col("antallAnsatte").cast(pl.Int64)
    one_to_four = (pl.col("harRegistrertAntallAnsatte") == "true") & employees.is_null()
    dissolving = (pl.col("underAvvikling") == "true") | (
        pl.col("underTvangsavviklingEllerTvangsopplosning") == "true"
    )
    frame = raw.select(
        account_id=pl.format("NO-{}", "organisasjonsnummer"),
        name="navn",
        website="hjemmeside",
        domain=registrable_domains(raw["hjemmeside"], names=raw["navn"]),
        org_number="organisasjonsnummer",
        country=pl.coalesce(f"{address}.landkode", "postadresse.landkode"),
        municipality=pl.format("NO-{}", f"{address}.kommunenummer"),
        postcode=f"{address}.postnummer",
        city=f"{address}.poststed",
        industry=industry.normalised(raw["naeringskode1.kode"]),
        industry_revision=pl.lit("2"),
        legal_form="organisasjonsform.kode",
        employees=employees,
        employees_low=pl.when(one_to_four).then(1),
        employees_high=pl.when(one_to_four).then(4),
        founded=pl.col("stiftelsesdato").str.slice(0, 4).cast(pl.Int64),
        status=pl.when(pl.col("konkurs") == "true")
        .then(pl.lit("bankrupt"))
        .when(dissolving)
        .then(pl.lit("dissolving"))
        .otherwise(pl.lit("active")),
        institutional_sector="institusjonellSektorkode.beskrivelse",
        vat_registered=pl.col("registrertIMvaRegisteret") == "true",
        latest_accounts=pl.col("sisteInnsendteAarsregnskap").cast(pl.Int64),
        source=pl.lit("Brønnøysundregistrene"),
        as_of=pl.lit(AS_OF),
    )
    return geography.spell_towns(geography.locate(frame))
