# SPDX-License-Identifier: Apache-2.0
"""Do-not-call lists: of numbers and of values, their entries, their files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from simulator.outbound.dnc_entries import blocked

NUMBERS = {"name": "Never", "dncSourceType": "rds", "contactMethod": "Phone"}
VALUES = {"name": "Never", "dncSourceType": "rds_custom", "customExclusionColumn": "phone"}
NEXT_HOUR = "2026-11-23T10:00:00Z"


@pytest.fixture
def dnc(platform, make):
    """A list of numbers, and the question whether a number is blocked."""
    made = make("dnclists", NUMBERS)
    entity = platform.organisation.entities["DNC list"].get(made["id"])

    def is_blocked(number):
        return blocked(entity, number, platform.organisation.now())

    return f"dnclists/{made['id']}", is_blocked


def size(outbound, path):
    return outbound("GET", f"{path}?includeSize=true").body["size"]


def test_what_was_sent_comes_back(make, outbound):
    """A list echoes what it is; its size is there where it is asked for."""
    made = make("dnclists", VALUES)
    assert made["customExclusionColumn"] == "phone"
    assert made["dncCodes"] == []
    assert made["division"]["name"] == "Home"
    assert "size" not in made
    path = f"dnclists/{made['id']}?includeSize=true&includeImportStatus=false"
    assert outbound("GET", path).body == {**made, "size": 0}


@pytest.mark.parametrize(
    "body",
    [
        {**NUMBERS, "customExclusionColumn": "phone"},
        {"name": "Never", "dncSourceType": "rds_custom"},
        {**NUMBERS, "dncSourceType": "excel"},
    ],
    ids=["numbers with a column", "values without a column", "no such source"],
)
def test_what_does_not_fit(outbound, body):
    """The column goes with a list of values, and with no other."""
    assert outbound("POST", "dnclists", body).code == "invalid.value"


def test_the_source_is_fixed(make, outbound):
    """A list of numbers does not become one of values."""
    made = make("dnclists", NUMBERS)
    assert outbound("PUT", f"dnclists/{made['id']}", {**made, **VALUES}).code == "invalid.value"
    assert outbound("PUT", f"dnclists/{made['id']}", {**made, "name": "No"}).status == 200


def test_listing_by_source(make, outbound):
    """A listing shows the lists of one source."""
    make("dnclists", NUMBERS)
    make("dnclists", {**VALUES, "name": "Values"})
    found = outbound("GET", "dnclists?dncSourceType=rds_custom").body["entities"]
    assert [one["name"] for one in found] == ["Values"]


def test_numbers_are_added_and_expire(platform, outbound, dnc):
    """A number is blocked from when it is added until it expires."""
    path, is_blocked = dnc
    assert not is_blocked("+1")
    assert outbound("POST", f"{path}/phonenumbers", ["+1"]).status == 204
    until = f"{path}/phonenumbers?expirationDateTime={NEXT_HOUR}"
    assert outbound("POST", until, ["+2"]).status == 204
    assert (is_blocked("+1"), is_blocked("+2"), is_blocked("+3")) == (True, True, False)
    platform.clock.advance(timedelta(hours=1).total_seconds())
    assert (is_blocked("+1"), is_blocked("+2")) == (True, False)
    assert size(outbound, path) == 2


def test_numbers_are_taken_out(platform, outbound, dnc):
    """Expired entries go alone, or all go; a PATCH adds and takes out single ones."""
    path, is_blocked = dnc
    numbers = f"{path}/phonenumbers"
    patch = {"action": "Add", "phoneNumbers": ["+1", "+2"], "expirationDateTime": NEXT_HOUR}
    assert outbound("PATCH", numbers, patch).status == 204
    assert outbound("PATCH", numbers, {"action": "Add", "phoneNumbers": ["+3"]}).status == 204
    platform.clock.advance(3600)
    assert outbound("DELETE", f"{numbers}?expiredOnly=true").status == 204
    assert size(outbound, path) == 1
    gone = {"action": "Remove", "phoneNumbers": ["+3", "+4"]}
    assert outbound("PATCH", numbers, gone).status == 204
    assert not is_blocked("+3")
    outbound("POST", numbers, ["+5"])
    assert outbound("DELETE", numbers).status == 204
    assert size(outbound, path) == 0


def test_values_of_a_column(make, outbound):
    """A list of values takes values, and no numbers; a list of numbers the other way round."""
    path = f"dnclists/{make('dnclists', VALUES)['id']}"
    patch = {"action": "Add", "customExclusionColumnEntries": ["a"]}
    assert outbound("PATCH", f"{path}/customexclusioncolumns", patch).status == 204
    assert size(outbound, path) == 1
    assert outbound("POST", f"{path}/phonenumbers", ["+1"]).code == "invalid.value"
    assert outbound("DELETE", f"{path}/customexclusioncolumns").status == 204
    assert size(outbound, path) == 0


@pytest.mark.parametrize("body", [None, [1], [""], {"numbers": []}])
def test_numbers_must_be_texts(outbound, dnc, body):
    """Numbers are sent as an array of texts."""
    assert outbound("POST", f"{dnc[0]}/phonenumbers", body).status == 400


def test_an_expiry_must_be_a_date(outbound, dnc):
    """An expiry that is no date is refused, and nothing is added."""
    said = outbound("POST", f"{dnc[0]}/phonenumbers?expirationDateTime=soon", ["+1"])
    assert said.code == "invalid.date"
    assert not dnc[1]("+1")


def test_export(platform, outbound, dnc):
    """A file of the list has a header, the number first, the expiry third; it needs no token."""
    path, _ = dnc
    assert outbound("GET", f"{path}/export").code == "no.available.list.export.uri"
    outbound("POST", f"{path}/phonenumbers?expirationDateTime={NEXT_HOUR}", ["+1"])
    assert outbound("POST", f"{path}/export").status == 200
    outbound("POST", f"{path}/phonenumbers", ["+2"])
    said = outbound("GET", f"{path}/export?download=false").body
    assert said["exportTimestamp"] == "2026-11-23T09:00:00.000Z"
    _, _, address = said["uri"].partition("/api/")
    file = platform.send("GET", f"/api/{address}")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert list(csv.reader(io.StringIO(file.text)))[1:] == [
        ["+1", "2026-11-23T09:00:00.000Z", "2026-11-23T10:00:00.000Z"]
    ]
    assert platform.send("GET", f"/api/{address}x").status == 404


def test_permissions_of_entries(platform, outbound, dnc):
    """Entries have permissions of their own, in the division of the list."""
    path, _ = dnc
    client = platform.client("keeper", "outbound:dnc:add", "outbound:dncList:view")
    assert outbound("POST", f"{path}/phonenumbers", ["+1"], client=client).status == 204
    assert outbound("DELETE", f"{path}/phonenumbers", client=client).status == 403
    assert outbound("POST", f"{path}/export", client=client).status == 403
    home = platform.organisation.access.home.id
    elsewhere = platform.client("elsewhere", "outbound:dnc:add", division=f"not {home}")
    assert outbound("POST", f"{path}/phonenumbers", ["+1"], client=elsewhere).status == 403
