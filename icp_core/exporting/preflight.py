"""What becomes of every account on its way into a file, and whether the receiver takes the file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from icp_core.exporting.members import Reach

DROPPED: Final[Mapping[str, str]] = {
    "other_country": "Outside the chosen countries",
    "too_little_known": "Too little known for a tier",
    "other_tier": "Outside the chosen tiers",
    "not_customer": "Not a customer",
    "excluded": "Excluded",
    "opted_out": "Opted out of advertising",
    "not_active": "Not active",
    "no_name": "Without a name",
}
"""Why a row is left out, and how that reads."""

SIBLING: Final = "same company as an excluded one"
"""The reason of a row that is left out for another account of its company."""

FOR_COMPANY: Final[Mapping[str, str]] = {
    "customer": "Same company as a suppressed customer",
    "opted_out": "Same company as one that opted out",
    "excluded": f"Excluded: {SIBLING}",
}
"""Why a row is left out for another account with its domain, or its name and country."""

IDENTIFIERS: Final[Mapping[str, str]] = {
    "domain": "With a domain or website",
    "page_url": "With a LinkedIn page address",
    "stock_symbol": "With a stock symbol",
    "name_only": "With a name only",
}
"""What the receiver can recognise a company by besides its name, and how that reads."""


@dataclass(frozen=True)
class Preflight:
    """The account of an export. Rows in = rows written + duplicates + customers suppressed + dropped.

    Attributes
    ----------
    format
        Name of the format.
    file_name
        Suggested name of the file.
    fictional
        Whether the companies are invented.
    rows_in, rows_written
        Accounts handed in, and companies in the file.
    identifiers
        Rows written that carry each identifier, by key of `IDENTIFIERS`.
    duplicates_by_domain, duplicates_by_name
        Rows left out because a better one has their domain, or their name and country.
    customers_suppressed
        Rows left out because existing customers were not wanted.
    customers_unknown
        Accounts handed in of which it is not known whether they are customers, where it was asked.
    opted_out
        Rows written that opted out of advertising; none in an ad audience.
    dropped
        Rows left out for another reason, by key of `DROPPED`; every key is present.
    exclusions
        The excluded ones by the user's own reason, or `SIBLING`.
    for_company
        How many of the customers suppressed and of the opted out and excluded rows are left out only
        for another account of their company, by key of `FOR_COMPANY`; every key is present.
    left_out
        Accounts of the list that somebody excluded, by reason: they are in no market, so they are not
        among the accounts handed in.
    cells_cleaned
        Text cells that lost control characters or a formula lead, or got an apostrophe before it.
    cells_truncated
        Text cells cut to the longest the receiver keeps.
    reach
        Who works at the companies written; None where the file makes no ad audience.
    size_bytes
        Of the file; None for a workbook, which is built when it is asked for, and where no limit asks
        for it and the file is not made yet.
    blockers
        Why the receiver would refuse the file; empty if it would not. Each says what to do.
    warnings, notes
        What may go wrong, and what is good to know.
    """

    format: str
    file_name: str
    fictional: bool
    rows_in: int
    rows_written: int
    identifiers: Mapping[str, int]
    duplicates_by_domain: int
    duplicates_by_name: int
    customers_suppressed: int
    customers_unknown: int
    opted_out: int
    dropped: Mapping[str, int]
    exclusions: Mapping[str, int]
    for_company: Mapping[str, int]
    left_out: Mapping[str, int]
    cells_cleaned: int
    cells_truncated: int
    reach: Reach | None
    size_bytes: int | None
    blockers: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def shares(self) -> dict[str, float]:
        """Share of the written rows that carry each identifier, 0…1."""
        return {key: rows / max(self.rows_written, 1) for key, rows in self.identifiers.items()}

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON, with shares."""
        return {**asdict(self), "identifier_shares": self.shares}

    def facts(self) -> list[tuple[str, int]]:
        """Heading and number, in reading order, without the lines that are 0 and tell nothing."""
        lines = [
            ("Accounts in", self.rows_in),
            ("Companies written", self.rows_written),
            *((IDENTIFIERS[key], rows) for key, rows in self.identifiers.items()),
        ]
        dropped = {key: rows for key, rows in self.dropped.items() if key != "excluded"}
        removed = [
            ("Duplicates by domain", self.duplicates_by_domain),
            ("Duplicates by name and country", self.duplicates_by_name),
            ("Customers suppressed", self.customers_suppressed - self.for_company["customer"]),
            *((DROPPED[key], rows - self.for_company.get(key, 0)) for key, rows in dropped.items()),
            *((f"Excluded: {reason}", rows) for reason, rows in self.exclusions.items()),
            *((FOR_COMPANY[key], self.for_company[key]) for key in ("customer", "opted_out")),
            ("Cells cleaned", self.cells_cleaned),
            ("Cells shortened", self.cells_truncated),
            *(
                (f"Excluded from the market: {reason}", rows)
                for reason, rows in self.left_out.items()
            ),
        ]
        return lines + [(heading, rows) for heading, rows in removed if rows]
