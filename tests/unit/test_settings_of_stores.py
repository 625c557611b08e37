# SPDX-License-Identifier: Apache-2.0
"""Settings that say where scores are kept, and what else is needed then."""

from __future__ import annotations

import os

import pytest

from integration.configuration import PLATFORM, SettingsError, load_settings

SECRET = "swordfish-1234567"
PAIR = {"strategy": "queues", "senior_list": "list-2", "general_list": "list-3"}


@pytest.fixture(autouse=True)
def bare(tmp_path, monkeypatch):
    """An empty working directory and no variable of ours."""
    for name in list(os.environ):
        if name.upper().startswith("LEADSCORE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def problems(flags=None, **options):
    with pytest.raises(SettingsError) as caught:
        load_settings(flags, **options)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("store", "missing"),
    [
        (None, ["contact_list"]),
        ("contact_list", ["contact_list"]),
        ("data_table", ["data_table"]),
        ("data_service", []),
        ("region", []),
    ],
    ids=["none named", "contact list", "data table", "data service", "no store"],
)
def test_the_store_says_what_is_needed(monkeypatch, store, missing):
    """Where scores are kept decides which id must be given; the guide's names are known."""
    flags = {"region": "eu-central-1", "client_id": "c", "store": store}
    monkeypatch.setenv("LEADSCORE_CLIENT_SECRET", SECRET)
    try:
        load_settings(flags, needs=PLATFORM)
        found = []
    except SettingsError as error:
        found = [problem.split(" ")[0] for problem in error.problems]
    assert [name for name in found if name != "--store"] == missing
    assert ("--store" in found) == (store == "region")


def test_the_strategy_queues_needs_two_lists_in_place_of_one():
    """With two tiers a contact list for each is needed, and no other."""
    told = problems({"strategy": "queues", "senior_list": "list-2"}, needs=("contact_list",))
    assert len(told) == 1
    assert "general_list is missing: give --general-list, set LEADSCORE_GENERAL_LIST" in told[0]
    assert load_settings(PAIR, needs=("contact_list",)).general_list == "list-3"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"general_list": "list-2"}, "both tiers have the contact list list-2; each needs one"),
        ({"audit": "ledger", "columns_kept": "yes"}, "leave the audit at read"),
        ({"strategy": "skills"}, "are for the strategy queues; set strategy to queues"),
        ({"store": "data_table"}, "keeps scores in contact lists, not in a data_table"),
    ],
    ids=[
        "one list for both",
        "an audit that does not look",
        "lists of the other strategy",
        "another place",
    ],
)
def test_settings_that_do_not_go_with_the_strategy(changed, message):
    """What the strategies exclude is told, with what to do."""
    (told,) = problems(PAIR | changed)
    assert message in told


def test_the_lists_of_both_strategies_may_be_named():
    """Whoever changes the strategy need not take out the lists of the other one."""
    lists = PAIR | {"contact_list": "list-1"}
    assert load_settings(lists).strategy == "queues"
    assert load_settings(lists | {"strategy": "skills"}).contact_list == "list-1"
