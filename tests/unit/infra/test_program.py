# SPDX-License-Identifier: Apache-2.0
"""The whole program under mocks: every environment, both strategies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.stack_files import PROJECT, read_config, stacks
from simulator.permissions import known
from tests.unit.infra.mocked import UNKNOWN, Run, run, run_stack

STACKS = ("dev", "local", "preview", "prod", "staging")
EVERYWHERE = [
    *(("AuthDivision", name) for name in ("division", "scratch-division")),
    *(("AuthRole", name) for name in ("operator-role", "pusher-role", "scratch-role")),
    *(("OauthClient", name) for name in ("operator-client", "pusher-client")),
    ("ArchitectDatatable", "lead-score"),
    ("OutboundAttemptLimit", "attempts"),
    ("OutboundCallabletimeset", "calling-hours"),
    ("OutboundCallanalysisresponseset", "call-answers"),
    ("OutboundDnclist", "do-not-call"),
    ("RoutingSkill", "high-value-skill"),
    ("RoutingSkillGroup", "senior-agents"),
    *(("RoutingWrapupcode", f"wrap-up-{code}") for code in ("sold", "not-interested", "call-back")),
    ("RoutingQueue", "general-queue"),
]
LANE = (
    ("OutboundContactList", "leads"),
    ("OutboundContactlistfilter", "route"),
    ("OutboundRuleset", "dispatch"),
    ("OutboundCampaign", "campaign"),
)
LANES = {
    "queues": [
        ("RoutingQueue", "senior-queue"),
        *((kind, f"{name}-{lane}") for kind, name in LANE for lane in ("senior", "general")),
    ],
    "skills": list(LANE),
}


@pytest.mark.parametrize("strategy", ["queues", "skills"])
@pytest.mark.parametrize("stack", STACKS)
def test_what_is_deployed(stack: str, strategy: str):
    """Each environment gets every object once, and nothing else."""
    run = run_stack(stack, strategy=strategy)
    found = sorted((one.kind, one.name) for one in run.deployed)
    assert found == sorted(EVERYWHERE + LANES[strategy])


def test_every_stack_is_tested():
    """A new stack file is tested like the others."""
    assert tuple(stacks()) == STACKS


@pytest.mark.parametrize("strategy", ["queues", "skills"])
def test_components(strategy: str):
    """Every object hangs below the component of its idea, and none at the top."""
    run = run_stack("prod", strategy=strategy)
    components = {one.urn for one in run.resources if not one.custom}
    assert {one.parent for one in run.deployed} <= components
    assert {one.kind for one in run.resources if not one.custom} == {
        "Access",
        "Compliance",
        "LeadCampaign",
        "LeadList",
        "PriorityDispatch",
        "RouteByPriority",
        "Routing",
        "ScoreEntity",
    }


@pytest.mark.parametrize("stack", STACKS)
def test_default_provider(stack: str):
    """Objects are made by the default provider, which the stack's configuration sets up."""
    run = run_stack(stack)
    assert {one.options.provider for one in run.deployed} == {""}
    assert not [one for one in run.resources if one.type.startswith("pulumi:providers:")]


@pytest.mark.parametrize("stack", STACKS)
def test_names_carry_the_environment(stack: str):
    """Names are the guide's, bare in production and followed by the environment elsewhere."""
    run = run_stack(stack)
    suffix = "" if stack == "prod" else f" {stack}"
    wanted = {
        ("OutboundContactList", "leads-senior"): "LeadScoringIntegration senior",
        ("OutboundContactlistfilter", "route-general"): "RouteByPriority general",
        ("OutboundRuleset", "dispatch-senior"): "Priority Lead Dispatch senior",
        ("RoutingQueue", "senior-queue"): "Senior Agent Queue",
        ("RoutingQueue", "general-queue"): "General Support Queue",
        ("RoutingSkill", "high-value-skill"): "High Value Sales",
        ("ArchitectDatatable", "lead-score"): "LeadScore",
    }
    for (kind, name), title in wanted.items():
        assert run.kind(kind)[name].inputs["name"] == title + suffix
    titles = [(one.kind, one.inputs["name"]) for one in run.deployed if one.kind != "OauthClient"]
    assert all(title.endswith(suffix) for _, title in titles)
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(
    ("stack", "guarded"), [("dev", False), ("local", False), ("staging", True), ("prod", True)]
)
def test_protection(stack: str, *, guarded: bool):
    """Where the environment says so, what cannot be made again is protected, and nothing else."""
    run = run_stack(stack)
    kept = {"OutboundContactList", "ArchitectDatatable", "OutboundDnclist", "OauthClient"}
    protected = {one.kind for one in run.deployed if one.options.protect}
    assert protected == (kept if guarded else set())
    assert all(one.options.protect for one in run.deployed if one.kind in kept) is guarded


def test_environments_differ():
    """Production calls a lead more often and longer than an environment for trying things out."""
    dev, prod = run_stack("dev"), run_stack("prod")

    def limits(run: Run) -> tuple[object, object]:
        slots = run.kind("OutboundCallabletimeset")["calling-hours"].inputs["callableTimes"]
        attempts = run.kind("OutboundAttemptLimit")["attempts"].inputs
        return attempts["maxAttemptsPerContact"], slots[0]["timeSlots"][0]["stopTime"]

    assert limits(dev) == (1, "18:00:00")
    assert limits(prod) == (3, "20:00:00")


@pytest.mark.parametrize("preview", [True, False], ids=["first preview", "update"])
@pytest.mark.parametrize("lane", ["senior", "general"])
def test_a_lane_hangs_together(lane: str, *, preview: bool):
    """Campaign, filter and rules of a lane are made from the same list and the lane's queue."""
    run = run_stack("prod", preview=preview)
    campaign = run.kind("OutboundCampaign")[f"campaign-{lane}"]
    assert campaign.depends["contactListId"] == {f"leads-{lane}"}
    assert campaign.depends["contactListFilterIds"] == {f"route-{lane}"}
    assert campaign.depends["ruleSetIds"] == {f"dispatch-{lane}"}
    assert campaign.depends["queueId"] == {f"{lane}-queue"}
    assert campaign.depends["dncListIds"] == {"do-not-call"}
    assert campaign.depends["callableTimeSetId"] == {"calling-hours"}
    assert campaign.depends["callAnalysisResponseSetId"] == {"call-answers"}
    assert run.kind("OutboundContactlistfilter")[f"route-{lane}"].depends["contactListId"] == {
        f"leads-{lane}"
    }
    rules = run.kind("OutboundRuleset")[f"dispatch-{lane}"]
    assert rules.depends["contactListId"] == {f"leads-{lane}"}
    assert rules.depends["rules"] == {"high-value-skill"}
    assert run.kind("OutboundContactList")[f"leads-{lane}"].depends["attemptLimitId"] == {
        "attempts"
    }
    assert isinstance(campaign.inputs["queueId"], UNKNOWN) is preview


def test_the_one_lane_of_skills():
    """With skills, one campaign dials all tiers into the general queue, which has the seniors."""
    run = run_stack("prod", strategy="skills")
    campaign = run.kind("OutboundCampaign")["campaign"]
    assert campaign.depends["queueId"] == {"general-queue"}
    queue = run.kind("RoutingQueue")["general-queue"]
    assert queue.inputs["skillGroups"] == ["senior-agents-id"]
    clause = run.kind("OutboundContactlistfilter")["route"].inputs["clauses"][0]
    assert {one["column"] for one in clause["predicates"]} == {"ml_score_at"}


def test_senior_agents_are_in_the_senior_queue_alone():
    """With queues, the group of senior agents works in the senior queue and in no other."""
    queues = run_stack("prod").kind("RoutingQueue")
    assert queues["senior-queue"].inputs["skillGroups"] == ["senior-agents-id"]
    assert "skillGroups" not in queues["general-queue"].inputs


@pytest.mark.parametrize("name", ["campaign-senior", "campaign-general"])
def test_campaigns(name: str):
    """The best score first, as a number, and dynamically; whether it is on is left to people."""
    inputs = run_stack("prod").kind("OutboundCampaign")[name].inputs
    assert inputs["contactSorts"] == [
        {"fieldName": "ml_score", "direction": "DESC", "numeric": True}
    ]
    assert inputs["dynamicContactQueueingSettings"] == {"sort": True, "filter": True}
    assert inputs["alwaysRunning"] is True
    assert "campaignStatus" not in inputs
    assert inputs["priority"] == (5 if name == "campaign-senior" else 3)
    assert inputs["siteId"] == "PureCloud Voice - AWS-id"
    assert inputs["scriptId"] == "Default Outbound Script-id"


@pytest.mark.parametrize("lane", ["senior", "general"])
def test_route_by_priority(lane: str):
    """Fresh, dated leads of the list's own tier pass; for seniors with scores that are theirs."""
    theirs = _predicate("ml_score", "GREATER_THAN", "70", inverted=False) | {
        "columnType": "numeric"
    }
    inputs = run_stack("prod").kind("OutboundContactlistfilter")[f"route-{lane}"].inputs
    assert inputs["filterType"] == "AND"
    assert inputs["clauses"] == [
        {
            "filterType": "AND",
            "predicates": [
                _predicate("ml_score_at", "BEFORE", "P-01DT00H00M", inverted=True),
                _predicate("ml_score_at", "ENDS_WITH", "Z", inverted=False),
                _predicate("route_tier", "EQUALS", lane, inverted=False),
                *([theirs] if lane == "senior" else []),
            ],
        }
    ]


def _predicate(column: str, operator: str, value: str, *, inverted: bool) -> dict[str, object]:
    return {
        "column": column,
        "columnType": "alphabetic",
        "operator": operator,
        "value": value,
        "inverted": inverted,
    }


NOT_THEIRS = {
    "dispatch": [],
    "dispatch-general": [("route_tier", "EQUALS", "general", True, "DO_NOT_DIAL")],
    "dispatch-senior": [
        ("route_tier", "EQUALS", "senior", True, "DO_NOT_DIAL"),
        ("ml_score", "LESS_THAN_EQUALS", "70", False, "DO_NOT_DIAL"),
    ],
}


@pytest.mark.parametrize("name", NOT_THEIRS)
def test_priority_lead_dispatch(name: str):
    """Old and undated scores and others' leads are not dialled; high value asks for the skill."""
    strategy = "queues" if "-" in name else "skills"
    rules = run_stack("prod", strategy=strategy).kind("OutboundRuleset")[name].inputs["rules"]
    told = [
        (
            *(rule["conditions"][0][key] for key in ("attributeName", "operator", "value")),
            rule["conditions"][0]["inverted"],
            rule["actions"][0]["actionTypeName"],
        )
        for rule in sorted(rules, key=lambda rule: rule["order"])
    ]
    assert told == [
        ("ml_score_at", "BEFORE", "P-1DT-0H-0M", False, "DO_NOT_DIAL"),
        ("ml_score_at", "ENDS_WITH", "Z", True, "DO_NOT_DIAL"),
        ("ml_score", "GREATER_THAN_EQUALS", "80", False, "SET_SKILLS"),
        *NOT_THEIRS[name],
    ]
    skills = rules[2]["actions"][0]["properties"]["skills"]
    assert json.loads(skills) == ["high-value-skill-id"]


def test_thresholds_reach_rules_and_filters():
    """A threshold, or an age, is stated once and reaches the objects that act on it."""
    run = run_stack("prod", highValueFrom="90", maxAgeMinutes="2190", seniorAbove="60")
    senior = run.kind("OutboundRuleset")["dispatch-senior"].inputs["rules"]
    assert senior[4]["conditions"][0]["value"] == "60"
    route = run.kind("OutboundContactlistfilter")["route-senior"].inputs["clauses"]
    assert route[0]["predicates"][3]["value"] == "60"
    rules = run.kind("OutboundRuleset")["dispatch-general"].inputs["rules"]
    assert rules[2]["conditions"][0]["value"] == "90"
    assert rules[0]["conditions"][0]["value"] == "P-1DT-12H-30M"
    clauses = run.kind("OutboundContactlistfilter")["route-general"].inputs["clauses"]
    assert clauses[0]["predicates"][0]["value"] == "P-01DT-12H-30M"


def test_score_columns():
    """Lists declare the types of all columns that are sorted or filtered by."""
    inputs = run_stack("prod").kind("OutboundContactList")["leads-senior"].inputs
    assert inputs["columnNames"] == [
        "lead_id",
        "phone",
        "zone",
        "ml_score",
        "ml_score_at",
        "route_tier",
        "model_version",
    ]
    assert inputs["columnDataTypeSpecifications"] == [
        {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
        {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
        {"columnName": "route_tier", "columnDataType": "TEXT", "maxLength": 64},
    ]
    assert inputs["phoneColumns"] == [
        {"columnName": "phone", "type": "cell", "callableTimeColumnName": "zone"}
    ]


def test_score_entity():
    """The score table has the guide's fields."""
    inputs = run_stack("prod").kind("ArchitectDatatable")["lead-score"].inputs
    assert [(one["name"], one["type"]) for one in inputs["properties"]] == [
        ("key", "string"),
        ("priorityScore", "integer"),
        ("lastCalculatedAt", "string"),
    ]


def test_roles():
    """The pusher writes contacts and sees who is on the line; nobody deletes a contact."""
    roles = run_stack("prod").kind("AuthRole")
    granted = {
        name: {
            f"{policy['domain']}:{policy['entityName']}:{action}"
            for policy in role.inputs["permissionPolicies"]
            for action in policy["actionSets"]
        }
        for name, role in roles.items()
    }
    contacts = {f"outbound:contact:{what}" for what in ("add", "edit", "view")}
    views = {"outbound:contactList:view", "outbound:campaign:view"}
    assert granted["pusher-role"] == contacts | views
    beyond = {one for one in granted["operator-role"] if not one.endswith(":view")}
    assert beyond == {f"outbound:campaign:{what}" for what in ("start", "stop")}
    deleting = {role: {one for one in all_ if "delete" in one} for role, all_ in granted.items()}
    assert deleting.pop("scratch-role") == {"outbound:contactList:delete"}
    assert not any(deleting.values())


def test_the_simulator_knows_every_permission():
    """Each permission that a role grants is one that the simulated platform checks."""
    granted = [
        f"{policy['domain']}:{policy['entityName']}:{action}"
        for role in run_stack("prod").kind("AuthRole").values()
        for policy in role.inputs["permissionPolicies"]
        for action in policy["actionSets"]
    ]
    assert [one for one in granted if not known(one)] == []


def test_clients_get_roles_where_they_need_them():
    """The scratch role counts in the scratch division only."""
    clients = run_stack("prod").kind("OauthClient")
    grants = {
        name: {(one["roleId"], one["divisionId"]) for one in client.inputs["roles"]}
        for name, client in clients.items()
    }
    assert grants == {
        "pusher-client": {("pusher-role-id", "division-id")},
        "operator-client": {
            ("operator-role-id", "division-id"),
            ("scratch-role-id", "scratch-division-id"),
        },
    }
    assert all(one.inputs["exposeClientSecret"] is True for one in clients.values())


@pytest.mark.parametrize(
    "kind", ["OutboundContactlistfilter", "OutboundRuleset", "OutboundCampaign"]
)
def test_what_goes_with_its_list(kind: str):
    """What refers to a list is replaced with it, and deleted first: else the list cannot go."""
    for one in run_stack("prod").kind(kind).values():
        assert list(one.options.replaceOnChanges) == ["contactListId"]
        assert one.options.deleteBeforeReplace


@pytest.mark.parametrize("kind", ["OutboundContactList", "ArchitectDatatable"])
def test_same_name_twice_is_refused(kind: str):
    """What keeps its name when it is replaced is deleted before it is made again."""
    assert all(one.options.deleteBeforeReplace for one in run_stack("prod").kind(kind).values())


def test_adoption():
    """A list that exists is taken over by its id, and the other one is made."""
    lists = run_stack("prod", adopt='{"leads-general": "4f2c"}').kind("OutboundContactList")
    assert lists["leads-general"].options.importId == "4f2c"
    assert lists["leads-senior"].options.importId == ""


def test_lookups():
    """Site and script are found by name, once; nothing else is looked up."""
    lookups = run_stack("prod").lookups
    assert sorted((token.rpartition(":")[2], name) for token, name in lookups) == [
        ("getScript", "Default Outbound Script"),
        ("getTelephonyProvidersEdgesSite", "PureCloud Voice - AWS"),
    ]


def test_many_runs_in_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One process can deploy again and again, from any folder, with the same outcome."""
    project, config = read_config(PROJECT, "staging")
    monkeypatch.chdir(tmp_path)
    first, skills, second = (
        run(config | {f"{project}:strategy": strategy}, "staging")
        for strategy in ("queues", "skills", "queues")
    )
    assert len(skills.kind("OutboundCampaign")) == 1

    def told(one: Run) -> dict[str, object]:
        return {resource.urn: resource.inputs for resource in one.resources}

    assert told(first) == told(second)


def test_an_error_inside_is_an_error_outside():
    """A lookup that fails fails the run, so that no test passes on half a program."""
    with pytest.raises(Exception, match="no Nowhere"):
        run_stack("prod", site="Nowhere")
