# SPDX-License-Identifier: Apache-2.0
"""Every verb runs with exactly the permissions that the page names, and with none of them less.

The command itself is run, against a simulated centre with two queues (one list for the ledger
audit), by a client whose only role has these permissions and nothing else.
"""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from infra.access import OPERATOR, PUSHER, SCRATCH
from integration.app import App
from integration.cli.command import build
from integration.permissions import LOCAL, VERBS
from simulator.access import EVERYWHERE
from simulator.clock import ScaledClock
from simulator.permissions import known
from tests.unit.centre import GENERAL, SENIOR, Centre
from tests.unit.serving.conftest import Service

SECRET = "s3cret-s3cret"
BY_VERB = {one.verb: one for one in VERBS}


class Office(Centre):
    """A centre, and a client whose permissions are those of the verb in hand."""

    def __init__(self, tiers, folder):
        super().__init__(tiers, folder)
        self.folder = folder
        self.organisation.add_client("client", SECRET)
        self.scratch = self.make("/authorization/divisions", {"name": "Scratch"})
        queues = [f"{tier or 'one'} queue" for tier in tiers]
        self.control.add_agent(name="Ada", skills={"High Value Sales": 4}, queues=queues)
        self.lead("A", 95, tier=SENIOR)
        self.lead("B", 40, tier=GENERAL)
        self.lead("wrong", 60, tier=SENIOR)
        self.lead("old", 90, age=OLD, tier=SENIOR)
        # The command has an event loop of its own, so the clock has to be one that goes by itself;
        # and not so fast that what was just read is old.
        scale = 1000 if len(tiers) > 1 else 1
        self.organisation.clock = ScaledClock(scale, start=self.clock.now())
        self.files = {
            "scores.csv": [
                ["lead_id", "priority_score", "last_calculated_at"],
                ["A", "40", "2026-11-24T09:30:00Z"],
                ["gone", "90", "2026-11-24T09:30:00Z"],
            ],
            "leads.csv": [["lead_id", "phone"], ["A", "+49302"], ["new", "+49303"]],
        }
        for name, rows in self.files.items():
            with (folder / name).open("w", newline="") as file:
                csv.writer(file).writerows(rows)

    def grant(self, permissions, division):
        self.organisation.grant(self.organisation.clients.by_id["client"], permissions, division)

    def lose_a_lead(self):
        """Push a score to a lead, and take it off the list behind the ledger's back."""
        self.lead("gone")
        with (self.folder / "before.csv").open("w", newline="") as file:
            rows = [["gone", "80", "2026-11-24T09:00:00Z"]]
            csv.writer(file).writerows([self.files["scores.csv"][0], *rows])
        self.grant(["*"], EVERYWHERE)
        assert self.command("push", "before.csv", "-q")[0] == 0
        self.call("DELETE", f"/outbound/contactlists/{self.lists['']}/contacts?contactIds=gone")

    def options(self):
        named = ("strategy", "contact_list", "campaign", "senior_list", "general_list")
        named += ("senior_campaign", "general_campaign")
        return {
            **{name: getattr(self.settings, name) for name in named},
            "gateway": self.settings.gateway,
            "client_id": "client",
            "client_secret": SECRET,
            "outbox": str(self.folder / "outbox.db"),
            "scratch_division": self.scratch,
            "sweep_verified": "true",
            "columns_kept": "true",
            "retry_attempts": "1",
        }

    def command(self, *words):
        clock = self.organisation.clock

        def make_app(settings, telemetry):
            return App(settings, clock=clock, transport=self.transport, telemetry=telemetry)

        result = CliRunner().invoke(build(make_app, clock), [str(word) for word in words])
        assert isinstance(result.exception, SystemExit | None)
        return result.exit_code, result.output


OLD = timedelta(hours=30)
WORDS = {
    "push": ("push", "scores.csv", "-q"),
    "push --audit ledger": ("push", "scores.csv", "-q", "--audit", "ledger"),
    "load": ("load", "leads.csv", "-q"),
    "plan": ("plan", "scores.csv"),
    "reconcile": ("reconcile", "-q"),
    "reconcile --mend": ("reconcile", "--mend", "-q"),
    "sweep": ("sweep", "-q"),
    "sweep --mark": ("sweep", "--mark", "-q"),
    "explain": ("explain", "A"),
    "campaign status": ("campaign", "status"),
    "campaign start": ("campaign", "start"),
    "campaign stop": ("campaign", "stop"),
    "doctor": ("doctor",),
    "probe": ("probe", "-q", "--no-save"),
    "report": ("report", "--json"),
}
WELL = {"push": 1, "push --audit ledger": 1, "reconcile": 1, "doctor": 1}
"""Exit codes of verbs that have something to tell: an unknown lead, one that lies wrong."""


@pytest.fixture
def office(tmp_path, monkeypatch, request):
    verb = request.node.callspec.params["verb"]
    tiers = ("",) if "ledger" in verb else (SENIOR, GENERAL)
    made = Office(tiers, tmp_path)
    monkeypatch.chdir(tmp_path)
    for name, value in made.options().items():
        monkeypatch.setenv(f"LEADSCORE_{name.upper()}", value)
    if verb == "campaign start":
        for campaign in made.campaigns.values():
            made.call("POST", f"/outbound/campaigns/{campaign}/stop")
    if "ledger" in verb:
        made.lose_a_lead()
    return made


def run(office, verb, permissions):
    where = office.scratch if BY_VERB[verb].scratch else EVERYWHERE
    office.grant(permissions, where)
    return office.command(*WORDS[verb])


@pytest.mark.parametrize("verb", WORDS)
def test_a_verb_with_its_permissions(office, verb):
    """With exactly these permissions the verb does all of its work."""
    code, output = run(office, verb, BY_VERB[verb].all)
    assert code == WELL.get(verb, 0), output
    assert "needs permission" not in output


LESS = [(one.verb, missing) for one in VERBS if one.verb in WORDS for missing in one.permissions]
PARTLY = [(one.verb, missing) for one in VERBS if one.verb in WORDS for missing in one.partly]


@pytest.mark.parametrize(("verb", "missing"), LESS)
def test_a_verb_without_one_of_them(office, verb, missing):
    """Without any one of them it ends with 3, and names the one that is missing."""
    rest = [one for one in BY_VERB[verb].all if one != missing]
    code, output = run(office, verb, rest)
    assert code == 3, output
    assert missing in output


@pytest.mark.parametrize(("verb", "missing"), PARTLY)
def test_a_verb_without_one_that_is_for_a_part(office, verb, missing):
    """Without one of these it does the rest, and names the one that is missing."""
    rest = [one for one in BY_VERB[verb].all if one != missing]
    code, output = run(office, verb, rest)
    assert code == (3 if verb == "doctor" else WELL.get(verb, 0)), output
    assert missing in output


def served(folder, permissions):
    """What the service has logged of a score that was handed in, and what became of it."""
    service = Service((SENIOR, GENERAL), folder)
    service.lead("A", 40, tier=GENERAL)
    service.organisation.grant(service.organisation.clients.by_id["pusher"], permissions)

    async def hand_in(one):
        one.put(service.score("A", 90))
        await one.wait(10)

    return service.serve(hand_in), service.held("A", SENIOR)


def test_the_service_with_its_permissions(tmp_path):
    """With exactly these permissions the service delivers, and complains of nothing."""
    logs, held = served(tmp_path, BY_VERB["serve"].all)
    assert held == "90"
    assert not [one for one in logs if one["log_level"] in ("error", "warning")]


@pytest.mark.parametrize("missing", BY_VERB["serve"].permissions)
def test_the_service_without_one_of_them(tmp_path, missing):
    """Without any one of them it delivers nothing, and says which one is missing."""
    rest = [one for one in BY_VERB["serve"].all if one != missing]
    logs, held = served(tmp_path, rest)
    assert held == "40"
    told = [one["problem"] for one in logs if one["event"] == "not_delivering"]
    assert missing in told[0]


@pytest.mark.parametrize("missing", BY_VERB["serve"].partly)
def test_the_service_without_one_that_is_for_a_part(tmp_path, missing):
    """Without one of these it delivers all the same, and says which one is missing."""
    rest = [one for one in BY_VERB["serve"].all if one != missing]
    logs, held = served(tmp_path, rest)
    assert held == "90"
    assert [one for one in logs if one["log_level"] == "warning" and missing in str(one)]


def test_every_verb_is_named():
    """No verb of the command is left out, and none is named that there is not."""
    command = build(lambda *_: None, None)
    verbs = {one.name or one.callback.__name__ for one in command.registered_commands}
    verbs |= {one.name for one in command.registered_groups}
    named = {words.split()[0] for words in (*BY_VERB, *LOCAL)}
    assert named == verbs
    assert set(WORDS) | {"serve"} == set(BY_VERB)


def union(client, *, scratch=False):
    return {
        permission
        for one in VERBS
        if one.client == client and one.scratch is scratch and not one.by_hand
        for permission in one.all
    }


def granted(permissions):
    return {f"{kind}:{one}" for kind, actions in permissions.items() for one in actions}


@pytest.mark.parametrize(
    ("role", "needed"),
    [
        (PUSHER, union("pusher")),
        (OPERATOR, union("operator")),
        (SCRATCH, union("operator", scratch=True)),
    ],
    ids=["pusher", "operator", "scratch"],
)
def test_the_roles_of_the_stack(role, needed):
    """The stack grants what the verbs need, and nothing else."""
    assert granted(role) == needed
    assert all(known(one) for one in needed)
