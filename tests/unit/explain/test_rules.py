# SPDX-License-Identifier: Apache-2.0
"""What rules ask for."""

from __future__ import annotations

import pytest

from integration.explaining.rules import skills_of


@pytest.mark.parametrize(
    ("text", "skills"),
    [('["a", "b"]', ["a", "b"]), ("", []), ("no list", []), ('{"a": 1}', [])],
    ids=["a list", "blank", "no JSON", "another kind"],
)
def test_the_skills_of_a_rule(text, skills):
    """They stand as a list in a text; whatever else stands there names none."""
    sets = {"actionTypeName": "SET_SKILLS", "properties": {"skills": text}}
    assert list(skills_of({"actions": [sets, {"actionTypeName": "DO_NOT_DIAL"}]})) == skills
