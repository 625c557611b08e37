# SPDX-License-Identifier: Apache-2.0
"""A contact centre in the making: skills, agents, groups, wrap-up codes and queues by calls."""

from __future__ import annotations

ROUTING = "/api/v2/routing"
USERS = "/api/v2/users"
DIVISIONS = "/api/v2/authorization/divisions"


class Centre:
    """What a contact centre is made of, made by calls."""

    def __init__(self, platform):
        self.platform = platform
        self.organisation = platform.organisation
        self.call = platform.call

    def make(self, path, body):
        """Make an object; what the platform answered."""
        answer = self.call("POST", path, body)
        assert answer.status == 200, answer.text
        return answer.body

    def skill(self, name, **more):
        return self.make(f"{ROUTING}/skills", {"name": name, **more})["id"]

    def code(self, name, **more):
        return self.make(f"{ROUTING}/wrapupcodes", {"name": name, **more})["id"]

    def queue(self, name, **more):
        return self.make(f"{ROUTING}/queues", {"name": name, **more})["id"]

    def division(self, name):
        return self.make(DIVISIONS, {"name": name})["id"]

    def user(self, name, **skills):
        """An agent with these proficiencies, by the id of the skill."""
        user = self.make(USERS, {"name": name, "email": f"{name}@example.com".lower()})
        for skill_id, proficiency in skills.items():
            skill = {"id": skill_id, "proficiency": proficiency}
            self.make(f"{USERS}/{user['id']}/routingskills", skill)
        return user["id"]

    def group(self, name, *conditions, operation="And", **more):
        """A skill group; each condition is a skill's name, a comparator and a proficiency."""
        wanted = [
            {"routingSkill": skill, "comparator": comparator, "proficiency": proficiency}
            for skill, comparator, proficiency in conditions
        ]
        condition = {"routingSkillConditions": wanted, "operation": operation}
        body = {"name": name, "skillConditions": [condition] if wanted else [], **more}
        return self.make(f"{ROUTING}/skillgroups", body)["id"]

    def names(self, path):
        """The names in a listing."""
        answer = self.call("GET", path)
        assert answer.status == 200, answer.text
        return [one["name"] for one in answer.body["entities"]]

    def refused(self, method, path, body=None, **options):
        """Status and code of a call that must not succeed."""
        answer = self.call(method, path, body, **options)
        assert answer.status >= 300, answer.text
        return answer.status, answer.code
