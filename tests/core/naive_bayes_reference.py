"""Lead scoring by naive Bayes on frequencies, as Odoo's predictive lead scoring does it.

For each field value, how often it occurs among won and among lost leads, 0.1 added to every count;
the probability is won / (won + lost) of the products with the base rate. Empty fields are left out.
"""

import numpy as np


def naive_bayes(train, test):
    """Probabilities for the accounts of `test`, from counts in `train` (both labelled)."""
    won = np.log(np.full(len(test), train.positive.mean()))
    lost = np.log(np.full(len(test), 1 - train.positive.mean()))
    label = train.positive > 0
    for name, known in train.coded.items():
        unseen = test.coded[name]
        fields = (
            [(known.codes, unseen.codes, known.levels.unknown)]
            if known.tags is None
            else [
                (known.tags[:, tag].astype(int), unseen.tags[:, tag].astype(int), None)
                for tag in range(known.tags.shape[1])
            ]
        )
        for codes, asked, unknown in fields:
            size = max(codes.max(), asked.max()) + 1
            counts = [np.bincount(codes[rows], minlength=size) + 0.1 for rows in (label, ~label)]
            shares = [count / count.sum() for count in counts]
            filled = np.ones(len(asked), dtype=bool) if unknown is None else asked != unknown
            won += np.where(filled, np.log(shares[0][asked]), 0)
            lost += np.where(filled, np.log(shares[1][asked]), 0)
    return 1 / (1 + np.exp(np.clip(lost - won, -700, 700)))
