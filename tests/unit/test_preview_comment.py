# SPDX-License-Identifier: Apache-2.0
"""The comment of a preview: short, complete in its counts, and nobody's mark-up but its own."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from demo import comment as comments
from demo.comment import LONGEST, plain
from demo.dialling_check import Check, Dialled, Found
from demo.preview import Preview
from infra.stack_changes import Change, Changes, LostList

CAMPAIGN = "genesyscloud:index/outboundCampaign:OutboundCampaign"
BEFORE = Found({"Senior": [Dialled("lead-100", "100"), Dialled("lead-087", "87")]}, [])
TURNED = {"Senior": [Dialled("lead-087", "87"), Dialled("lead-100", "100")]}
GOOD = [Check("The best lead is called first")]
HOSTILE = (
    "**bold** <script>x</script> [link](http://evil.example) | `code` @team #1 ~~gone~~ "
    "www.evil.example ann@evil.example \u202etxt\n\n# Heading\n- item &amp; $1$ \\| _"
)


def shown(text):
    """The comment as a browser has it."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)


def comment(found, base=""):
    """The comment, with spaces that may be broken at."""
    return comments.comment(found, base).replace("\u00a0", " ")


def preview(after=BEFORE.orders, checks=GOOD, **more):
    """A preview that went well, but for what the test says."""
    found = Found(after, checks) if after is not None else None
    known = {"before": BEFORE, "after": found, **more}
    return Preview(7, "c0ffee" * 4, **known)


def test_all_is_well():
    """Where nothing changes the comment says so in a few lines."""
    said = comment(preview(), "origin/main")
    assert "Preview of pull request 7: ✅ all is well" in said
    assert "as an update of origin/main (c0ffeec0ff)" in said
    for words in (
        "Nothing on the platform.",
        "All 12 hold.",
        "1 of 1 hold.",
        "as before (lead-100",
    ):
        assert words in said
    assert len(said.splitlines()) < 30


def test_what_cannot_be_taken_back_comes_first():
    """Replaced objects stand before changed ones, and contacts at stake before both."""
    changes = Changes(
        [Change("update", CAMPAIGN, "a", ("x",)), Change("replace", CAMPAIGN, "b")],
        lost_lists=[LostList("Leads", "replace", 8214, ("columnNames",))],
    )
    said = comment(preview(changes=()) if False else _with(changes))
    assert "⚠️ it works, and contact lists are lost" in said
    assert "8,214 contacts would be lost" in said
    rows = [line for line in said.splitlines() if "OutboundCampaign" in line]
    assert rows == [
        "| replaced | OutboundCampaign b | goes with what it refers to |",
        "| changed | OutboundCampaign a | x |",
    ]
    assert "1 replaced, 1 changed" in said


def _with(changes, **more):
    found = preview(**more)
    found.changes = changes
    return found


def test_a_policy_is_told_with_what_it_would_have_done():
    """The rule's own words are there, and what the campaigns would do all the same."""
    changes = Changes(
        [Change("update", CAMPAIGN, "a")],
        problems=["best-score-first: 9 before 87", "the engine says so as well"],
        policies=["best-score-first", "best-score-first"],
    )
    said = comment(_with(changes, after=TURNED))
    assert "❌ stopped by a policy" in said
    assert "1 of 12 refuse this:" in said
    assert "- ❌ best-score-first: 9 before 87" in said
    assert "says so as well" not in said
    assert "| 1 | lead-100 (100) | lead-087 (87) ◀ |" in said
    nameless = Changes(policies=["lawful"])
    assert "- ❌ lawful" in comment(_with(nameless))


def test_a_failed_check_is_told_in_its_own_words():
    """What must hold and what was found instead are both there."""
    said = comment(preview(checks=[*GOOD, Check("Nobody is called twice", "lead-1 would be")]))
    assert "❌ not as it should be" in said
    assert "1 of 2 hold." in said
    assert "- ❌ Nobody is called twice: lead-1 would be" in said


def test_what_could_not_be_deployed():
    """The engine's reason is there; what is not known is not made up."""
    said = comment(preview(after=None, trouble="no site\nno script", checks=()))
    assert "❌ cannot be deployed" in said
    assert "- no site\n- no script" in said
    for words in ("That is not known.", "Not all were asked.", "Not tried out.", "not deployed"):
        assert words in said


def test_a_campaign_that_is_new():
    """Where a campaign has no order before, its places are empty there."""
    orders = {**BEFORE.orders, "New pr-7": [Dialled("lead-1", "")]}
    said = comment(preview(after=orders))
    assert "| | New, before | after |" in said
    assert "| 1 | - | lead-1 (no score) ◀ |" in said
    assert "as before (nobody)" in comment(
        Preview(7, before=Found({"Empty": []}, []), after=Found({"Empty": []}, GOOD))
    )


def test_it_is_short_whatever_happens():
    """Everything beyond the room is counted, and the whole stays below its limit."""
    wide = "€" * 5000
    changes = Changes(
        [Change("create", wide, f"{wide}{number}", (wide,) * 9) for number in range(300)],
        problems=[f"lawful: {wide}"] * 100,
        policies=["lawful"] * 100,
        lost_lists=[LostList(wide, "replace", None, (wide,))] * 40,
    )
    many = {f"{number}{wide}": [Dialled(wide, wide)] * 30 for number in range(2)}
    said = comment(_with(changes, after=many, checks=[Check(wide, wide)] * 50, trouble=wide))
    assert len(said) <= LONGEST
    for left in ("more objects", "more lines", "more contact lists", "more places"):
        assert re.search(rf"… and \d+ {left}", said)


@pytest.mark.parametrize("where", ["change", "policy", "check", "lead", "campaign", "base"])
def test_names_are_text_and_nothing_else(where):
    """Whatever a pull request calls its things, nothing of it becomes mark-up, link or mention."""
    name = HOSTILE if where == "campaign" else "Senior"
    lead = Dialled(HOSTILE if where == "lead" else "lead-1", "1")
    changes = Changes(
        [Change("update", CAMPAIGN, HOSTILE, (HOSTILE,))] if where == "change" else [],
        problems=[f"lawful: {HOSTILE}"] if where == "policy" else [],
        policies=["lawful"] if where == "policy" else [],
    )
    failure = HOSTILE if where == "check" else ""
    found = _with(changes, after={name: [lead]}, checks=[Check("x", failure)])
    said = comment(found, HOSTILE if where == "base" else "")
    html = shown(said)
    assert "bold" in html
    for markup in ("<strong>bold", "<script", "<a ", "<code", "<s>", "<h1", "<em", "<img"):
        assert markup not in html
    assert not re.search(r"@\w|#\d|://|www\.|\u202e", said)
    assert html.count("<h3>") == 1
    rows = [row.count("<td>") + row.count("<th>") for row in html.split("<tr>")[1:]]
    assert set(rows) <= {3, 5}


def test_a_long_text_is_cut_visibly():
    """A text that is cut ends in an ellipsis."""
    assert plain("a" * 50, 10) == "a" * 9 + "…"
    assert plain("  a\t\n b ") == "a b"
