# SPDX-License-Identifier: Apache-2.0
"""What is in deploy/ fits the product: names of metrics, commands, ports, paths and times."""

from __future__ import annotations

import configparser
import re
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from typer.main import get_command

from integration.cli.command import build
from integration.clock import SystemClock
from integration.delivery import STOP_GRACE_S
from integration.outbox import InputRow, Outbox, OutboxStatus
from integration.platform.call_log import CallRecord
from integration.scores import LeadScore
from integration.serving.health import LIVE
from integration.serving.metrics import ServiceMetrics
from integration.settings import Settings
from integration.telemetry import Telemetry
from simulator.cli import register as register_simulator

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
RULES = yaml.safe_load((DEPLOY / "prometheus/rules.yml").read_text())
ALERTS = {one["alert"]: one for group in RULES["groups"] for one in group["rules"]}
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCUMENT = (ROOT / "docs/operations.md").read_text()
SETTINGS = tomllib.loads((DEPLOY / "leadscore.toml").read_text())
FROM_PROMETHEUS = {"up"}


@pytest.fixture(scope="module")
def exposed():
    """The labels of every sample that a service exposes, by its name."""
    telemetry = Telemetry()
    ServiceMetrics(telemetry).counted(OutboxStatus(0, 0, 0, {}, None, None, ()), 0)
    telemetry.called(CallRecord("write contacts", "POST", 429, 0.1, "", ""))
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(telemetry.exposition().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.fixture(scope="module")
def verbs():
    """The verbs of the command, with their options."""
    app = build(lambda *_: None, SystemClock())
    register_simulator(app)
    commands = get_command(app).commands
    return {name: {word for p in one.params for word in p.opts} for name, one in commands.items()}


# -- alerts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("alert", ALERTS.values(), ids=ALERTS)
def test_alerts_ask_for_metrics_that_exist(alert, exposed):
    """Each metric of an expression, and each label that it is asked for, is exposed."""
    expression = alert["expr"]
    bare = re.sub(r'"[^"]*"', "", expression)
    names = set(re.findall(r"\b(leadscore_\w+|up)\b", bare))
    assert names
    assert names - FROM_PROMETHEUS <= exposed.keys()
    for name, labels in re.findall(r"(leadscore_\w+)\{([^}]*)\}", expression):
        asked = set(re.findall(r'(\w+)\s*(?:=~?|!=|!~)\s*"', labels))
        assert asked <= exposed[name]
    for opening, closing in ("()", "{}", "[]"):
        assert bare.count(opening) == bare.count(closing)


@pytest.mark.parametrize("alert", ALERTS.values(), ids=ALERTS)
def test_alerts_tell_what_is_wrong_and_where_to_read_on(alert):
    """Each alert has a severity, a sentence, and a section of the run book that is there."""
    assert alert["labels"]["severity"] in {"page", "warn"}
    assert alert["annotations"]["summary"].endswith(".")
    page, _, anchor = alert["annotations"]["runbook_url"].partition("#")
    titles = re.findall(r"(?m)^#+ (.+)$", (ROOT / page).read_text())
    assert anchor in {title.lower().replace(" ", "-") for title in titles}


def test_alerts_have_names_of_their_own():
    """No name stands there twice, and every section of the run book has its alert."""
    rules = [one for group in RULES["groups"] for one in group["rules"]]
    assert len(ALERTS) == len(rules)
    book = DOCUMENT.partition("\n## Run book\n")[2].partition("\n## ")[0]
    sections = {title.lower().replace(" ", "-") for title in re.findall(r"(?m)^### (.+)$", book)}
    urls = {one["annotations"]["runbook_url"].partition("#")[2] for one in rules}
    assert sections <= urls


def test_prometheus_reads_the_rules_and_asks_the_service():
    """The job is named as in the rules, and its target is where compose runs the service."""
    config = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    assert [(DEPLOY / "prometheus" / name).is_file() for name in config["rule_files"]] == [True]
    (job,) = config["scrape_configs"]
    assert f'up{{job="{job["job_name"]}"}}' in ALERTS["LeadScoreServiceDown"]["expr"]
    service = COMPOSE["services"]["service"]
    host, port = service["environment"]["LEADSCORE_LISTEN_HOST"], listening_port()
    assert job["static_configs"] == [{"targets": [f"{host}:{port}"]}]


# -- containers ------------------------------------------------------------------------------


def instructions():
    """The instructions of the container file, each in one line."""
    text = re.sub(r"(?m)^#.*\n", "", (DEPLOY / "Containerfile").read_text())
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(line.partition(" ")[0], re.sub(r"\s+", " ", line.partition(" ")[2])) for line in lines]


def listening_port():
    return Settings.model_fields["listen_port"].default


def environment():
    (line,) = [rest for name, rest in instructions() if name == "ENV"]
    return dict(word.split("=", 1) for word in line.split())


def test_the_image_is_built_from_what_is_there():
    """Bases are named without a registry, what is copied exists, and the engine is left out."""
    found = instructions()
    bases = [rest.split()[0] for name, rest in found if name == "FROM"]
    assert set(bases) == {"python:3.13-slim"}
    copied = [rest.split()[:-1] for name, rest in found if name == "COPY" and "--from" not in rest]
    assert all((ROOT / path).exists() for paths in copied for path in paths)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    assert let_in == {path.removeprefix("./") for paths in copied for path in paths}
    wheel = (ROOT / "pyproject.toml").read_text().partition("[tool.hatch.build.targets.wheel]")[2]
    packages = set(re.findall(r'"(\w+)"', wheel.splitlines()[1]))
    assert packages <= {path for paths in copied for path in paths}


def test_the_image_runs_as_nobody_special():
    """The last user is not root, owns the outbox's folder, and runs a verb that exists."""
    found = instructions()
    users = [rest for name, rest in found if name == "USER"]
    assert users == ["10001"]
    assert found.index(("USER", "10001")) < [name for name, _ in found].index("ENTRYPOINT")
    (volume,) = [rest for name, rest in found if name == "VOLUME"]
    assert Path(environment()["LEADSCORE_OUTBOX"]).parent == Path(volume)
    assert any(f"-o leadscore -g leadscore -m 0700 {volume}" in rest for _, rest in found)


def test_the_image_is_asked_whether_it_lives():
    """Exposed port, port of the health check and the service's setting are one."""
    found = instructions()
    port = environment()["LEADSCORE_LISTEN_PORT"]
    assert ("EXPOSE", port) in found
    (check,) = [rest for name, rest in found if name == "HEALTHCHECK"]
    assert f"http://127.0.0.1:{port}{LIVE}" in check
    assert int(port) == listening_port()


def test_the_environments_are_settings():
    """Every variable that a deployment sets is one that the command reads."""
    unit = (DEPLOY / "systemd/leadscore.service").read_text()
    named = [
        *environment(),
        *COMPOSE["services"]["service"]["environment"],
        *re.findall(r"(?m)^Environment=(\w+)=", unit),
    ]
    options = {f"LEADSCORE_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in named if name.startswith("LEADSCORE_")} <= options
    assert {"LEADSCORE_OUTBOX", "LEADSCORE_LISTEN_HOST"} <= set(named)


def test_compose_runs_commands_that_exist(verbs):
    """Each command of the image is a verb with the options that it is given."""
    ours = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "leadscore"}
    assert ours.keys() == {"service", "simulator"}
    for one in ours.values():
        verb, *words = one["command"]
        assert {word for word in words if word.startswith("--")} <= verbs[verb]
    _, _, port = COMPOSE["services"]["simulator"]["command"]
    assert SETTINGS["gateway"] == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_compose_opens_no_port_to_the_outside(name):
    """Ports are published on the loopback address alone, and secrets come as files."""
    one = COMPOSE["services"][name]
    assert all(port.startswith("127.0.0.1:") for port in one.get("ports", []))
    if one.get("network_mode") == "host":
        told = [*one["command"], *one.get("environment", {}).values()]
        assert one["command"][0] == "simulate" or any("127.0.0.1" in word for word in told)
    assert set(one.get("secrets", [])) <= COMPOSE["secrets"].keys()
    assert not [key for key in one.get("environment", {}) if re.search("(SECRET|PASSWORD)S?$", key)]
    if one["image"] == "leadscore":
        assert (one["user"], one["read_only"], one["cap_drop"]) == ("10001", True, ["ALL"])


def test_compose_mounts_what_it_declares():
    """Every named volume is declared, and every mounted folder is in the repository."""
    for one in COMPOSE["services"].values():
        for volume in one.get("volumes", []):
            source = volume.partition(":")[0]
            there = (DEPLOY / source).exists() if source.startswith(".") else True
            assert there
            assert source.startswith(".") or source in COMPOSE["volumes"]
    folder = Path(environment()["LEADSCORE_OUTBOX"]).parent
    assert f"outbox:{folder}" in COMPOSE["services"]["service"]["volumes"]


def test_the_settings_for_containers_are_good_once_the_ids_are_in():
    """Each key is a setting, each file a secret that is mounted; ids alone are left open."""
    blank = {name for name, value in SETTINGS.items() if value == ""}
    assert blank == {"client_id", "senior_list", "general_list"}
    Settings(**SETTINGS | {name: name for name in blank})
    service = COMPOSE["services"]["service"]
    files = {value for name, value in SETTINGS.items() if name.endswith("_file")}
    assert files == {f"/run/secrets/{name}" for name in service["secrets"]}
    mounted = [volume for volume in service["volumes"] if volume.startswith("./leadscore.toml:")]
    assert mounted == [f"./leadscore.toml:{service['command'][2]}:ro"]


def test_secrets_of_containers_are_not_committed():
    """The folder of the secrets is one that git ignores."""
    folders = {Path(one["file"]).parts[0] for one in COMPOSE["secrets"].values()}
    assert folders == {"secrets"}
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


# -- systemd ---------------------------------------------------------------------------------

KNOWN = {
    "Unit": {"Description", "After", "Wants"},
    "Install": {"WantedBy"},
    "Service": {
        *("Type", "User", "Group", "Environment", "ExecStart", "Restart", "RestartSec"),
        *("RestartPreventExitStatus", "TimeoutStopSec", "LimitNOFILE", "UMask"),
        *("StateDirectory", "StateDirectoryMode"),
        *("ConfigurationDirectory", "ConfigurationDirectoryMode"),
        *("NoNewPrivileges", "CapabilityBoundingSet", "AmbientCapabilities", "ProtectSystem"),
        *("ProtectHome", "ProtectClock", "ProtectHostname", "ProtectControlGroups"),
        *("ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "ProtectProc"),
        *("ProcSubset", "PrivateTmp", "PrivateDevices", "PrivateUsers", "LockPersonality"),
        *("RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime"),
        *("RestrictSUIDSGID", "RemoveIPC", "SystemCallArchitectures", "SystemCallFilter"),
        "SystemCallErrorNumber",
    },
}
"""Directives of systemd.unit(5), systemd.service(5) and systemd.exec(5) that the unit uses."""


@pytest.fixture
def unit():
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string((DEPLOY / "systemd/leadscore.service").read_text())
    return parser


def test_the_unit_has_directives_that_systemd_knows(unit):
    """No directive is misspelt or in the wrong section; systemd would ignore it silently."""
    assert {name: set(unit[name]) - KNOWN[name] for name in unit.sections()} == {
        "Unit": set(),
        "Service": set(),
        "Install": set(),
    }


def test_the_unit_runs_a_command_that_exists(unit, verbs):
    """The verb and its options exist, and state and settings are where the unit may write."""
    program, verb, *words = unit["Service"]["ExecStart"].split()
    assert Path(program).name == "leadscore"
    assert {word for word in words if word.startswith("--")} <= verbs[verb]
    text = (DEPLOY / "systemd/leadscore.service").read_text()
    assert f"LEADSCORE_OUTBOX=/var/lib/{unit['Service']['StateDirectory']}/" in text
    assert words[1].startswith(f"/etc/{unit['Service']['ConfigurationDirectory']}/")


@pytest.mark.parametrize("where", ["systemd", "compose"])
def test_a_stop_is_given_the_time_that_it_takes(unit, where):
    """Nothing kills the service while it still may deliver."""
    text = (
        unit["Service"]["TimeoutStopSec"]
        if where == "systemd"
        else COMPOSE["services"]["service"]["stop_grace_period"].removesuffix("s")
    )
    fields = Settings.model_fields
    takes = fields["request_seconds"].default + fields["grace_seconds"].default + STOP_GRACE_S
    assert int(text) > takes


# -- the run book's commands -----------------------------------------------------------------


def test_the_backup_command_makes_a_whole_copy(tmp_path):
    """The command of the run book copies an outbox in use; the copy is one, with all that waits."""
    (command,) = re.findall(r"(?m)^\$ python3 -c \"(import sqlite3.*)\"$", DOCUMENT)
    outbox = Outbox(tmp_path / "outbox.db")
    run = outbox.records.start_run("test", "list", 1)
    outbox.intake.enqueue(run, "list", [InputRow(1, LeadScore("L-1", 50, 1))], 1)
    subprocess.run([sys.executable, "-c", command], cwd=tmp_path, check=True)  # noqa: S603 - our own text
    copy = Outbox(tmp_path / "copy.db")
    assert copy.records.waiting("list") == {"L-1"}
    copy.close()
    outbox.close()
    with sqlite3.connect(tmp_path / "copy.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
