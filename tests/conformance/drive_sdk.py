# SPDX-License-Identifier: Apache-2.0
"""A user of the official Python SDK: run as ``drive_sdk.py URL``, prints what happened as JSON.

It is a program of its own, so that the SDK's import, its threads and its file watcher stay out of
the tests, and it is imported once. The simulator at ``URL`` runs on a virtual clock.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

# Beside this program, which is run from here and not as a module of the tests.
from drive_outbound import campaigns
from drive_routing import contact_centre
from sdk_session import (
    COLUMNS,
    FRESH_AT,
    Session,
    definition,
    freshness,
    lead,
    made,
    refusal,
    sdk,
)


def log_in(session: Session) -> Any:
    token = sdk.TokensApi(session.client).get_tokens_me()
    organisation = sdk.OrganizationApi(session.client).get_organizations_me()
    namespaces = sdk.OrganizationApi(session.client).get_organizations_limits_namespaces()
    return {
        "client": token.o_auth_client.id,
        "organisation": token.organization.id == organisation.id,
        "state": organisation.state,
        "platform": organisation.product_platform,
        "namespaces": namespaces["entities"],
    }


def make_list(session: Session) -> Any:
    made_list = session.outbound.post_outbound_contactlists(definition("Leads"))
    session.list_id = made_list.id
    (score, at) = made_list.column_data_type_specifications
    return {
        "version": made_list.version,
        "columns": made_list.column_names,
        "types": [score.column_data_type, score.max, at.column_data_type],
        "retention": made_list.retention_type,
        "zone of the creation time": str(made_list.date_created.tzinfo),
        "division": made_list.division.name,
    }


def upsert(session: Session) -> Any:
    first = [lead(session, number, 50) for number in range(1000)]
    made_first = session.outbound.post_outbound_contactlist_contacts(session.list_id, first)
    second = [lead(session, number, number % 101) for number in range(1000)]
    changed = session.outbound.post_outbound_contactlist_contacts(
        session.list_id, second, priority=False, clear_system_data=False, do_not_queue=True
    )
    stored = session.outbound.get_outbound_contactlist(session.list_id, include_size=True)
    return {
        "made": [len(made_first), made_first[7].id, made_first[7].data["ml_score"]],
        "changed": [len(changed), changed[7].id, changed[7].data["ml_score"]],
        "in the list": stored.size,
    }


def read_back(session: Session) -> Any:
    wrong = []
    for start in range(0, 1000, 50):
        ids = [f"lead-{number}" for number in range(start, start + 50)]
        found = session.outbound.post_outbound_contactlist_contacts_bulk(session.list_id, ids)
        wrong += [
            contact.id
            for number, contact in zip(range(start, start + 50), found, strict=True)
            if (contact.id, contact.data["ml_score"]) != (f"lead-{number}", str(number % 101))
        ]
    one = session.outbound.get_outbound_contactlist_contact(session.list_id, "lead-7")
    return {
        "wrong": wrong,
        "one": [one.data["ml_score"], one.callable, one.phone_number_status["phone"].callable],
    }


def search(session: Session) -> Any:
    def scores(*, numeric: bool) -> list[str]:
        sort = made(sdk.ContactSort(), field_name="ml_score", direction="DESC", numeric=numeric)
        found, number, pages = [], 1, 1
        while number <= pages:
            request = made(
                sdk.ContactListingRequest(), page_number=number, page_size=100, contact_sorts=[sort]
            )
            page = session.outbound.post_outbound_contactlist_contacts_search(
                session.list_id, request
            )
            found += [contact.data["ml_score"] for contact in page.entities]
            number, pages = number + 1, page.page_count
        return found

    return {"as numbers": scores(numeric=True), "as text": scores(numeric=False)}


def filters(session: Session) -> Any:
    preview = session.outbound.post_outbound_contactlistfilters_preview(freshness(session, "x"))
    stored = session.outbound.post_outbound_contactlistfilters(freshness(session, "Fresh"))
    found = session.outbound.post_outbound_contactlist_contacts_search(
        session.list_id,
        made(sdk.ContactListingRequest(), contact_list_filter_id=stored.id, page_size=1),
    )
    session.outbound.put_outbound_contactlistfilter(stored.id, stored)
    return {
        "filtered": preview.filtered_contacts,
        "total": preview.total_contacts,
        "previewed are fresh": {contact.data["ml_score_at"] for contact in preview.preview}
        == {FRESH_AT},
        "operator": stored.clauses[0].predicates[0].operator,
        "found by it": found.contacts_count,
        "stale version": refusal(
            lambda: session.outbound.put_outbound_contactlistfilter(stored.id, stored)
        ),
    }


def send_back(session: Session) -> Any:
    """GET then PUT: the read-only fields go back too, and are ignored."""
    read = session.outbound.get_outbound_contactlist(session.list_id, include_size=True)
    read.name = "Leads, renamed"
    changed = session.outbound.put_outbound_contactlist(session.list_id, read)
    contact = session.outbound.get_outbound_contactlist_contact(session.list_id, "lead-1")
    contact.data = {**contact.data, "ml_score": "99"}
    written = session.outbound.put_outbound_contactlist_contact(session.list_id, "lead-1", contact)
    return {
        "list": [changed.name, changed.version],
        "contact": written.data["ml_score"],
        "stale version": refusal(
            lambda: session.outbound.put_outbound_contactlist(session.list_id, read)
        ),
    }


def job(session: Session) -> Any:
    def criteria() -> Any:
        value = freshness(session, "x")
        value.clauses[0].predicates[0].inverted = False
        return made(sdk.ContactBulkSearchCriteria(), filter_type="AND", clauses=value.clauses)

    patch = made(sdk.DialerContact(), contact_list_id=session.list_id, data={"ml_score": "0"})
    begun = session.outbound.post_outbound_contactlist_contacts_bulk_update(
        session.list_id,
        made(sdk.ContactBulkEditRequest(), criteria=criteria(), contact=patch),
    )
    session.simulator("POST", "/sim/clock", {"advance": 60})
    done = session.outbound.get_outbound_contactlist_contacts_bulk_job(session.list_id, begun.id)
    backup = session.fetch(done.download_uri)
    return {
        "begun": begun.state,
        "backup": [len(backup), backup[0].split(",")[:2]],
        "done": [done.state, done.type, done.completed_records, done.percent_complete],
    }


def wrong_calls(session: Session) -> Any:
    outbound, list_id = session.outbound, session.list_id
    reader = sdk.OutboundApi(
        session.new_client("reader", permissions=["outbound:contactList:view"])
    )
    stranger = sdk.OutboundApi(sdk.api_client.ApiClient())
    rows = [lead(session, number, 1) for number in range(1001)]

    def row(**changes: Any) -> Any:
        return [made(lead(session, 1, 1), **changes)]

    def sorted_by(column: str) -> Any:
        sort = made(sdk.ContactSort(), field_name=column, direction="ASC")
        return made(sdk.ContactListingRequest(), contact_sorts=[sort])

    def add(body: Any) -> Callable[[], Any]:
        return lambda: outbound.post_outbound_contactlist_contacts(list_id, body)

    calls = {
        "wrong secret": lambda: session.log_in("reader", "wrong"),
        "no token": lambda: stranger.get_outbound_contactlist(list_id),
        "no permission": lambda: reader.post_outbound_contactlist_contacts(list_id, rows[:1]),
        "unknown list": lambda: outbound.get_outbound_contactlist("unknown"),
        "unknown contact": lambda: outbound.get_outbound_contactlist_contact(list_id, "unknown"),
        "write to an unknown contact": lambda: outbound.put_outbound_contactlist_contact(
            list_id, "unknown", made(sdk.DialerContact(), contact_list_id=list_id, data={})
        ),
        "1,001 contacts": add(rows),
        "unknown column": add(row(data={"shoe_size": "44"})),
        "special characters in an id": add(row(id="a b")),
        "a number in place of text": add(row(data={"ml_score": 87})),
        "a score out of range": add(row(data={"ml_score": "101"})),
        "51 ids": lambda: outbound.post_outbound_contactlist_contacts_bulk(list_id, ["x"] * 51),
        "sort by an unknown column": lambda: outbound.post_outbound_contactlist_contacts_search(
            list_id, sorted_by("shoe_size")
        ),
        "filter on an unknown column": lambda: outbound.post_outbound_contactlistfilters_preview(
            freshness(session, "x", "shoe_size")
        ),
        "the same name again": lambda: outbound.post_outbound_contactlists(
            definition("Leads, renamed")
        ),
        "no phone column": lambda: outbound.post_outbound_contactlists(
            definition("No phone", phone_columns=[])
        ),
        "other columns": lambda: outbound.put_outbound_contactlist(
            list_id, definition("Leads", column_names=[*COLUMNS, "region"], version=2)
        ),
        "a list in use": lambda: outbound.delete_outbound_contactlist(list_id),
        "not simulated": lambda: sdk.GreetingsApi(session.client).get_greetings(),
    }
    return {name: refusal(ask) for name, ask in calls.items()}


def limit(session: Session) -> Any:
    slow = sdk.OutboundApi(session.new_client("slow", rate_limit=3))
    session.slept.clear()
    for _ in range(4):
        slow.get_outbound_contactlist(session.list_id)
    headers = {
        name.lower(): value for name, value in slow.api_client.last_response.getheaders().items()
    }
    waited = list(session.slept)
    rule = {"operation": "get_outbound_contactlist", "kind": "status", "nth": [1], "status": 429}
    session.simulator("PUT", "/sim/faults", {"rules": [rule]})
    without = refusal(lambda: session.outbound.get_outbound_contactlist(session.list_id))
    rule = {**rule, "status": 503, "retry_after": 7}
    session.simulator("PUT", "/sim/faults", {"rules": [rule]})
    session.slept.clear()
    session.outbound.get_outbound_contactlist(session.list_id)
    return {
        "waited": waited,
        "allowed": headers["inin-ratelimit-allowed"],
        "count": headers["inin-ratelimit-count"],
        "429 without Retry-After": without,
        "waited on a 503": session.slept,
    }


def tokens(session: Session) -> Any:
    def ask(client: Any) -> Callable[[], Any]:
        return lambda: sdk.TokensApi(client).get_tokens_me()

    short = session.new_client("short", token_life=300)
    before = refusal(ask(short))
    session.simulator("POST", "/sim/clock", {"advance": 300})
    expired = refusal(ask(short))
    revoked = session.log_in("short", "secret")
    sdk.TokensApi(revoked).delete_tokens_me()
    disabled = session.log_in("short", "secret")
    session.simulator("PATCH", "/sim/clients/short", {"state": "disabled"})
    return {
        "valid": before,
        "expired": expired,
        "revoked": refusal(ask(revoked)),
        "disabled": refusal(ask(disabled)),
        "no new one": refusal(lambda: session.log_in("short", "secret")),
    }


def clean_up(session: Session) -> Any:
    outbound, list_id = session.outbound, session.list_id
    for stored in outbound.get_outbound_contactlistfilters(contact_list_id=list_id).entities:
        outbound.delete_outbound_contactlistfilter(stored.id)
    ids = [f"lead-{number}" for number in range(250)]
    outbound.delete_outbound_contactlist_contacts(list_id, ids)
    left = outbound.get_outbound_contactlist(list_id, include_size=True).size
    outbound.post_outbound_contactlist_clear(list_id)
    cleared = outbound.get_outbound_contactlist(list_id, include_size=True).size
    outbound.delete_outbound_contactlist(list_id)
    gone = refusal(lambda: outbound.get_outbound_contactlist(list_id))
    return {"left": left, "cleared": cleared, "gone": gone}


STEPS = (
    log_in,
    make_list,
    upsert,
    read_back,
    search,
    filters,
    send_back,
    wrong_calls,
    job,
    limit,
    tokens,
    contact_centre,
    campaigns,
    clean_up,
)

if __name__ == "__main__":
    the_session = Session(sys.argv[1])
    json.dump({step.__name__: step(the_session) for step in STEPS}, sys.stdout)
