"""What a plan had to assume, and what is left out, in sentences."""

from collections.abc import Sequence

import numpy as np

from icp_core.reference.numbers import counted, number
from icp_core.territories.planning import Planning


def remarks_of(planning: Planning) -> tuple[str, ...]:
    """What the plan had to assume, and what is left out, a sentence each."""
    found = []
    reps, accounts = planning.team.reps, planning.accounts
    homeless = [rep.name for rep in reps if rep.home is None]
    outside = [rep.name for rep in reps if rep.home and rep.place is None]
    idle = [rep.name for rep in reps if not rep.hours]
    middle = "journeys are counted from the middle of the accounts today; give a home municipality"
    if homeless:
        found.append(f"No home is known of {_listed(homeless)}: {middle}.")
    if outside:
        found.append(
            f"The home of {_listed(outside)} is outside our municipalities (Sweden, Norway, "
            f"Denmark, Finland): {middle}."
        )
    if idle and len(idle) == len(reps):
        found.append("Nobody has any hours: everybody gets an even share; give hours a year.")
    elif idle:
        locked = planning.idle[np.maximum(planning.units.fixed, 0)] & (planning.units.fixed >= 0)
        kept = int(planning.units.accounts[locked].sum())
        but = f" but the {number(kept)} that are locked" if kept else ""
        have, get = ("have", "get") if len(idle) > 1 else ("has", "gets")
        found.append(
            f"{_listed(idle)} {have} no hours and {get} no account{but}: others take over, "
            "customers too. Give hours a year, or take who has none out of the team."
        )
    if len(reps) == 1:
        what = "what is within reach" if planning.left_out.height else "everything"
        found.append(f"There is one rep, so that {what} goes to {reps[0].name}.")
    worked = int((accounts["hours"] > 0).sum())
    busy = worked or accounts.height
    if len(reps) > busy:
        every = number(accounts.height)
        that = "" if busy == accounts.height else f" with hours, of {every}"
        found.append(
            f"There are {number(len(reps))} reps for {counted(busy, 'account', 'accounts')}{that}: at "
            f"least {number(len(reps) - busy)} will have no work in any plan, so that shares "
            "cannot be even; take reps out of the team, or widen the tiers."
        )
    if (planning.units.fixed[planning.kept] >= 0).all() and len(planning.kept):
        found.append("Everything is locked or stays with its rep: there is nothing to decide.")
    return (*found, *_of_accounts(planning))


def _of_accounts(planning: Planning) -> list[str]:
    """What had to be assumed of accounts, and which of them are left out."""
    found, accounts = [], planning.accounts
    nowhere = int((accounts["place"] == "").sum())
    if nowhere:
        found.append(
            counted(
                nowhere,
                "account has no place: it stays with its rep, or goes where there is room, and no "
                "journey is counted for it.",
                "accounts have no place: they stay with their rep, or go where there is room, and no "
                "journey is counted for them.",
            )
        )
    unknown = int((~accounts["is_known"]).sum())
    if unknown == accounts.height:
        found.append("Nothing is known of the potential: only hours are balanced.")
    elif unknown:
        found.append(
            f"The potential of {counted(unknown, 'account', 'accounts')} is unknown: "
            + ("they count as others of their" if unknown > 1 else "it counts as others of its")
            + " tier, from one in ten to nine in ten of them."
        )
    if planning.left_out.height:
        full = planning.idle.any() or len(planning.locks.reps) > 0
        or_only = ", or only reps without hours or locked ones reach them," if full else ""
        loses = int((planning.left_out["owner"] >= 0).sum())
        one, several = "stays with nobody", "stay with nobody"
        if loses:
            one = "gets nobody, though it has a rep today"
            several = f"get nobody, {number(loses)} of them with a rep today"
        outside_all = f"outside every rep's countries or longest way{or_only} and"
        lies = counted(
            planning.left_out.height,
            f"account lies {outside_all} {one}",
            f"accounts lie {outside_all} {several}",
        )
        found.append(f"{lies}: {'give hours, ' if full else ''}widen one, or open the borders.")
    if not (accounts["hours"] > 0).any():
        found.append("No account is in a tier, so that none takes hours: change the tiers.")
    return found


def _listed(names: Sequence[str], most: int = 5) -> str:
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {number(len(names) - most)} more"
