"""The files that other systems accept, and the limits they set."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from icp_core.errors import ExportError

_CSV: Final = "text/csv"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes
    ----------
    name
        As on the command line.
    label
        As shown to people.
    suffix
        Of the file name, with its dot.
    mime
        Media type for a download.
    purpose
        One sentence on who reads the file and what for.
    is_ad_audience
        Whether companies in the file will be advertised to; then those that opted out or are not
        active never enter it.
    for_people
        Whether people read it in a spreadsheet. Such a file keeps every chosen account and column,
        where an upload file is freed of duplicates.
    one_per_domain
        Whether the receiver takes all rows with one web domain for one company.
    min_rows, advised_rows, max_rows, max_bytes
        Limits of the receiving system; 0 and None mean that there is none.
    lengths
        Most characters per cell that the receiver keeps, by heading.
    notes
        What the user should know before the upload.
    """

    name: str
    label: str
    suffix: str
    mime: str
    purpose: str
    is_ad_audience: bool = False
    for_people: bool = False
    one_per_domain: bool = False
    min_rows: int = 1
    advised_rows: int = 0
    max_rows: int | None = None
    max_bytes: int | None = None
    lengths: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()


_ALL: Final = (
    Format(
        "linkedin",
        "LinkedIn company list",
        ".csv",
        _CSV,
        "Upload it in Campaign Manager as a company list to advertise to people who work there.",
        is_ad_audience=True,
        one_per_domain=True,
        min_rows=300,
        advised_rows=1_000,
        max_rows=300_000,
        max_bytes=20_000_000,
        notes=(
            "An ad set runs once LinkedIn has matched at least 300 members; matching takes up to "
            "48 hours.",
            "Companies match best with a domain or a page address beside the name.",
        ),
    ),
    Format(
        "hubspot",
        "HubSpot companies",
        ".csv",
        _CSV,
        "Import it as companies; HubSpot updates those whose domain it already knows.",
        one_per_domain=True,
        notes=(
            "Annual Revenue is in EUR; industry is left blank, because HubSpot has a list of its own.",
            "HubSpot knows three tiers; a fourth and further tiers are written as Tier 3.",
            "Score coverage is no property of HubSpot's own: make one (a number), or leave it out when "
            "you map the columns.",
        ),
    ),
    Format(
        "salesforce",
        "Salesforce accounts",
        ".csv",
        _CSV,
        "Import it as accounts with the Data Import Wizard; headings are Salesforce's field names.",
        max_rows=50_000,
        max_bytes=100_000_000,
        lengths=(
            ("Name", 255),
            ("Website", 255),
            ("BillingCity", 40),
            ("BillingState", 80),
            ("BillingPostalCode", 20),
            ("BillingCountry", 80),
            ("Description", 32_000),
        ),
        notes=(
            "AnnualRevenue is in EUR; Industry is left blank, because Salesforce has a list of its own.",
            "Rating is Hot for the best tier, Warm for the second and Cold for the rest.",
            "BillingCountry has the names of Salesforce's country picklist, which refuses codes. "
            "BillingState is blank where that picklist has no states at first, as for the Nordic "
            "countries, because a state that it lacks makes it refuse the row. Where an "
            "administrator changed the picklists, change these two columns to what they have; the CSV "
            "for people has every account's region.",
        ),
    ),
    Format(
        "pipedrive",
        "Pipedrive organisations",
        ".csv",
        _CSV,
        "Import it as organisations.",
        max_rows=50_000,
    ),
    Format(
        "csv",
        "CSV for people",
        ".csv",
        _CSV,
        "Every column of the accounts, for reading or for another program.",
        for_people=True,
        notes=("A text that starts like a formula stands behind an apostrophe.",),
    ),
    Format(
        "xlsx",
        "Excel workbook",
        ".xlsx",
        _XLSX,
        "Every column of the accounts with filters, and a second sheet on where they come from.",
        for_people=True,
        max_rows=1_048_575,
        notes=("A text that starts like a formula stands behind an apostrophe.",),
    ),
)

FORMATS: Final[Mapping[str, Format]] = MappingProxyType({format.name: format for format in _ALL})

MAX_EXCEL_CELL: Final = 32_767


def named(name: str) -> Format:
    """The format of that name.

    Raises
    ------
    ExportError
        If there is none; the message lists those there are.

    Examples
    --------
    >>> named("linkedin").min_rows, named("linkedin").is_ad_audience
    (300, True)
    """
    try:
        return FORMATS[name]
    except KeyError as error:
        raise ExportError(f"There is no format {name}; choose {', '.join(FORMATS)}.") from error
