# SPDX-License-Identifier: Apache-2.0
"""Clients: who gets in, what each may do, and what cannot be looked at for that."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from infra.access import OPERATOR, PUSHER
from integration.permissions import VERBS
from integration.reports import ExitCode
from simulator.organisation import BOOTSTRAP_CLIENT
from tests.unit.centre import SENIOR

DOCTOR = next(one for one in VERBS if one.verb == "doctor")


def strings(permissions):
    return [f"{kind}:{one}" for kind, actions in permissions.items() for one in actions]


@pytest.fixture
def outputs(ward):
    """What a stack exports of this centre."""
    secret = "s3cret-s3cret"
    given = ward.settings.model_dump(exclude={"client_secret", "outbox"}, exclude_defaults=True)
    return {
        "integration": {**given, "senior_above": 70, "queues": {}},
        "operator": {"client_id": "operator", "client_secret": secret},
        "pusher": {"client_id": "pusher", "client_secret": secret},
    }


def role_of(name):
    return {"id": name, "name": name}


def wrong(found):
    return [
        (one.check, str(one.standing), one.says) for one in found.findings if one.standing != "ok"
    ]


def test_both_clients_of_a_stack(ward, outputs):
    """With a stack the other client is looked at too, and the settings are compared."""
    found = ward.doctor(outputs)
    assert wrong(found) == []
    says = [one.says for one in found.findings if one.check in ("sign-in", "permissions")]
    assert says[0] == "operator oper… is signed in to Lead scoring, simulated"
    assert says[1] == "pusher pus… is signed in to Lead scoring, simulated"
    assert says[2].startswith("operator oper… can run explain, campaign status,")
    assert says[3].startswith("pusher pus… can run push, load, plan,")
    assert found.findings[-1].says.endswith("are as the stack says")


def test_a_pusher_that_may_not_write(ward, outputs):
    """Each verb that it cannot run is named, with the permission that is missing."""
    rights = [one for one in strings(PUSHER) if one != "outbound:contact:add"]
    ward.organisation.grant(ward.organisation.clients.by_id["pusher"], rights)
    [(check, standing, says)] = wrong(ward.doctor(outputs))
    assert (check, standing) == ("permissions", "fail")
    assert says == (
        "pusher pus… can run plan, reconcile, sweep, sweep --mark; "
        "not push, load, reconcile --mend, serve"
    )


def test_a_pusher_that_may_not_see_campaigns(ward, outputs):
    """What a verb needs for a part of its work alone is a warning."""
    rights = [one for one in strings(PUSHER) if one != "outbound:campaign:view"]
    ward.organisation.grant(ward.organisation.clients.by_id["pusher"], rights)
    [(check, standing, says)] = wrong(ward.doctor(outputs))
    assert (check, standing) == ("permissions", "warn")
    assert "; only in part push, reconcile --mend, serve" in says


def test_rights_in_another_division(ward, outputs):
    """A permission in a division where the lists are not is none."""
    division = ward.make("/authorization/divisions", {"name": "Elsewhere"})
    client = ward.organisation.clients.by_id["pusher"]
    ward.organisation.grant(client, strings(PUSHER), division)
    [(check, standing, says)] = wrong(ward.doctor(outputs))
    assert (check, standing) == ("permissions", "fail")
    assert says.startswith("pusher pus… can run plan; not push")


def test_a_pusher_that_is_locked_out(ward, outputs):
    """Its secret was rotated: that fails, and everything else is looked at."""
    outputs["pusher"]["client_secret"] = "another"
    found = ward.doctor(outputs)
    told = wrong(found)
    assert told[0][:2] == ("sign-in", "fail")
    assert told[0][2].startswith("pusher pus…: Genesys Cloud gives client pus… no token")
    assert found.exit_code == ExitCode.REFUSED
    assert len(told) == 1


def test_nobody_gets_in(ward):
    """Without a token only this machine can be looked at, and the exit code is 3."""
    found = ward.doctor(client_secret=SecretStr("wrong"))
    checked = [one.check for one in found.findings if one.standing == "ok"]
    assert checked == ["outbox"]
    assert "gives client oper… no token" in found.findings[0].says
    assert found.findings[1].says == "the platform lets nobody in (token)"
    assert found.exit_code == ExitCode.REFUSED


@pytest.mark.parametrize("missing", DOCTOR.partly)
def test_what_cannot_be_looked_at(ward, missing):
    """One permission less leaves one kind of check undone, names it, and ends with 3."""
    ward.granted(*(one for one in strings(OPERATOR) if one != missing))
    found = ward.doctor()
    undone = {one.says for one in found.findings if one.standing == "not checked" and one.refused}
    assert undone
    assert all(missing in says for says in undone)
    assert found.exit_code == ExitCode.REFUSED
    assert [one for one in found.findings if one.check == "refused calls"][-1].check


def test_one_client_for_everything(ward):
    """A client with all rights, that no stack knows, can run everything."""
    ward.granted("*")
    says = next(one.says for one in ward.doctor().findings if one.check == "permissions")
    assert says.startswith("client oper… can run push, load, plan, reconcile,")


def test_a_client_that_is_neither(ward):
    """A client that can run all of neither kind is told what is missing for which verbs."""
    ward.granted("outbound:contact:view", "outbound:campaign:view", "outbound:contactList:view")
    [found] = [one for one in ward.doctor().findings if one.check == "permissions"]
    assert str(found.standing) == "warn"
    assert "; only in part doctor; not push, load" in found.says
    assert "outbound:contact:add" in found.todo


def test_roles_that_are_not_shown(ward):
    """A platform that does not tell what a client may do keeps nothing else from being told."""
    ward.control.set_faults(
        rules=[
            {
                "operation": "get_authorization_subjects_me",
                "kind": "status",
                "status": 403,
                "probability": 1,
            }
        ]
    )
    [found] = [one for one in ward.doctor().findings if one.check == "permissions"]
    assert str(found.standing) == "not checked"
    assert found.says.startswith("client oper…: its roles are not shown (403")


def test_roles_without_their_contents(ward, monkeypatch):
    """Where the platform leaves out what is in a role, it is not guessed."""
    bare = role_of("x")
    monkeypatch.setattr("simulator.subjects._role", lambda *_, **__: bare)
    [found] = [one for one in ward.doctor().findings if one.check == "permissions"]
    assert found.says == "client oper…: the platform does not show what its roles grant"


def test_a_platform_that_does_not_say_what_time_it_is(ward, monkeypatch):
    """Without its time the clocks cannot be compared, and that is said."""
    monkeypatch.setattr("integration.platform.answers.Answer.date", None)
    assert ward.wrong() == [
        ("clock", "", "not checked", "the platform does not say what time it is")
    ]


def test_settings_that_are_not_the_stacks(ward, outputs):
    """What flag, environment or file say otherwise than the stack is told."""
    outputs["integration"]["senior_above"] = 60
    outputs["integration"]["max_age_minutes"] = 720.0
    told = wrong(ward.doctor(outputs))
    says = "senior_above is 70, not 60; max_age_minutes is 1440, not 720"
    assert ("settings", "fail", says) in told


def test_a_smaller_limit(ward):
    """A limit below what the settings expect is told."""
    ward.control.set_limits(client_id="operator", ceiling=120)
    says = "120 calls a minute, the settings expect 300"
    assert ward.wrong() == [("call limit", "", "warn", says)]


def test_refused_calls(ward):
    """Calls that were refused lately are told, with the limit that they met."""
    ward.control.set_limits(client_id="operator", hidden=20)
    told = ward.wrong()[-1]
    says = "1 calls refused in 24 hours: 1 by client.credentials.token.rate.per.minute"
    assert told == ("refused calls", "", "warn", says)


def test_refusals_of_others(ward):
    """Calls of other clients that were refused are counted, and no warning."""
    ward.control.set_limits(client_id=BOOTSTRAP_CLIENT, ceiling=1)
    with pytest.raises(AssertionError, match="429"):
        ward.call("GET", "/tokens/me")
    ward.clock.advance(1)
    [found] = [one for one in ward.doctor().findings if one.check == "refused calls"]
    assert found.says == "none of ours refused in 24 hours; 1 of other clients"


def test_at_senior(ward):
    """The tier of a finding says which list and campaign it is about."""
    tiers = {one.about for one in ward.doctor().findings}
    assert tiers == {"", SENIOR, "general"}
