# SPDX-License-Identifier: Apache-2.0
"""All features as data: what the tests about the features themselves look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pytest_bdd.feature import get_features
from pytest_bdd.parser import ScenarioTemplate

ROOT = Path(__file__).parents[2]
FEATURES = ROOT / "features"
OF_THE_ENGINE = ("deployment", "preview_stacks")
"""The features that need the Pulumi engine: their steps are in tests/engine."""


@dataclass(frozen=True)
class Entry:
    """One scenario (an outline is one): where it stands, its tags and its steps."""

    file: str
    feature: str
    rule: str
    name: str
    tags: frozenset[str]
    examples: int
    steps: frozenset[tuple[str, str]]
    """Kind (given, when, then) and words, with the examples filled in."""

    @property
    def file_stem(self) -> str:
        """The name of the feature's file, without its ending."""
        return Path(self.file).stem


@cache
def entries() -> tuple[Entry, ...]:
    """Every scenario, in the order of the files and in them."""
    return tuple(_entries())


def _entries() -> Iterator[Entry]:
    for feature in get_features([str(FEATURES)]):
        for template in feature.scenarios.values():
            rule_tags = template.rule.tags if template.rule else set()
            yield Entry(
                file=feature.rel_filename,
                feature=feature.name,
                rule=template.rule.name if template.rule else "",
                name=template.name,
                tags=frozenset(feature.tags | rule_tags | template.tags),
                examples=sum(len(one.examples) for one in template.examples),
                steps=frozenset(_steps(template)),
            )


def _steps(template: ScenarioTemplate) -> Iterator[tuple[str, str]]:
    contexts = [context for one in template.examples for context in one.as_contexts()] or [{}]
    for context in contexts:
        for step in template.render(context).steps:
            yield step.type, step.name
