"""Accounts wherever they are, as far as a page or a profile must know them."""

from typing import Protocol

from icp_core.accounts.columns import Column


class Population(Protocol):
    """Accounts that can be evaluated, wherever they are: a universe in memory, or an engine."""

    @property
    def name(self) -> str:
        """Source or address."""

    @property
    def label(self) -> str:
        """As shown to people."""

    @property
    def fictional(self) -> bool:
        """Whether the companies are invented."""

    @property
    def note(self) -> str:
        """What whoever uses them must know; may be empty."""

    @property
    def columns(self) -> dict[str, Column]:
        """What each column is, by name."""

    @property
    def tells_customers(self) -> bool:
        """Whether anybody is known to be a customer, or not to be one."""
