# SPDX-License-Identifier: Apache-2.0
"""Runs what the workflows run, job by job, in a copy of this checkout on simulated platforms.

The actions of others are left out; all jobs share one folder, which stands for the artifacts that
they hand on. ``gh`` and ``make`` are programs that note how they were called.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from infra.organisation import REGION, gateway_setting
from infra.stack_files import PROJECT, read_yaml, write_yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
LEFT_OUT = {".git", ".venv", ".pulumi", ".tools", ".reports", "uv.lock"}


def git(folder, *words):
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "safe.directory=*")
    command = ["git", *identity, "-C", str(folder), *words]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - no shell
    return done.stdout.decode()


class Runner:
    """A checkout in which workflows can be run.

    Args:
        folder: for the checkout and all that belongs to it.
        platforms: the simulated organisation of each stack's file, by its name.
    """

    def __init__(self, folder, platforms):
        self.checkout = folder / "checkout"
        files = git(PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        for name in filter(None, files.split("\0")):
            if (PROJECT / name).is_file():
                target = self.checkout / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(PROJECT / name, target)
        for stack, platform in platforms.items():
            self.settings(stack, gateway=platform.url)
        git(self.checkout, "init", "-q", "-b", "main")
        git(self.checkout, "add", ".")
        git(self.checkout, "commit", "-q", "-m", "x")
        git(self.checkout, "update-ref", "refs/remotes/origin/main", "HEAD")
        (self.checkout / ".venv").symlink_to(Path(sys.executable).parents[1])
        self.log = folder / "log"
        self.summary = folder / "summary"
        self.more = {}
        """Variables of the machine, beside those that the workflows state."""
        self.programs = folder / "programs"
        self.programs.mkdir()
        for name in ("gh", "make"):
            self.program(name, "exit 0")

    def program(self, name, script):
        """Puts a program on PATH that notes its words, and then runs a line of shell."""
        path = self.programs / name
        noted = f'echo {name} "$@" >> {shlex.quote(str(self.log))}'
        path.write_text(f"#!/bin/sh\n{noted}\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def settings(self, stack, gateway="", **settings):
        """Changes settings in a stack's file."""
        path = self.checkout / f"Pulumi.{stack}.yaml"
        found = read_yaml(path)
        config = {**found["config"], **{f"lead-scoring:{key}": v for key, v in settings.items()}}
        if gateway:
            config.pop(REGION)
            config["genesyscloud:gateways"] = gateway_setting(gateway)
        write_yaml(path, {**found, "config": config})

    def run(self, workflow, known, skip=(), only=(), matrix=None):
        """Runs a workflow's commands; gives for each job (name, exit code, what was printed).

        As on GitHub, a job whose ``needs`` failed is left out unless it says ``always()``.

        Args:
            workflow: name of the file.
            known: values of expressions; those of secrets are blank unless given.
            skip: conditions of steps that are not met.
            only: these jobs and no other.
            matrix: values in place of those that a matrix has.
        """
        found = read_yaml(self.checkout / ".github" / "workflows" / workflow)
        done = []
        failed = set()
        for name, job in found["jobs"].items():
            if only and name not in only:
                continue
            if job.get("needs") in failed and not job.get("if", "").startswith("always()"):
                failed.add(name)
                continue
            axes = (job.get("strategy") or {}).get("matrix") or {"": [""]}
            ((axis, values),) = axes.items()
            for value in matrix if axis and matrix else values:
                code, said = self._job(job, {**known, f"matrix.{axis}": value}, skip)
                done.append((f"{name} {value}".strip(), code, said))
                if code:
                    failed.add(name)
        return done

    def _job(self, job, known, skip):
        code, said = 0, ""
        for step in job["steps"]:
            condition = step.get("if", "")
            if "run" not in step or condition in skip or (code and condition != "always()"):
                continue
            stated = {**(job.get("env") or {}), **(step.get("env") or {})}
            env = {key: _filled(text, known) for key, text in stated.items()}
            ended = subprocess.run(  # noqa: S603 - what the workflow says, which is of this project
                ["/bin/bash", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.checkout,
                env=self._environment() | {key: v for key, v in env.items() if v},
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            assert not EXPRESSION.search(step["run"]), "values reach the shell as variables only"
            code = code or ended.returncode
            said += ended.stdout + ended.stderr
        return code, said

    def _environment(self):
        # Coverage would look for the files of this copy when they are gone.
        own = {k: v for k, v in os.environ.items() if not k.startswith(("COV", "PULUMI", "PYTEST"))}
        return {
            **own,
            "PATH": f"{self.programs}{os.pathsep}{own['PATH']}",
            "PYTHONPATH": str(self.checkout),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            **self.more,
        }


def _filled(text, known):
    """A text with the values of its expressions; what is secret is blank unless it is known."""

    def value(found):
        expression = found[1]
        if expression.startswith(("secrets.", "vars.")):
            return known.get(expression, "")
        return known[expression]

    return EXPRESSION.sub(value, text)
