# SPDX-License-Identifier: Apache-2.0
"""What the stack tells the rest of the project."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi.runtime import rpc

from integration.settings import Settings
from tests.unit.infra.mocked import run_stack

NOT_SETTINGS = {
    "attempt_limit",
    "campaigns",
    "column_phone",
    "column_zone",
    "division",
    "do_not_call_list",
    "filters",
    "high_value_skill_id",
    "lists",
    "queues",
    "rule_sets",
}


def exported(stack: str, **changed: str) -> dict[str, Any]:
    """The plain output, as `pulumi stack output --json` would have it."""
    found: dict[str, Any] = json.loads(
        json.dumps(run_stack(stack, **changed).output("integration"))
    )
    return found


def settings(found: dict[str, Any]) -> Settings:
    """The command's settings, made from an output alone."""
    known = {key: value for key, value in found.items() if key in Settings.model_fields}
    return Settings(**known)


@pytest.mark.parametrize("strategy", ["queues", "skills"])
@pytest.mark.parametrize("stack", ["dev", "local", "prod", "staging"])
def test_the_command_takes_it(stack: str, strategy: str):
    """Every key is a setting of the command, valid as it is, or is known not to be one."""
    found = exported(stack, strategy=strategy)
    assert {key for key in found if key not in Settings.model_fields} == NOT_SETTINGS
    told = settings(found)
    assert told.strategy == strategy
    assert told.data_table == "lead-score-id"
    lists = (told.senior_list, told.general_list, told.contact_list)
    assert lists == (
        ("leads-senior-id", "leads-general-id", "")
        if strategy == "queues"
        else ("", "", "leads-id")
    )


def test_both_halves_mean_the_same():
    """Thresholds, age, columns and the skill reach the pusher as they reach the platform."""
    found = exported(
        "prod",
        seniorAbove="60",
        highValueFrom="75",
        maxAgeMinutes="90",
        columns='{"score": "score"}',
        names='{"highValueSkill": "Expert"}',
    )
    policy = settings(found).policy()
    assert (policy.senior_above, policy.high_value_from) == (60, 75)
    assert policy.max_age.total_seconds() == 90 * 60
    assert policy.columns.score == "score"
    assert policy.high_value_skill == "Expert"


def test_the_organisation():
    """The pusher reaches the organisation that the provider deployed to."""
    assert (exported("prod")["region"], exported("prod")["gateway"]) == ("eu-central-1", "")
    local = exported("local")
    assert (local["region"], local["gateway"]) == ("", "http://127.0.0.1:8089")


@pytest.mark.parametrize(
    ("strategy", "lanes"), [("queues", {"senior", "general"}), ("skills", {"leads"})]
)
def test_ids_by_lane(strategy: str, lanes: set[str]):
    """Queues, campaigns, filters and rule sets are told by lane."""
    found = exported("prod", strategy=strategy)
    for kind in ("lists", "queues", "campaigns", "filters", "rule_sets"):
        assert found[kind].keys() == lanes
        assert all(found[kind].values())


@pytest.mark.parametrize("client", ["pusher", "operator"])
def test_secrets_are_apart(client: str):
    """Id and secret of each client are one secret output."""
    secret = run_stack("prod").exported[client]
    assert rpc.is_rpc_secret(secret)
    assert secret["value"] == {"client_id": f"{client}-client-id", "client_secret": "s3cret"}


@pytest.mark.parametrize("preview", [True, False], ids=["first preview", "update"])
def test_no_secret_makes_it_secret(*, preview: bool):
    """Nothing in the plain output is secret, nor a secret."""
    found = run_stack("prod", preview=preview).output("integration")
    assert "s3cret" not in repr(found)
    assert rpc._special_secret_sig not in repr(found)


def test_inputs_hold_no_secret():
    """No resource is told a secret: what is not in the program cannot leak from it."""
    for one in run_stack("prod").deployed:
        assert rpc._special_secret_sig not in repr(one.inputs)
