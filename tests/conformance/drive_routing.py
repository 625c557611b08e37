# SPDX-License-Identifier: Apache-2.0
"""A contact centre made with the official SDK: a part of :mod:`drive_sdk`."""

from __future__ import annotations

from typing import Any

from sdk_session import Session, made, refusal, sdk


def contact_centre(session: Session) -> Any:
    """An agent with a skill, in a queue with a wrap-up code; read back, changed, torn down."""
    routing, users = sdk.RoutingApi(session.client), sdk.UsersApi(session.client)
    skill = routing.post_routing_skills(made(sdk.CreateRoutingSkill(), name="High Value Sales"))
    code = routing.post_routing_wrapupcodes(made(sdk.WrapupCodeRequest(), name="Won"))
    agent = users.post_users(made(sdk.CreateUser(), name="Ada", email="ada@example.com"))
    users.post_user_routingskills(
        agent.id, made(sdk.UserRoutingSkillPost(), id=skill.id, proficiency=4.5)
    )
    group = routing.post_routing_skillgroups(seniors(skill.name))
    queue = routing.post_routing_queues(
        made(
            sdk.CreateQueueRequest(),
            name="Senior Agent Queue",
            member_groups=[made(sdk.MemberGroup(), id=group.id, type="SKILLGROUP")],
        )
    )
    added = routing.post_routing_queue_wrapupcodes(
        queue.id, [made(sdk.WrapUpCodeReference(), id=code.id)]
    )
    routing.post_routing_queue_members(queue.id, [made(sdk.WritableEntity(), id=agent.id)])
    (member,) = routing.get_routing_queue_members(queue.id).entities
    read = routing.get_routing_queue(queue.id)
    read.description = "The best leads"
    changed = routing.put_routing_queue(queue.id, read)
    happened = {
        "skill": [skill.state, skill.version],
        "code": [code.division.id, added[0].name],
        "group": [group.member_count, group.status],
        "queue": [queue.acw_settings.wrapup_prompt, queue.auto_answer_only, queue.division.name],
        "member": [member.name, member.member_by, member.joined],
        "changed": [changed.description, changed.member_count, changed.member_groups[0].name],
        "found": [one.name for one in routing.get_routing_queues(name="senior*").entities],
        "queues of the agent": [one.name for one in users.get_user_queues(agent.id).entities],
        "skill in use": refusal(lambda: routing.delete_routing_skill(skill.id)),
        "code in use": refusal(lambda: routing.delete_routing_wrapupcode(code.id)),
        "group in use": refusal(lambda: routing.delete_routing_skillgroup(group.id)),
        "looked up": looked_up(session),
    }
    routing.delete_routing_queue(queue.id, force_delete=True)
    routing.delete_routing_skillgroup(group.id)
    routing.delete_routing_wrapupcode(code.id)
    users.delete_user(agent.id)
    routing.delete_routing_skill(skill.id)
    return {**happened, "gone": refusal(lambda: routing.get_routing_queue(queue.id))}


def seniors(skill: str) -> Any:
    """A skill group of whoever is good at ``skill``."""
    good = made(
        sdk.SkillGroupRoutingCondition(),
        routing_skill=skill,
        comparator="GreaterThanOrEqualTo",
        proficiency=3,
    )
    condition = made(sdk.SkillGroupCondition(), routing_skill_conditions=[good], operation="And")
    return made(sdk.SkillGroupWithMemberDivisions(), name="Seniors", skill_conditions=[condition])


def looked_up(session: Session) -> Any:
    """The names of what is there from the start."""
    edges = sdk.TelephonyProvidersEdgeApi(session.client)
    listings = (
        edges.get_telephony_providers_edges_sites(managed=False),
        edges.get_telephony_providers_edges_edgegroups(),
        sdk.ScriptsApi(session.client).get_scripts_published(name="Default Outbound Script"),
    )
    return [one.name for listing in listings for one in listing.entities]
