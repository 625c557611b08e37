# SPDX-License-Identifier: Apache-2.0
"""The outbound settings and the mapping of wrap-up codes: one of each, always there."""

from __future__ import annotations


def test_settings_are_patched(outbound):
    """A PATCH changes what it names, counts the version, and answers nothing."""
    before = outbound("GET", "settings").body
    assert (before["version"], before["maxCallsPerAgent"]) == (1, 5)
    patch = {"version": 1, "abandonSeconds": 3.5, "automaticTimeZoneMapping": {}}
    said = outbound("PATCH", "settings?useMaxCallsPerAgentDecimal=false", patch)
    assert (said.status, said.text) == (204, "")
    after = outbound("GET", "settings").body
    assert after == {
        **before,
        "version": 2,
        "abandonSeconds": 3.5,
        "automaticTimeZoneMapping": {},
        "dateModified": after["dateModified"],
    }
    assert outbound("PATCH", "settings", patch).code == "invalid.update.wrong.version"
    assert outbound("PATCH", "settings", {"maxLineUtilization": 2}).code == "invalid.value"
    assert outbound("PATCH", "settings", {"maxLineUtilization": 1}).status == 204


def test_calls_per_agent_in_two_fields(outbound):
    """The query says which of the two fields for calls per agent counts."""
    patch = {"maxCallsPerAgent": 3, "maxCallsPerAgentDecimal": 2.5}
    for query, whole, decimal in (
        ("?useMaxCallsPerAgentDecimal=true", 2, 2.5),
        ("", 3, 3.0),
    ):
        outbound("PATCH", f"settings{query}", patch)
        said = outbound("GET", "settings").body
        assert (said["maxCallsPerAgent"], said["maxCallsPerAgentDecimal"]) == (whole, decimal)
    outbound("PATCH", "settings", {"maxCallsPerAgentDecimal": 2.5})
    assert outbound("GET", "settings").body["maxCallsPerAgent"] == 3


def test_mapping_is_replaced(outbound):
    """A PUT replaces the whole mapping under its version."""
    before = outbound("GET", "wrapupcodemappings").body
    assert (before["mapping"], before["defaultSet"], before["version"]) == ({}, [], 1)
    mapping = {"w": ["Right_Party_Contact", "Business_Success"]}
    put = {**before, "mapping": mapping, "defaultSet": ["Business_Neutral"]}
    after = outbound("PUT", "wrapupcodemappings", put).body
    assert (after["mapping"], after["version"]) == (mapping, 2)
    assert outbound("PUT", "wrapupcodemappings", put).code == "invalid.update.wrong.version"
    cleared = outbound("PUT", "wrapupcodemappings", {"version": 2}).body
    assert (cleared["mapping"], cleared["defaultSet"]) == ({}, [])
    for wrong in ({"w": ["Maybe"]}, {"w": "Business_Success"}, []):
        assert outbound("PUT", "wrapupcodemappings", {**put, "mapping": wrong}).status == 400
