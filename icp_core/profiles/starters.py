"""The profiles that ship: a first profile for every source, to change rather than to keep."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from icp_core.accounts.population import Population
from icp_core.errors import ProfileError
from icp_core.paths import DATA
from icp_core.profiles.brief import NO_BRIEF, Brief
from icp_core.profiles.files import brief_of
from icp_core.profiles.model import Profile

# Best first for each source; the file is data/profiles/<slug>.json.
_SUITS: Final = {
    "nordic-software": ("demo",),
    "manufacturers-erp": ("demo",),
    "outgrown-accounting": ("demo",),
    "listed-by-domain": ("listed",),
    "norwegian-limited": ("norway",),
}


@dataclass(frozen=True)
class Starter:
    """A profile that ships.

    Attributes
    ----------
    slug
        Name of its file and in addresses.
    profile
        The profile itself.
    suits
        Built-in sources it is meant for.
    brief
        What is said beside it, as an example; empty for most.
    """

    slug: str
    profile: Profile
    suits: tuple[str, ...]
    brief: Brief = NO_BRIEF


@cache
def starters() -> tuple[Starter, ...]:
    """Every starter, best first for each source."""
    return tuple(
        Starter(
            slug,
            Profile.from_json((DATA / "profiles" / f"{slug}.json").read_bytes()),
            suits,
            _brief(DATA / "briefs" / f"{slug}.json"),
        )
        for slug, suits in _SUITS.items()
    )


def _brief(path: Path) -> Brief:
    return brief_of(path.read_bytes()) if path.exists() else NO_BRIEF


def starter(slug: str) -> Starter:
    """Look up a starter by its slug.

    Raises
    ------
    ProfileError
        If there is none; the message lists the choices.
    """
    for entry in starters():
        if entry.slug == slug:
            return entry
    raise ProfileError(f"There is no starter profile {slug!r}. Use {', '.join(_SUITS)}.")


def starters_for(universe: Population) -> tuple[Starter, ...]:
    """Starters meant for a built-in source, or that a user's own list has the columns for."""
    source = universe.name.partition(":")[0]
    meant = tuple(entry for entry in starters() if source in entry.suits)
    return meant or tuple(entry for entry in starters() if _applies(entry.profile, universe))


def _applies(profile: Profile, universe: Population) -> bool:
    try:
        profile.check(universe.columns)
    except ProfileError:
        return False
    return True
