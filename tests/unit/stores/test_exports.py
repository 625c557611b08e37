# SPDX-License-Identifier: Apache-2.0
"""Exports of contact lists: ordered, awaited, fetched."""

from __future__ import annotations

import io

import pytest

from integration.platform.answers import Answer
from integration.platform.errors import BadAnswer, Forbidden, Refused, Unreachable
from integration.stores.exports import ContactExport, contacts_in
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual

READY = {"uri": "https://api.example.test/api/v2/downloads/d-1", "exportTimestamp": "1"}
NEWER = {"uri": "https://api.example.test/api/v2/downloads/d-2", "exportTimestamp": "2"}
NOT_THERE = Refused(operation="look", status=404)


class Platform:
    """Answers calls from a list of what a look for the export shows."""

    def __init__(self, *looks):
        self.looks = list(looks)
        self.called = []

    async def call(self, _operation, method, path, **more):
        self.called.append((method, path))
        if method == "POST":
            return Answer(200, {}, "")
        if path.startswith("/api/v2/downloads/"):
            assert more["query"] == {"issueRedirect": False}
            return Answer(200, {"url": f"https://storage/{path.rpartition('/')[2]}"}, "")
        found = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(found, Exception):
            raise found
        return Answer(200, found, "")


class Storage:
    """Gives the file after some failures."""

    def __init__(self, failures=0):
        self.failures = failures
        self.asked = []

    async def fetch(self, address, file):
        self.asked.append(address)
        file.write(b"half of it")
        if len(self.asked) <= self.failures:
            raise Unreachable(operation="fetch file")


def export(platform, storage=None):
    clock = VirtualClock()
    storage = storage or Storage()
    one, file = ContactExport(platform, "list-1", storage.fetch, clock), io.BytesIO()

    async def main():
        await one.order()
        await one.save(file)

    begun = clock.monotonic()
    run_virtual(clock, main())
    return storage, file.getvalue(), clock.monotonic() - begun


def test_an_export_that_was_there_before_is_not_the_one_ordered():
    """What the platform still shows from before is waited out, less and less often."""
    platform = Platform(READY, READY, READY, NEWER)
    storage, content, seconds = export(platform)
    assert storage.asked == ["https://storage/d-2"]
    assert (content, seconds) == (b"half of it", 1 + 2 + 4)


def test_the_first_export_of_a_list():
    """While there is none the platform answers 404."""
    storage, _, seconds = export(Platform(NOT_THERE, NOT_THERE, READY))
    assert (storage.asked, seconds) == (["https://storage/d-1"], 1 + 2)


@pytest.mark.parametrize("failures", [1, 2])
def test_a_file_that_breaks_off(failures):
    """It is fetched again from a new address, from the beginning."""
    storage, content, _ = export(Platform(NOT_THERE, READY), Storage(failures))
    assert (len(storage.asked), content) == (failures + 1, b"half of it")


def test_a_file_that_never_comes():
    """After three attempts it is given up."""
    storage = Storage(9)
    with pytest.raises(Unreachable):
        export(Platform(NOT_THERE, READY), storage)
    assert len(storage.asked) == 3


def test_an_export_that_never_gets_ready():
    """After half an hour the wait ends, and says for which list."""
    platform = Platform(NOT_THERE)
    with pytest.raises(Unreachable, match="list-1 is not ready after 30 minutes"):
        export(platform)
    assert len(platform.called) < 80


def test_other_refusals_are_not_waited_out():
    """Only the 404 means that the export is not ready."""
    with pytest.raises(Forbidden):
        export(Platform(NOT_THERE, Forbidden(operation="look", status=403)))
    with pytest.raises(Refused):
        export(Platform(Refused(operation="look", status=400)))


@pytest.mark.parametrize("uri", ["https://storage/file", "https://api/api/v2/downloads/", None])
def test_an_address_that_is_none(uri):
    """The platform's answer has to name a download."""
    with pytest.raises(BadAnswer, match="names no download"):
        export(Platform(NOT_THERE, {"uri": uri}))


def test_a_file_that_is_none():
    """A file without the contacts' ids is not read."""
    with pytest.raises(BadAnswer, match="inin-outbound-id"):
        list(contacts_in(io.StringIO("a,b\n1,2\n")))
    with pytest.raises(BadAnswer):
        list(contacts_in(io.StringIO("")))


def test_contacts_of_a_file():
    """Each row is a contact: its id, and its columns by name, quoted line ends included."""
    text = 'inin-outbound-id,phone,note\r\na,+491,"two\nlines"\r\nb,+492,\r\n'
    found = dict(contacts_in(io.StringIO(text, newline="")))
    assert (found["a"]["note"], found["b"]["phone"], len(found)) == ("two\nlines", "+492", 2)
