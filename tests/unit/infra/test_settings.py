# SPDX-License-Identifier: Apache-2.0
"""The stack's configuration: what it means, and everything that is wrong with it at once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from infra.settings import Settings, SettingsError, parse_settings
from integration.policy import ScoringPolicy
from tests.unit.infra.mocked import run

LEAST = {
    "genesyscloud:awsRegion": "eu-central-1",
    "p:site": "Site",
    "p:script": "Script",
    "p:callerName": "Sales",
    "p:callerAddress": "+4930555010",
    "p:timeZones": '["Europe/Berlin"]',
}


@pytest.fixture(autouse=True)
def _no_region(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GENESYSCLOUD_REGION", raising=False)


def parse(**changed: str | None) -> Settings:
    """The settings of the least configuration, with changes."""
    return parse_settings("p", "dev", config(**changed))[0]


def config(**changed: str | None) -> dict[str, str]:
    """The least configuration with settings added, changed or taken away."""
    both = LEAST | {f"p:{name}": text for name, text in changed.items()}
    return {name: text for name, text in both.items() if text is not None}


def problems(**changed: str | None) -> tuple[str, ...]:
    """What is wrong with a configuration."""
    with pytest.raises(SettingsError) as error:
        parse(**changed)
    return error.value.problems


def test_defaults_are_the_policy():
    """Without a word about scores, a stack has the thresholds that the pusher has."""
    settings = parse()
    usual = ScoringPolicy()
    assert settings.policy == ScoringPolicy(high_value_skill="High Value Sales dev")
    assert settings.strategy == "queues"
    assert settings.protect is True
    assert settings.policy.columns == usual.columns


def test_all_settings():
    """Texts become what their setting needs; objects and lists come as JSON."""
    settings = parse(
        strategy="skills",
        seniorAbove="60",
        highValueFrom="75",
        maxAgeMinutes="90",
        suffix="",
        names='{"seniorQueue": "Experts"}',
        columns='{"score": "score"}',
        phoneColumn="mobile",
        zoneColumn="tz",
        extraColumns='["region"]',
        adopt='{"leads": "4f2c"}',
        callingDays="[6, 7]",
        callingFrom="10:00",
        callingUntil="12:30",
        attemptsPerContact="5",
        minutesBetweenAttempts="30",
        wrapUpCodes='["Yes", "No"]',
        protect="false",
    )
    policy = settings.policy
    assert (policy.senior_above, policy.high_value_from) == (60, 75)
    assert policy.max_age == timedelta(minutes=90)
    assert settings.title(settings.names.senior_queue) == "Experts"
    assert settings.column_names == (
        "lead_id",
        "mobile",
        "tz",
        "score",
        "ml_score_at",
        "route_tier",
        "model_version",
        "region",
    )
    assert settings.adopt == {"leads": "4f2c"}
    assert settings.calling_days == (6, 7)
    assert settings.protect is False


def test_names_take_lane_and_environment():
    """A name is followed by its lane, and the environment; both may be blank."""
    settings = parse()
    senior, _ = settings.lanes
    assert settings.title("List", senior) == "List senior dev"
    assert settings.title("List") == "List dev"
    assert parse(suffix="").title("List") == "List"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"site": None}, "p:site is missing: pulumi config set site …"),
        ({"site": ""}, "p:site is '': "),
        ({"siet": "x"}, "p:siet is no setting; did you mean site?"),
        ({"names": '{"seniorQeue": "x"}'}, "p:names.seniorQeue is no setting; did you mean senior"),
        ({"xyzzy": "x"}, "p:xyzzy is no setting; remove it"),
        ({"strategy": "luck"}, "p:strategy is 'luck': "),
        ({"seniorAbove": "101"}, "p:seniorAbove is '101': "),
        ({"seniorAbove": "-1"}, "p:seniorAbove is '-1': "),
        ({"seniorAbove": "70.5"}, "p:seniorAbove is '70.5': "),
        ({"maxAgeMinutes": "0"}, "p:maxAgeMinutes is '0': "),
        ({"maxAgeMinutes": "142561"}, "p:maxAgeMinutes is '142561': "),
        ({"callerAddress": "030 555"}, "p:callerAddress is '030 555': "),
        ({"timeZones": "[]"}, "p:timeZones is '[]': "),
        ({"timeZones": '["Mars/Base"]'}, "there is no such time zone"),
        ({"timeZones": '["Europe/Berlin"'}, "p:timeZones is '[\"Europe/Berlin\"': "),
        ({"callingDays": "[8]"}, "p:callingDays.0 is '8': "),
        ({"callingFrom": "9:00"}, "p:callingFrom is '9:00': "),
        ({"callingUntil": "24:00"}, "p:callingUntil is '24:00': "),
        ({"callingFrom": "18:00"}, "p:callingUntil is 18:00, not after 18:00"),
        ({"minutesBetweenAttempts": "4"}, "p:minutesBetweenAttempts is '4': "),
        ({"attemptsPerContact": "0"}, "p:attemptsPerContact is '0': "),
        ({"protect": "maybe"}, "p:protect is 'maybe': "),
        ({"highValueFrom": "70"}, "p:highValueFrom is 70: leads up to 70 go to the general queue"),
        ({"phoneColumn": "ml_score"}, "p:columns: two columns are called ml_score"),
        ({"extraColumns": json.dumps([*"abcdefghijklmnopqrstuvwxyz", *map(str, range(18))])}, "51"),
        (
            {"adopt": '{"leads": "4f2c"}'},
            "p:adopt.leads is no list of this stack, which has leads-",
        ),
        ({"suffix": "x" * 60}, "64 are allowed"),
        ({"names": '{"contactList": "' + "x" * 54 + '"}'}, "p:names.contactList makes 'xxx"),
        ({"wrapUpCodes": '["' + "x" * 61 + '"]'}, "p:wrapUpCodes: 'xxx"),
    ],
)
def test_each_problem(changed: dict[str, str | None], said: str):
    """Each thing that can be wrong is named with its setting and what to do."""
    assert any(said in one for one in problems(**changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"highValueFrom": "71"},
        {"highValueFrom": "50", "strategy": "skills"},
        {"maxAgeMinutes": "142560"},
        {"names": '{"contactList": "' + "x" * 52 + '"}'},
        {"extraColumns": json.dumps([*"abcdefghijklmnopqrstuvwxyz", *map(str, range(17))])},
        {"adopt": '{"leads-senior": "4f2c"}'},
    ],
    ids=["just above", "skills", "longest age", "longest name", "most columns", "adopt"],
)
def test_borders(changed: dict[str, str]):
    """What is just allowed is allowed."""
    assert parse(**changed)


def test_everything_at_once():
    """All problems are told together, those between settings too, one a line."""
    with pytest.raises(SettingsError) as error:
        parse_settings(
            "p",
            "dev",
            {
                "p:seniorAbove": "lots",
                "p:callingFrom": "19:00",
                "p:highValueFrom": "60",
                "p:x": "1",
            },
        )
    lines = str(error.value).splitlines()
    assert lines[0] == "Pulumi.dev.yaml cannot be used; nothing was changed:"
    assert lines[1:] == [f"  {one}" for one in error.value.problems]
    named = [one.split()[0] for one in error.value.problems]
    assert named == [
        "the",  # organisation
        "p:seniorAbove",
        "p:site",
        "p:script",
        "p:callerName",
        "p:callerAddress",
        "p:timeZones",
        "p:x",
        "p:highValueFrom",
        "p:callingUntil",
    ]


def test_nothing_is_declared_before():
    """A program with a wrong setting stops before its first resource, without a trace."""
    with pytest.raises(SettingsError, match="site is missing"):
        run({"genesyscloud:awsRegion": "eu-central-1"})


GATEWAY: dict[str, Any] = {"host": "127.0.0.1", "port": "8089", "protocol": "http"}


@pytest.mark.parametrize(
    ("gateway", "address"),
    [
        (GATEWAY, "http://127.0.0.1:8089"),
        (GATEWAY | {"host": "localhost"}, "http://localhost:8089"),
        (GATEWAY | {"host": "proxy.example", "protocol": "https"}, "https://proxy.example:8089"),
    ],
    ids=["loopback", "name", "https"],
)
def test_gateway(gateway: dict[str, Any], address: str):
    """A gateway takes the region's place, for the provider and for the pusher."""
    given = config() | {"genesyscloud:gateways": json.dumps([gateway])}
    del given["genesyscloud:awsRegion"]
    organisation = parse_settings("p", "local", given)[1]
    assert (organisation.region, organisation.gateway) == ("", address)


@pytest.mark.parametrize(
    ("gateways", "said"),
    [
        ([GATEWAY | {"host": "proxy.example"}], "over plain http"),
        ([GATEWAY | {"port": 8089}], "port in quotes"),
        ([GATEWAY | {"port": ""}], "port in quotes"),
        ([GATEWAY | {"protocol": "ftp"}], "http or https"),
        ([GATEWAY | {"host": ""}], "needs a host"),
        ([GATEWAY, GATEWAY], "a list of one gateway"),
        (GATEWAY, "a list of one gateway"),
        ("x", "a list of one gateway"),
    ],
    ids=["plain", "number", "no port", "protocol", "no host", "two", "no list", "no object"],
)
def test_bad_gateways(gateways: Any, said: str):
    """A gateway that the provider would stumble over, or that is not safe, is refused."""
    text = gateways if isinstance(gateways, str) else json.dumps(gateways)
    given = config() | {"genesyscloud:gateways": text}
    del given["genesyscloud:awsRegion"]
    with pytest.raises(SettingsError, match=said):
        parse_settings("p", "local", given)


def test_region_and_gateway():
    """Both at once would send some calls to the one and some to the other."""
    given = config() | {"genesyscloud:gateways": json.dumps([GATEWAY])}
    with pytest.raises(SettingsError, match="leave one of them out"):
        parse_settings("p", "local", given)


def test_region_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    """The provider reads a variable for the region, and so does the program."""
    monkeypatch.setenv("GENESYSCLOUD_REGION", "us-east-1")
    given = config()
    del given["genesyscloud:awsRegion"]
    assert parse_settings("p", "dev", given)[1].region == "us-east-1"


def test_other_namespaces_are_left_alone():
    """Settings of the provider, or of other programs, are nobody's business here."""
    assert parse_settings(
        "p", "dev", LEAST | {"other:site": "x", "genesyscloud:tokenPoolSize": "4"}
    )


def test_a_region_in_the_environment_keeps_no_stack_from_its_gateway(
    monkeypatch: pytest.MonkeyPatch,
):
    """What a shell happens to export is not what the stack says of its organisation."""
    monkeypatch.setenv("GENESYSCLOUD_REGION", "us-east-1")
    given = config() | {"genesyscloud:gateways": json.dumps([GATEWAY])}
    del given["genesyscloud:awsRegion"]
    assert parse_settings("p", "local", given)[1].region == ""
