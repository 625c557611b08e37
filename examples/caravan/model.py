# SPDX-License-Identifier: Apache-2.0
"""A plain model: it learns from one half of the prospects and scores the other from 1 to 100.

The score is a percentile. Few prospects buy (6 in 100), so nearly all probabilities lie close to
0: as whole percents they would put most leads on the same few scores, and the dialer would call
them in no order. By percentiles each score is carried by about 1 lead in 100, the order of the
model survives, and a threshold such as 70 means the same share of leads whatever the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from examples.caravan.prospects import Known, Prospects

MODEL_VERSION: Final = "caravan-1"


@dataclass(frozen=True, slots=True)
class Lead:
    """A prospect whom the model has never seen.

    Args:
        lead_id: made of the place in the file.
        row: the place in the file, from 1.
        score: what the model makes of it, 1-100.
        bought: what really became of it.
    """

    lead_id: str
    row: int
    score: int
    bought: bool


def scored_half(prospects: Prospects, seed: int = 0) -> list[Lead]:
    """The half that the model did not learn from, in the order of the file.

    Args:
        prospects: all of them; both halves get the same share of buyers.
        seed: decides who is in which half.
    """
    places = np.arange(len(prospects.bought))
    learned, called = train_test_split(
        places, test_size=0.5, stratify=prospects.bought, random_state=seed
    )
    called.sort()
    learnt = Prospects(prospects.known[learned], prospects.bought[learned])
    scores = scores_of(prospects.known[called], learnt)  # without their answers
    return [
        Lead(f"C-{place + 1:04}", int(place) + 1, score, bool(prospects.bought[place]))
        for place, score in zip(called, scores, strict=True)
    ]


def scores_of(known: Known, learned: Prospects) -> list[int]:
    """Scores from 1 to 100 for those of whom ``known`` is known, learned from others."""
    # C, the strength of the regularisation, was chosen by cross-validation within the half that
    # is learned from; the columns say much the same several times, so it is strong.
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000))
    model.fit(learned.known, learned.bought)
    return percentiles(model.predict_proba(known)[:, 1])


def percentiles(values: Known) -> list[int]:
    """A score from 1 to 100 for each value: 100 for the highest hundredth of them."""
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return [int(score) for score in ranks * 100 // len(values) + 1]
