# SPDX-License-Identifier: Apache-2.0
"""The one issue about what differs on the platform: opened, updated, closed."""

from __future__ import annotations

import json

import pytest

from demo.drift_issue import body, keep, main

QUEUE = "genesyscloud:index/routingQueue:RoutingQueue"
RENAMED = {"operation": "update", "type": QUEUE, "name": "senior", "properties": ["name"]}
GONE = {"operation": "delete", "type": QUEUE, "name": "@team", "properties": []}


class Repository:
    """Answers ``gh`` with the issues that are open, and keeps what it was told."""

    def __init__(self, *numbers):
        self.numbers = numbers
        self.done = []

    def __call__(self, words, text):
        if words[:2] == ["issue", "list"]:
            return json.dumps([{"number": number} for number in self.numbers])
        self.done.append((words[:3], text))
        return ""


def test_the_text_names_what_differs():
    """Each stack with drift has a section; names are text, and a long list is counted."""
    text = body({"prod": [RENAMED, GONE], "dev": [], "staging": [RENAMED] * 32})
    assert "**prod**\n\n- RoutingQueue senior: name\n- RoutingQueue @\u2060team: is gone" in text
    assert "… and 2 more" in text
    assert "dev" not in text
    assert body({"dev": []}) == ""


@pytest.mark.parametrize(
    ("text", "open_", "done", "told"),
    [
        ("x", (), [(["issue", "create", "--title"], "x")], "opened"),
        ("x", (8, 5), [(["issue", "edit", "5"], "x")], "updated 5"),
        ("", (), [], "nothing differs"),
        ("", (8, 5), [(["issue", "close", n], "") for n in "58"], "closed 5, 8"),
    ],
    ids=["new", "known", "never", "over"],
)
def test_there_is_one_issue(text, open_, done, told):
    """It is opened once, brought up to date, and closed when nothing differs any more."""
    gh = Repository(*open_)
    assert keep(text, gh) == told
    assert [one for one in gh.done if one[0][0] == "issue"] == done


@pytest.fixture
def gh(tmp_path, monkeypatch):
    """A ``gh`` on PATH that does what a line of shell says."""

    def gh(script):
        program = tmp_path / "bin" / "gh"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

    return gh


def test_reports_are_read_and_the_issue_is_kept(gh, tmp_path, capsys):
    """The names of the files say which stack each report is of."""
    report = tmp_path / "drift-prod.json"
    report.write_text(json.dumps({"drift": [RENAMED]}), encoding="utf-8")
    gh(f'if [ "$2" = list ]; then echo "[]"; else cat >> {tmp_path}/seen; fi')
    assert main([str(report)]) == 0
    assert "**prod**" in (tmp_path / "seen").read_text(encoding="utf-8")
    assert capsys.readouterr().out == "drift: opened\n"


def test_a_failure_of_gh_is_told(gh, capsys):
    """Where the repository cannot be reached, the job fails with what gh said."""
    gh("echo no token >&2; exit 4")
    assert main([]) == 1
    assert capsys.readouterr().err == "drift: gh failed: no token\n"
