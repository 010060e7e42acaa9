"""The market in memory, recomputed only where a profile changed.

What is expensive is kept (`account_arrays`): the fit of every account on every test, the set of matches
of every combination of gates, and the fits of those matches as one matrix. A new weight is then one
matrix-vector product over the matches; a changed test is one new column; gates are masks of one bit an
account, so "were it dropped" is one count.
"""

import numpy as np

from icp_core.evaluation.account_arrays import AccountArrays, count_bits, test_key
from icp_core.evaluation.in_memory import Accounts, Evaluation, Split
from icp_core.evaluation.market import GateCost
from icp_core.profiles.model import Criterion, Profile


class Scoreboard(AccountArrays):
    """Evaluates profiles on one universe, sorted by `account_id` as `Universe.of` leaves it."""

    def evaluate(self, profile: Profile) -> Evaluation:
        """The market that a profile makes, ready to be asked for its parts.

        Raises
        ------
        ProfileError
            If the profile does not fit the universe.
        """
        profile.check(self.universe.columns)
        return Evaluation(self, profile, self.split(profile.gates), under=self.evaluate)

    def split(self, gates: tuple[Criterion, ...]) -> Split:
        """Who passes the gates, and who may."""
        return self.keep(("split", *map(test_key, gates)), lambda: self._split(gates))

    def _split(self, gates: tuple[Criterion, ...]) -> Split:
        size = len(self.universe)
        masks = [self.masks(gate) for gate in gates]
        # Who fails a gate, and of whom one gate, or more than one, is failed or unknown.
        fails, once, twice = (np.zeros(-(-size // 8), dtype=np.uint8) for _ in range(3))
        for failing, not_known in masks:
            missed = failing | not_known
            fails |= failing
            twice |= once & missed
            once |= missed
        costs = []
        for gate, (failing, not_known) in zip(gates, masks, strict=True):
            n_fails, n_unknown = count_bits(failing), count_bits(not_known)
            alone = count_bits((failing | not_known) & ~twice)
            costs.append(GateCost(gate, size - n_fails - n_unknown, n_fails, n_unknown, alone))
        key = tuple(map(test_key, gates))
        matches = Accounts(self, ("match", key), np.flatnonzero(self.unpacked(~once)))
        possible = Accounts(self, ("possible", key), np.flatnonzero(self.unpacked(once & ~fails)))
        return Split(matches, possible, tuple(costs))
