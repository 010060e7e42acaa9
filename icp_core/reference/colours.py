"""The colours of a light page, on paper and on the screen: ordered, told apart by the colour-blind."""

from collections.abc import Sequence
from typing import Final

TIERS: Final = ("#0B4F6C", "#2E9CCA", "#A9D6E5")
"""Best tier first; the best stands out most from the page."""

UNRANKED: Final = "#D0D5DA"
TEXT: Final = "#0E181E"
MUTED: Final = "#5B6B76"
SEQUENTIAL: Final = ("#EAF4F8", "#C5E2EC", "#95C9DC", "#5BAACB", "#2782AC", "#0B4F6C")
"""From little to much, for shading areas; the last is that of the best tier."""


def rgb(colour: str) -> tuple[int, int, int]:
    """`#0B4F6C` as (11, 79, 108)."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def between(colours: Sequence[str], place: float) -> str:
    """The colour at a place 0…1 along a row of colours."""
    position = place * (len(colours) - 1)
    left = min(int(position), len(colours) - 2)
    share = position - left
    ends = zip(rgb(colours[left]), rgb(colours[left + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in ends)
