# SPDX-License-Identifier: Apache-2.0
"""Data sources of the stand-in: one object by its name, over all pages, or an error."""

from __future__ import annotations

import httpx
import pytest
from pulumi.provider.experimental import provider as pulumi_api

from simulator.provider.stand_in import Failed
from simulator.provider.values import marked, plain

from .platform import ALWAYS, Platform, World


class Pages(Platform):
    """Lists of one object a page."""

    def __init__(self, *objects, pages=None):
        super().__init__()
        self._listed = objects
        self._pages = pages or len(objects)

    async def handle_async_request(self, request):
        if request.url.path in ALWAYS:
            return await super().handle_async_request(request)
        self.calls.append(str(request.url.copy_with(scheme="http", host="x", port=80)))
        page = int(request.url.params["pageNumber"])
        entities = list(self._listed[page - 1 : page])
        return httpx.Response(200, json={"entities": entities, "pageCount": self._pages})


def look_up(platform, source, **arguments):
    """What a data source finds."""
    world = World(platform)
    platform.calls.clear()
    token = f"genesyscloud:index/{source}:{source}"
    request = pulumi_api.InvokeRequest(token, marked(arguments))
    return plain(world.run(world.provider.invoke(request)).return_value)


def test_an_object_on_a_later_page():
    """All pages are searched for the exact name."""
    platform = Pages({"id": "1", "name": "Leads old"}, {"id": "2", "name": "Leads"})
    assert look_up(platform, "getOutboundContactList", name="Leads") == {"id": "2", "name": "Leads"}
    assert len(platform.calls) == 2


def test_a_search_by_name_that_ends_with_an_empty_page():
    """Scripts are asked for by name, in two lists, until a page is empty; one may be in both."""
    platform = Pages({"id": "1", "name": "A script"}, pages=1)
    assert look_up(platform, "getScript", name="A script")["id"] == "1"
    assert len(platform.calls) == 4
    assert all("name=A%20script" in call or "name=A+script" in call for call in platform.calls)


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        ([], "there is no queue named 'Senior'"),
        ([{"id": "1", "name": "Senior", "state": "deleted"}], "there is no queue named 'Senior'"),
        (
            [{"id": "1", "name": "Senior"}, {"id": "2", "name": "Senior"}],
            "2 objects are a queue named 'Senior'",
        ),
    ],
    ids=["none", "a deleted one", "two"],
)
def test_a_name_must_be_that_of_one_object(objects, message):
    """No object and several are errors that name the object."""
    with pytest.raises(Failed, match=message):
        look_up(Pages(*objects), "getRoutingQueue", name="Senior")


def test_the_home_division_is_asked_for_once():
    """The home division is the same for the whole deployment."""
    world = World()
    request = pulumi_api.InvokeRequest(
        "genesyscloud:index/getAuthDivisionHome:getAuthDivisionHome", {}
    )
    for _ in range(2):
        home = plain(world.run(world.provider.invoke(request)).return_value)
    assert home == {"id": "home", "name": "Home", "description": ""}
    assert world.platform.calls.count("GET /api/v2/authorization/divisions/home") == 1


def test_a_data_source_that_is_not_known():
    """Another data source is refused by its name."""
    with pytest.raises(Failed, match="has no data source genesyscloud:index/getFlow:getFlow"):
        look_up(Pages(), "getFlow", name="x")
