"""What a file is to hold."""

from dataclasses import dataclass
from datetime import date

from icp_core.exporting.limits import Customers


@dataclass(frozen=True, kw_only=True)
class ExportSpec:
    """A file for another system: which accounts, in which format.

    Attributes
    ----------
    format
        A name in `exporting.FORMATS`.
    on
        Date in the file name.
    customers
        With them, without them, or only them.
    countries
        Codes to keep; empty keeps all.
    tiers
        Names to keep, of tiers or `tiers.TOO_LITTLE_KNOWN`; None stands for the unranked.
    possible_as
        Tier under which the possible accounts come too, behind the matches; None leaves them out.
    """

    format: str
    on: date
    customers: Customers = "with"
    countries: tuple[str, ...] = ()
    tiers: tuple[str | None, ...]
    possible_as: str | None = None

    @property
    def kept_tiers(self) -> tuple[str | None, ...]:
        """The tiers, and that of the possible accounts where those come too."""
        return self.tiers if self.possible_as is None else (*self.tiers, self.possible_as)
