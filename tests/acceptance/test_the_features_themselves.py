# SPDX-License-Identifier: Apache-2.0
"""The features are written for people of the contact centre, and all of them mean something."""

from __future__ import annotations

import importlib
import re
from collections import Counter

import pytest
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from tests.acceptance.catalogue import FEATURES, entries
from tests.acceptance.conftest import STEPS
from tests.acceptance.tags import ABILITIES, REQUIREMENTS

STEPS_OF_THE_ENGINE = ("tests.engine.steps_deployment", "tests.engine.steps_previews")
LEAST_SCENARIOS, LEAST_FEATURES = 80, 8
MACHINERY = re.compile(
    r"\b(?:https?|url|api|json|csv|sql|sqlite|database|header|payload|endpoint|request|response"
    r"|status code|(?:40[0-9]|413|429|50[0-4])(?! [a-z])|bearer|oauth|token|client|server|socket"
    r"|thread|mutex|exception|stack|null|boolean|retry-after|backoff|jitter|exit code)s?\b",
    re.IGNORECASE,
)
"""Words that would change when the code changes."""
SPOKEN = re.compile(r"(?:the client id, its secret|priority_score|lead_id)")
"""What the product itself says, and the names of a file's columns: quoted as they are."""


def words_of_features():
    for path in sorted(FEATURES.rglob("*.feature")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.lstrip().startswith(("@", "#")):
                yield f"{path.name}:{number}", line


def contexts_of_steps() -> list[StepFunctionContext]:
    found = []
    for name in (*STEPS, *STEPS_OF_THE_ENGINE):
        for value in vars(importlib.import_module(name)).values():
            function = getattr(value, "_fixture_function", None)
            if function in step_function_context_registry:
                found.append(step_function_context_registry[function])
    return found


def test_features_speak_of_the_contact_centre():
    """No feature names the machinery behind a behaviour."""
    offending = {
        place: found[0]
        for place, line in words_of_features()
        if (found := MACHINERY.search(SPOKEN.sub("", line)))
    }
    assert offending == {}


def test_there_are_enough_features():
    """The behaviours that were promised are there as scenarios."""
    found = entries()
    assert len(found) >= LEAST_SCENARIOS
    assert len({entry.file for entry in found}) >= LEAST_FEATURES


def test_every_scenario_stands_under_a_rule_and_proves_a_requirement():
    """A scenario says which policy it is an example of, and which requirement it proves."""
    assert [entry.name for entry in entries() if not entry.rule] == []
    assert [entry.name for entry in entries() if not entry.tags & REQUIREMENTS.keys()] == []


def test_every_tag_has_a_meaning_and_every_meaning_a_scenario():
    """No tag is misspelt, and no requirement is without a proof."""
    used = {tag for entry in entries() for tag in entry.tags}
    assert used == REQUIREMENTS.keys() | ABILITIES.keys()


def test_the_words_of_a_step_have_one_meaning():
    """No two step definitions fit the same words: the last one would win unseen."""
    contexts = contexts_of_steps()
    assert len(contexts) > LEAST_SCENARIOS
    steps = {step for entry in entries() for step in entry.steps}
    meanings = {
        words: [one.step_func.__name__ for one in contexts if one.type == kind and fits(one, words)]
        for kind, words in steps
    }
    assert {words: found for words, found in meanings.items() if len(found) != 1} == {}


def test_every_step_is_used():
    """A step that no feature needs is gone."""
    steps = {step for entry in entries() for step in entry.steps}
    idle = [
        f"{one.type} {one.parser.name}"
        for one in contexts_of_steps()
        if not any(one.type == kind and fits(one, words) for kind, words in steps)
    ]
    assert idle == []


@pytest.mark.parametrize("file", sorted(path.name for path in FEATURES.glob("*.feature")))
def test_examples_differ(file):
    """No scenario of a feature repeats another's steps under another name."""
    found = Counter(entry.steps for entry in entries() if entry.file.endswith(file))
    assert found
    assert [steps for steps, times in found.items() if times > 1] == []


def fits(context: StepFunctionContext, words: str) -> bool:
    return context.parser.is_matching(words)
