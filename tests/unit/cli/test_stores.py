# SPDX-License-Identifier: Apache-2.0
"""Where scores are kept, as the command line takes it."""

from __future__ import annotations

import pytest

from integration.pushing import TooManyLeadsError


def test_what_a_store_cannot_hold_is_a_usage_error(leadscore, app, scores):
    """More leads than a table holds: one message, and no word of rows that were accepted."""
    app.failure = TooManyLeadsError("scores.csv holds more leads than fit; nothing was accepted")
    result = leadscore("push", scores)
    assert result.exit_code == 2
    assert "leadscore: scores.csv holds more leads than fit" in result.stderr
    assert "are accepted" not in result.stderr


@pytest.mark.parametrize("verb", ["push", "plan"])
def test_the_guides_data_service_needs_no_contact_list(leadscore, app, scores, monkeypatch, verb):
    """Its names are known, so the store alone is enough."""
    monkeypatch.delenv("LEADSCORE_CONTACT_LIST")
    assert leadscore(verb, scores).exit_code == 2
    assert leadscore(verb, scores, "--store", "data_service").exit_code == 0
    settings = app.settings
    assert (settings.data_service, settings.data_entity) == ("LeadScoringIntegration", "LeadScore")


def test_a_data_table_has_to_be_named(leadscore, app, scores):
    """Without its id nothing is pushed."""
    result = leadscore("push", scores, "--store", "data_table")
    assert result.exit_code == 2
    assert "data_table is missing: give --data-table" in result.stderr
    assert leadscore("push", scores, "--store", "data_table", "--data-table", "t").exit_code == 0
    assert app.settings.data_table == "t"


def test_contacts_are_loaded_into_a_list_wherever_scores_are_kept(leadscore, tmp_path, monkeypatch):
    """Loading needs the contact list, also beside a data service."""
    monkeypatch.delenv("LEADSCORE_CONTACT_LIST")
    file = tmp_path / "contacts.csv"
    file.write_text("lead_id,phone\na,+441\n")
    result = leadscore("load", file, "--store", "data_service")
    assert result.exit_code == 2
    assert "contact_list is missing" in result.stderr
