# SPDX-License-Identifier: Apache-2.0
"""Places in the sort order of a campaign, as the platform counts them."""

from __future__ import annotations

import pytest

from integration.explaining.places_in_line import narrowed

A, B, C, MORE = ({"column": one} for one in "abcm")


def clause(how, *predicates):
    return {"filterType": how, "predicates": list(predicates)}


@pytest.mark.parametrize(
    ("how", "clauses", "narrow"),
    [
        ("AND", [clause("OR", A, B)], ("AND", [clause("OR", A, B), clause("AND", MORE)])),
        ("OR", [clause("OR", A, B)], ("AND", [clause("OR", A, B), clause("AND", MORE)])),
        (
            "OR",
            [clause("AND", A, B), clause("OR", B, C)],
            ("OR", [clause("AND", A, B, MORE), clause("AND", B, MORE), clause("AND", C, MORE)]),
        ),
        ("AND", [clause("AND")], ("AND", [clause("AND", MORE)])),
        (None, [], ("AND", [clause("AND", MORE)])),
    ],
    ids=["all clauses", "one clause", "any clause", "an empty clause", "no filter"],
)
def test_a_filter_with_one_more_condition(how, clauses, narrow):
    """Whatever the filter's shape, the further condition has to hold beside it."""
    criteria = {} if how is None else {"filterType": how, "clauses": clauses}
    assert narrowed(criteria, [MORE]) == {"filterType": narrow[0], "clauses": narrow[1]}


def sort(centre, *sorts, **fields):
    campaign = f"/outbound/campaigns/{centre.campaigns['']}"
    centre.call("POST", f"{campaign}/stop")
    sorts = [dict(zip(("fieldName", "direction", "numeric"), one, strict=True)) for one in sorts]
    centre.change(campaign, contactSorts=sorts, campaignStatus="off", **fields)


def test_several_sorts(centre):
    """Of equals by the first column, the second one decides."""
    sort(centre, ("ml_score", "DESC", True), ("rank", "ASC", True))
    for lead, score, rank in [("A", 90, 3), ("B", 85, 1), ("C", 85, 2), ("D", 85, 2)]:
        centre.lead(lead, score, rank=str(rank))
    place = centre.explain("C").place
    assert place.sort == "ml_score as number, highest first, then rank as number, lowest first"
    assert (place.better, place.equal) == (2, 1)
    assert [one.lead_id for one in place.first] == ["A", "B"]


def test_a_sort_by_text(centre):
    """Sorted as text, 9 comes before 87: that is said, and no place is made up."""
    sort(centre, ("ml_score", "DESC", False))
    centre.lead("A", 90)
    place = centre.explain("A").place
    assert place.better is None
    assert "9 comes before 87" in place.note


def test_many_before_it(centre):
    """The platform counts all that are before it; a page of them is looked at."""
    for number in range(102):
        centre.lead(f"L-{number}", 90)
    centre.lead("Z", 50)
    place = centre.explain("Z").place
    assert (place.better, place.looked_at, len(place.first)) == (102, 100, 5)
