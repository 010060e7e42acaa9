"""Arrays that a market is made of: what is known of accounts, their fits, scores and potential."""

from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.evaluation.market import LARGEST
from icp_core.reference.arrays import Codes, Floats

_BITS: Final = 16  # criteria whose gaps are packed into one 16-bit number
_SAMPLED: Final = 64  # of so many values one is looked at first, to guess the cut-off cheaply
BLOCK: Final = 16_384
"""How many accounts go through several steps together: so many stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of some accounts so far.

    Attributes
    ----------
    place
        Row in the frame of every account of the universe; -1 where nothing is known.
    frame
        What is known.
    """

    place: npt.NDArray[np.int32]
    frame: pl.DataFrame

    @classmethod
    def nothing(cls, accounts: int) -> "Known":
        """Nothing yet, of so many accounts."""
        return cls(np.full(accounts, -1, dtype=np.int32), pl.DataFrame())

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self.place.nbytes + int(self.frame.estimated_size())

    def with_accounts(self, rows: npt.NDArray[np.intp], frame: pl.DataFrame) -> "Known":
        """What is known, and this of some accounts more."""
        place = self.place.copy()
        place[rows] = np.arange(len(self.frame), len(self.frame) + len(rows))
        both = pl.concat([self.frame, frame]) if len(self.frame) else frame
        return Known(place, both.rechunk())


@dataclass(frozen=True, eq=False)
class Scored:
    """Fits of some accounts on all scored criteria, for weights to be multiplied with.

    Attributes
    ----------
    fits
        Shape (criteria, accounts); unknown is 0.
    known
        Which criteria are known in each pattern of gaps, shape (patterns, criteria).
    pattern
        Each account's pattern.
    """

    fits: npt.NDArray[np.float32]
    known: npt.NDArray[np.bool_]
    pattern: Codes

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self.fits.nbytes + self.known.nbytes + self.pattern.nbytes

    @classmethod
    def of(cls, fits: npt.NDArray[np.float32]) -> "Scored":
        """Split fits with NaN into numbers and patterns of gaps.

        Parameters
        ----------
        fits
            Shape (criteria, accounts); taken over, and changed.
        """
        criteria, accounts = fits.shape
        # One bit a criterion, the first the lowest; more than one round where there are many criteria.
        rounds = []
        for first in range(0, max(criteria, 1), _BITS):
            bits = np.zeros(accounts, dtype=np.uint16)
            for start in range(0, accounts, BLOCK):
                block = slice(start, start + BLOCK)
                for place, row in enumerate(fits[first : first + _BITS, block]):
                    gaps = np.isnan(row)
                    bits[block] |= (~gaps).astype(np.uint16) << np.uint16(place)
                    np.copyto(row, 0, where=gaps)
            rounds.append(bits)
        if len(rounds) == 1:
            # np.unique sorts; counting is ten times quicker.
            present = np.flatnonzero(np.bincount(rounds[0], minlength=1)).astype(np.uint16)
            pattern_of = np.zeros(int(present.max(initial=0)) + 1, dtype=smallest(len(present)))
            pattern_of[present] = np.arange(len(present))
            pattern, packed = pattern_of[rounds[0]], present[None]
        else:
            packed, pattern = np.unique(np.stack(rounds), axis=1, return_inverse=True)
            pattern = pattern.ravel()
        bit = np.arange(_BITS, dtype=np.uint16)[:, None]
        known = (packed[:, None] >> bit & 1).astype(bool)
        known = known.reshape(len(packed) * _BITS, packed.shape[1])[:criteria].T
        return cls(fits, known, pattern)


@dataclass(frozen=True, eq=False)
class Potentials:
    """Potential of some accounts.

    Attributes
    ----------
    amount
        NaN where unknown.
    known
        The same with 0 where unknown, to be summed; the very same where all are known.
    total
        Sum of what is known.
    unknown
        How many are unknown.
    largest_share
        Share of the total that the largest 20 % of the known hold; None without a total.
    """

    amount: Floats
    known: Floats
    total: float
    unknown: int
    largest_share: float | None

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self.amount.nbytes + (self.known.nbytes if self.unknown else 0)

    @classmethod
    def of(cls, amount: Floats) -> "Potentials":
        """Sum up potentials with NaN for unknown."""
        gaps = np.isnan(amount)
        unknown = int(np.count_nonzero(gaps))
        known = np.where(gaps, 0.0, amount) if unknown else amount
        total = float(known.sum())
        share = None
        if total > 0:
            n = ceil(LARGEST * (len(amount) - unknown))
            # Unknown counts as 0 here and so never displaces a known amount from the largest.
            share = float(np.partition(known, len(known) - n)[len(known) - n :].sum()) / total
        return cls(amount, known, total, unknown, share)


def largest(count: int, first: Floats, *rest: Floats) -> npt.NDArray[np.intp]:
    """Places of the `count` largest by the first key, ties broken by the next; the earliest last."""
    size = len(first)
    if count >= size or not count:
        return np.arange(min(count, size))
    least = _least(first, count)
    above = np.flatnonzero(first > least)
    ties = np.flatnonzero(first == least)
    room = count - len(above)
    chosen = largest(room, *(key[ties] for key in rest)) if rest else np.arange(room)
    return np.concatenate([above, ties[chosen]])


def _least(values: Floats, count: int) -> float:
    """The smallest of the `count` largest values; fewer than all."""
    among = values
    # What a sample takes for a little less is most often less: then only what reaches it matters.
    sample = values[::_SAMPLED]
    rank = 2 * count // _SAMPLED + _SAMPLED
    if rank < len(sample) // 2:
        guess = np.partition(sample, len(sample) - rank)[len(sample) - rank]
        reaches = values[values >= guess]
        if len(reaches) >= count:
            among = reaches
    return float(np.partition(among, len(among) - count)[len(among) - count])


def smallest(count: int) -> np.dtype[np.unsignedinteger[Any]]:
    """The smallest whole number type with room for so many."""
    return np.min_scalar_type(max(count - 1, 0))
