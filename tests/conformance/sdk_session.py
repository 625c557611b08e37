# SPDX-License-Identifier: Apache-2.0
"""The official Python SDK set up for the simulator, and what :mod:`drive_sdk` sends with it.

The SDK waits for ``Retry-After`` by sleeping; here a sleep moves the simulator's virtual clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import PureCloudPlatformClientV2
import urllib3.util.retry
from PureCloudPlatformClientV2.rest import ApiException

sdk = PureCloudPlatformClientV2
COLUMNS = ["lead_id", "phone", "zone", "ml_score", "ml_score_at"]
FRESH_AT, STALE_AT = "2026-11-23T08:00:00.000Z", "2026-11-21T08:00:00.000Z"
ADMIN = ("local-deployer", "local-deployer-secret")


class Session:
    """What the steps share: the SDK's objects, and what was made so far."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.slept: list[float] = []
        sdk.configuration.host = url
        urllib3.util.retry.time = SimpleNamespace(sleep=self.sleep)
        self.client = self.log_in(*ADMIN)
        self.outbound = sdk.OutboundApi(self.client)
        self.list_id = ""

    def log_in(self, client_id: str, secret: str) -> Any:
        return sdk.api_client.ApiClient().get_client_credentials_token(client_id, secret)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.simulator("POST", "/sim/clock", {"advance": seconds})

    def simulator(self, method: str, path: str, body: Any) -> None:
        answer = urllib3.request(method, self.url + path, json=body)
        assert answer.status < 300, answer.data

    def fetch(self, address: str) -> list[str]:
        """The lines of a file that the API gave the address of."""
        token = {"Authorization": f"Bearer {self.client.access_token}"}
        answer = urllib3.request("GET", address, headers=token)
        assert answer.status == 200, answer.data
        return answer.data.decode().splitlines()

    def new_client(self, client_id: str, **settings: Any) -> Any:
        settings = {"secret": "secret", "permissions": ["*"], **settings}
        self.simulator("POST", "/sim/clients", {"client_id": client_id, **settings})
        return self.log_in(client_id, "secret")


def made(model: Any, **values: Any) -> Any:
    """One of the SDK's models, with these values."""
    for name, value in values.items():
        setattr(model, name, value)
    return model


def refusal(ask: Callable[[], Any]) -> Any:
    """What the SDK raised: status, code, and whether the body names the answer's correlation id."""
    try:
        ask()
    except ApiException as error:
        body = json.loads(error.body)
        headers = {name.lower(): value for name, value in error.headers.items()}
        if "error" in body:
            return [error.status, body["error"], "no context"]
        named = body["contextId"] == headers["inin-correlation-id"] and bool(body["message"])
        return [error.status, body["code"], "in context" if named else "lost"]
    return "not refused"


def lead(session: Session, number: int, score: int) -> Any:
    return made(
        sdk.WritableDialerContact(),
        id=f"lead-{number}",
        contact_list_id=session.list_id,
        data={
            "lead_id": f"lead-{number}",
            "phone": f"+44{number:07}",
            "zone": "Europe/London",
            "ml_score": str(score),
            "ml_score_at": STALE_AT if number % 4 == 0 else FRESH_AT,
        },
        callable=True,
    )


def definition(name: str, **changes: Any) -> Any:
    score = made(
        sdk.ColumnDataTypeSpecification(),
        column_name="ml_score",
        column_data_type="NUMERIC",
        min=0,
        max=100,
    )
    at = made(
        sdk.ColumnDataTypeSpecification(), column_name="ml_score_at", column_data_type="TIMESTAMP"
    )
    phone = made(
        sdk.ContactPhoneNumberColumn(),
        column_name="phone",
        type="cell",
        callable_time_column_name="zone",
    )
    values = {
        "name": name,
        "column_names": COLUMNS,
        "phone_columns": [phone],
        "column_data_type_specifications": [score, at],
        "automatic_time_zone_mapping": False,
        "retention_type": "Never",
    }
    return made(sdk.ContactList(), **{**values, **changes})


def freshness(session: Session, name: str, column: str = "ml_score_at") -> Any:
    predicate = made(
        sdk.ContactListFilterPredicate(),
        column=column,
        column_type="alphabetic",
        operator="BEFORE",
        value="P-01DT00H00M",
        inverted=True,
    )
    clause = made(sdk.ContactListFilterClause(), filter_type="AND", predicates=[predicate])
    return made(
        sdk.ContactListFilter(),
        name=name,
        contact_list=made(sdk.DomainEntityRef(), id=session.list_id),
        source_type="ContactList",
        filter_type="AND",
        clauses=[clause],
    )
