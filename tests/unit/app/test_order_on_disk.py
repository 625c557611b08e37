# SPDX-License-Identifier: Apache-2.0
"""A batch holds leads that lie together on disk, so that it touches few pages of the outbox."""

from __future__ import annotations


def test_a_run_is_delivered_in_the_order_of_its_leads(site, monkeypatch):
    """However a file is sorted, and however long its rows take, leads come in their order."""
    monkeypatch.setattr("integration.pushing.ACCEPT_SIZE", 2)
    leads = ["L-4", "L-2", "L-3", "L-1"]
    site.add(*leads)
    rows = site.rows(*((lead, 50) for lead in leads))

    def slowly():
        for row in rows:
            site.clock.advance(1)
            yield row

    site.use(lambda app: app.push(slowly(), name="test"), batch_size=2)
    writes = site.calls("post_outbound_contactlist_contacts")
    written = [
        [contact["id"] for contact in one["body"]] for one in writes if "/bulk" not in one["path"]
    ]
    assert written == [["L-1", "L-2"], ["L-3", "L-4"]]
