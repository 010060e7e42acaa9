"""The row of numbers: what is covered, what is nobody's, who has too much, what is neglected."""

from icp_core.evaluation.market import Bounds
from icp_core.territories.coverage import Coverage, TierCovered
from ui.format import SPACE, UNKNOWN, money_bounds, number, percent, plain
from ui.headline import Figure
from ui.texts import _, ngettext


def figures(found: Coverage, currency: str) -> tuple[Figure, ...]:
    """The cards, most important first."""
    best = found.best
    over, room = len(found.over), len(found.with_room)
    outside = sum(one.accounts for one in found.others)
    names = plain(" · ".join(one.tier for one in found.tiers))
    each = [
        _("{tier}: {covered} of {accounts} accounts, {share} of {amount}").format(
            tier=one.tier,
            covered=number(one.covered),
            accounts=number(one.accounts),
            share=_share(one),
            amount=_worth(one.potential, currency),
        )
        for one in found.tiers
    ]
    return (
        Figure(
            _("{names} covered").format(names=names),
            " · ".join(
                UNKNOWN if one.share is None else number(100 * one.share) for one in found.tiers
            )
            + f"{SPACE}%",
            _("{share} of {tier}'s {amount}").format(
                share=_share(best),
                tier=plain(best.tier),
                amount=_worth(best.potential, currency),
            )
            if best.potential_share is not None
            else _worth(best.potential, currency),
            plain(_("Accounts whose owner is in the team, and their potential."))
            + "\n\n"
            + "\n\n".join(map(plain, each)),
        ),
        Figure(
            _("{tier} nobody owns").format(tier=plain(best.tier)),
            number(best.nobody),
            _worth(best.nobody_potential, currency) if best.nobody else _("none"),
            _("They have no owner at all."),
        ),
        Figure(
            _("Over capacity"),
            _("{count} of {all} reps").format(count=number(over), all=number(len(found.reps)))
            if found.reps
            else UNKNOWN,
            ngettext("{count} has room", "{count} have room", room).format(count=number(room))
            if found.reps
            else _("no reps yet"),
            _(
                "Whose accounts in tiers take more hours than they have in the time box, work and "
                "journeys together. Who needs less than 80 % has room."
            ),
        ),
        Figure(
            _("{tier} untouched {days} d").format(tier=plain(best.tier), days=number(found.days)),
            number(best.untouched),
            _("counted to {day}").format(day=plain(found.on.isoformat()))
            if best.untouched is not None
            else _("no touch on record"),
            _("Nobody dealt with them for so long, or ever, as far as the list tells."),
        ),
        Figure(
            _("Owners outside"),
            number(len(found.others)),
            ngettext("{count} account", "{count} accounts", outside).format(count=number(outside)),
            _(
                "They are not in the team, so their accounts count as uncovered: who left still owns."
            ),
        ),
    )


def _worth(potential: Bounds, currency: str) -> str:
    """What accounts could be worth; what nobody knows is not zero."""
    return money_bounds(potential, currency) if potential.high > 0 else _("potential unknown")


def _share(best: TierCovered) -> str:
    share = best.potential_share
    if share is None:
        return UNKNOWN
    low, high = percent(share.low), percent(share.high)
    return low if low == high else f"{number(100 * share.low)}–{high}"
