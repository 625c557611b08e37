# SPDX-License-Identifier: Apache-2.0
"""What holds for every workflow, beside what actionlint and zizmor know."""

from __future__ import annotations

import re

import pytest
import yaml

from infra.stack_files import PROJECT, read_yaml

FOLDER = PROJECT / ".github" / "workflows"
WORKFLOWS = sorted(path.name for path in FOLDER.glob("*.yml"))
FILES = [*FOLDER.glob("*.yml"), *(PROJECT / ".github" / "actions").rglob("*.yml")]


def workflow(name):
    found = read_yaml(FOLDER / name)
    return {**found, "on": found[True]}  # YAML 1.1 takes the key for a truth value


def test_there_are_the_workflows_that_are_documented():
    """The page about environments names each workflow, and no other one."""
    page = (PROJECT / "docs" / "environments.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"`(\w[\w-]*\.yml)`", page))) == WORKFLOWS


def test_actions_are_pinned():
    """Every action of somebody else's is a commit, with its version beside it."""
    pinned = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
    lines = [line.strip("- ") for path in FILES for line in path.read_text().splitlines()]
    used = [line for line in lines if line.startswith("uses:")]
    loose = [line for line in used if not line.startswith("uses: ./") and not pinned.match(line)]
    assert len(used) > 10
    assert loose == []
    versions = {tuple(line.split("@")) for line in used if "@" in line}
    assert len(versions) == len({name for name, _ in versions})


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_do_no_more_than_it_says(name):
    """Rights are stated by job, one run of a kind works at a time, and none runs for ever."""
    found = workflow(name)
    assert found["permissions"] == {}
    assert found["concurrency"]["group"]
    assert all("permissions" in job and "timeout-minutes" in job for job in found["jobs"].values())


@pytest.mark.parametrize("name", WORKFLOWS)
def test_pull_requests_of_forks_get_no_secret(name):
    """A workflow of pull requests uses secrets for branches of this repository only."""
    found = workflow(name)
    assert "pull_request_target" not in found["on"]
    if "pull_request" in found["on"]:
        for job in found["jobs"].values():
            writes = "write" in job["permissions"].values()
            if writes or "secrets." in yaml.safe_dump(job):
                assert "head.repo.full_name == github.repository" in job["if"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_job_that_may_write_runs_nothing_of_a_pull_request(name):
    """Where a pull request starts a job that may write, that job has no checkout of it."""
    found = workflow(name)
    for job in found["jobs"].values():
        if "pull_request" in found["on"] and "write" in job["permissions"].values():
            assert "checkout" not in yaml.safe_dump(job)
