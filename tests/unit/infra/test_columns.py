# SPDX-License-Identifier: Apache-2.0
"""The record of columns: it is up to date, and says so when it is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from infra import columns
from infra.stack_files import PROJECT
from tests.unit.infra.mocked import run_stack


@pytest.mark.parametrize("strategy", ["queues", "skills"])
@pytest.mark.parametrize("stack", ["dev", "local", "prod", "staging"])
def test_the_record_is_what_is_deployed(stack: str, strategy: str):
    """Each contact list that a stack deploys has the columns on record."""
    record = columns.read_record()
    for name, contacts in run_stack(stack, strategy=strategy).kind("OutboundContactList").items():
        deployed = columns.columns_of_resource(contacts.inputs)
        assert deployed == columns.recorded(record, stack, name)


def test_the_record_is_up_to_date(capsys: pytest.CaptureFixture[str]):
    """The committed record is what the stacks' files make."""
    assert columns.main([]) == 0
    assert capsys.readouterr().err == ""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's stack files."""
    for path in PROJECT.glob("Pulumi*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def add(project: Path, stack: str, line: str) -> None:
    """Add a setting to a stack of the copy."""
    path = project / f"Pulumi.{stack}.yaml"
    path.write_text(f"{path.read_text(encoding='utf-8')}  {line}\n", encoding="utf-8")


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_one_stack_differs(project: Path, stack: str):
    """A stack with other columns gets a section of its own; the others share one."""
    usual = columns.current(project)
    assert list(usual) == ["*"]
    assert usual == columns.read_record()
    add(project, stack, "lead-scoring:extraColumns: [region]")
    now = columns.current(project)
    assert list(now) == ["*", stack]
    assert now["*"] == usual["*"]
    assert now[stack]["leads-senior"]["columns"][-1] == "region"
    assert columns.recorded(now, stack, "leads")["columns"][-1] == "region"
    assert columns.recorded(now, "pr-7", "leads")["columns"][-1] == "model_version"


def test_a_difference_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """A record that is behind is told with what it would cost, and written on request only."""
    record = tmp_path / "columns.json"
    monkeypatch.setattr(columns, "RECORD", record)
    record.write_text("{}\n", encoding="utf-8")
    assert columns.main([]) == 1
    assert "columns.json differs" in (said := capsys.readouterr().err)
    assert "its contacts lost" in said
    assert record.read_text(encoding="utf-8") == "{}\n"
    assert columns.main(["--write"]) == 0
    assert json.loads(record.read_text(encoding="utf-8")) == columns.read_record()
    assert columns.main([]) == 0


def test_types_on_record():
    """The rules ask the record which columns are scores, and which are times."""
    record = {
        "*": {"a": {"types": {"s": "NUMERIC", "t": "TIMESTAMP"}}, "b": {"types": {"r": "NUMERIC"}}},
        "prod": {"a": {"types": {"p": "NUMERIC"}}},
    }
    assert columns.recorded_types(record, "dev", "NUMERIC") == {"s", "r"}
    assert columns.recorded_types(record, "dev", "TIMESTAMP") == {"t"}
    assert columns.recorded_types(record, "prod", "NUMERIC") == {"p"}
    assert columns.recorded_types({}, "prod", "NUMERIC") == frozenset()
    assert columns.recorded({}, "prod", "a") is None
