"""What areas are shaded by, and the names of tiers."""

from enum import StrEnum

from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, UNRANKED
from ui.format import money, number, percent
from ui.texts import _


def tier_label(name: str) -> str:
    """`Tier A`, `Unranked` or `Too little known`."""
    return _outside().get(name) or _("Tier {name}").format(name=name)


def short_tier_label(name: str) -> str:
    """`A`, `Unranked` or `Too little known`."""
    return _outside().get(name, name)


def tier_in_sentence(name: str) -> str:
    """`tier A`, `unranked` or `too little known`."""
    outside = {UNRANKED: _("unranked"), TOO_LITTLE_KNOWN: _("too little known")}
    return outside.get(name) or _("tier {name}").format(name=name)


def _outside() -> dict[str, str]:
    return {UNRANKED: _("Unranked"), TOO_LITTLE_KNOWN: _("Too little known")}


class Measure(StrEnum):
    """What areas are shaded by; the values are columns of `Areas.table`."""

    MATCHES = "accounts"
    POTENTIAL = "potential"
    BEST_TIER = "best_tier"
    MATCH_RATE = "match_rate"
    WHITE_SPACE = "white_space"
    CUSTOMERS = "customers"

    def label(self, best_tier: str) -> str:
        """As shown in menus and headings."""
        return {
            Measure.MATCHES: _("Matches"),
            Measure.POTENTIAL: _("Potential"),
            Measure.BEST_TIER: tier_label(best_tier),
            Measure.MATCH_RATE: _("Matching share"),
            Measure.WHITE_SPACE: _("Not yet customers"),
            Measure.CUSTOMERS: _("Customers"),
        }[self]

    def text(self, value: float | None, currency: str) -> str:
        """One value with its unit; unknown is a dash."""
        match self:
            case Measure.POTENTIAL:
                return money(value, currency)
            case Measure.MATCH_RATE:
                return percent(value, digits=1 if value else 0)
            case _:
                return number(value)
