"""Customers as people hand them over, found among the accounts: a deal export, a pasted list, a flag."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from icp_core.accounts.universe import Universe
from icp_core.errors import LearningError
from icp_core.importing import sandbox
from icp_core.importing.customers import Deals, MatchedDeals
from icp_core.importing.dates import Order
from icp_core.importing.sandbox import Source
from icp_core.learning.customers import Outcomes
from icp_core.reference.numbers import number

MOST_LINES: Final = 20_000

_DOMAIN: Final = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:([A-Z]{2})[- ]?)?(\d[\d .-]{5,}\d)")
_HEADINGS: Final = ("org_number", "domain", "name", "country", "outcome")


class UnansweredError(LearningError):
    """A list of which no row says anything until its questions are answered.

    Attributes
    ----------
    deals
        As read, with the questions.
    """

    def __init__(self, message: str, deals: Deals) -> None:
        super().__init__(message)
        self.deals = deals


@dataclass(frozen=True, eq=False)
class CustomerList:
    """A customer list beside the accounts.

    Attributes
    ----------
    outcomes
        Of the companies that were found.
    matched, ambiguous, unmatched
        How many rows found one account, several that nobody chose between, or none.
    rejected
        How many rows say nothing: deals still open, rows without a company.
    missing
        Names (or domains, or numbers) of the first companies that were not found.
    deals
        As read.
    question
        What a person has to say of stages, currency and dates, in sentences; None if there is nothing.
    """

    outcomes: Outcomes
    matched: int
    ambiguous: int
    unmatched: int
    rejected: int
    missing: tuple[str, ...]
    deals: Deals
    question: str | None = None

    def sentence(self, *, asking: bool = True) -> str:
        """What became of the rows.

        Parameters
        ----------
        asking
            Whether to end with what a person has to say.
        """
        rest = [
            f"{number(count)} {what}"
            for count, what in (
                (self.ambiguous, "fit several accounts"),
                (self.unmatched, "are not among them"),
                (self.rejected, "are open, or name no company or no outcome"),
            )
            if count
        ]
        told = ", ".join([f"{number(self.matched)} rows found their account", *rest]) + "."
        return f"{told} {self.question}" if self.question and asking else told


def from_file(
    source: Source,
    universe: Universe,
    *,
    name: str | None = None,
    answers: Mapping[str, str] | None = None,
    currency: str | None = None,
    date_order: Order | None = None,
) -> CustomerList:
    """Deals and customers out of a CRM's export or our template.

    Parameters
    ----------
    source
        The file, or what is in it.
    universe
        The accounts to find them among.
    name
        What the user calls the file, where only its content is given.
    answers
        What stages mean that are not understood (see `customers.read_deals`).
    currency
        Of amounts that name none.
    date_order
        Of day and month where nothing tells.

    Raises
    ------
    ImportRefused
        If the file cannot be read or is neither.
    LearningError
        If it has no row with a company, or none of its companies is among the accounts; an
        `UnansweredError` where answers would change that.
    """
    return _found(
        *sandbox.match_deals(
            source,
            universe.frame,
            name=name,
            answers=answers,
            assumed_currency=currency,
            date_order=date_order,
        ),
        universe,
    )


def from_text(text: str, universe: Universe) -> CustomerList:
    """Companies by name, domain or national number, one a line: picked by hand, or a competitor's.

    Parts of a line are told apart by commas, semicolons or tabs: `Exempel AB; exempel.se`.

    Parameters
    ----------
    text
        The lines.
    universe
        The accounts to find them among.

    Raises
    ------
    LearningError
        If there is nothing in it, too much, or none of the companies is among the accounts.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise LearningError("The list is empty. Write one company a line: name, domain or number.")
    if len(lines) > MOST_LINES:
        raise LearningError(
            f"The list has {number(len(lines))} lines; {number(MOST_LINES)} are the most. "
            "Use a file instead."
        )
    written = io.StringIO()
    writer = csv.DictWriter(written, _HEADINGS)
    writer.writeheader()
    for line in lines:
        writer.writerow(_company(line) | {"outcome": "active"})
    return from_file(written.getvalue().encode(), universe, name="list.csv")


def flagged(universe: Universe) -> Outcomes:
    """The accounts that are marked as customers, and nothing more about them.

    Raises
    ------
    LearningError
        If none is.
    """
    flags = universe.frame["is_customer"] if "is_customer" in universe.columns else None
    if flags is None or not flags.any():
        raise LearningError(
            "None of these accounts is marked as a customer. Give a deal export or a list of customers."
        )
    return Outcomes.of_customers(universe.frame.filter(flags.fill_null(value=False))["account_id"])


def _company(line: str) -> dict[str, str]:
    """One line's parts, each by what it looks like."""
    found: dict[str, str] = {}
    names = []
    for part in filter(None, map(str.strip, re.split(r"[,;\t]", line.removeprefix("domain:")))):
        number = _NUMBER.fullmatch(part)
        if number and "org_number" not in found:
            found |= {"country": number[1] or "", "org_number": number[2]}
        elif _DOMAIN.fullmatch(part) and "domain" not in found:
            found["domain"] = part
        else:
            names.append(part)
    return found | {"name": ", ".join(names)}


def _found(given: Deals, matches: MatchedDeals, universe: Universe) -> CustomerList:
    if given.rows.is_empty():
        asked = "".join(f" {question}" for question in given.questions)
        message = f"The customer list has no row with a company and an outcome.{asked}"
        raise UnansweredError(message, given) if given.questions else LearningError(message)
    if matches.matched.is_empty():
        raise LearningError(
            f"None of the {number(given.rows.height)} rows of the customer list names one of these "
            f"{number(len(universe))} accounts for certain. Load the list that they belong to, "
            "or give national numbers or domains."
        )
    labels = matches.unmatched.select(pl.coalesce("name", "domain", "org_number")).to_series()
    return CustomerList(
        Outcomes.of(matches.outcomes),
        matches.matched.height,
        matches.ambiguous.height,
        matches.unmatched.height,
        given.rejected.height,
        tuple(labels.head(10)),
        given,
        " ".join(given.questions) or None,
    )
