# SPDX-License-Identifier: Apache-2.0
"""What can be set: one list of options, which are flags, variables and keys of a file at once.

``retry_total`` is the flag ``--retry-total``, the variable ``LEADSCORE_RETRY_TOTAL`` and the key
``retry_total`` of the file. Secrets have no flag: command lines show up in process lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, InstanceOf, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from integration.distribution import GuardLimits
from integration.outbox.place import OutboxServer, place_of
from integration.platform.regions import base_url, is_loopback, locate
from integration.platform.retry import CALLS
from integration.policy import ScoreColumns, ScoringPolicy
from integration.service_settings import ServiceSettings, option, seconds, whole
from integration.telemetry import LogFormat, LogLevel

ENV_PREFIX: Final = "LEADSCORE_"

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_POLICY: Final = ScoringPolicy()
_GUARD: Final = GuardLimits()
_LONGEST_SECRET: Final = 10_000


def _region(text: str) -> str:
    if text:
        locate(region=text)
    return text


def _gateway(text: str) -> str:
    return base_url(text) if text else text


def _id(text: str) -> str:
    if text and _ID.fullmatch(text) is None:
        raise ValueError("it is not an id; ids have no white space and no special characters")
    return text


def _name(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("a name of printable characters is needed")
    return text


def _outbox(value: object) -> object:
    """A path, or the address of a server."""
    if isinstance(value, str):
        return place_of(value.strip())
    if not isinstance(value, Path | OutboxServer):
        raise ValueError("give text")  # noqa: TRY004 - what validators have to raise
    return value


def _webhook(text: str) -> str:
    parts = urlsplit(text)
    plain = parts.scheme == "http" and is_loopback(text)
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise ValueError("an https address is needed; plain http is for this machine only")
    return text


StoreKind = Literal["contact_list", "data_table", "data_service"]
"""Each is also the name of the setting that says which one it is."""

_Id = Annotated[str, AfterValidator(_id)]
_Name = Annotated[str, AfterValidator(_name)]


_COLUMNS: Final = tuple(
    f"column_{which}" for which in ("lead", "score", "instant", "tier", "model")
)
_BOUND: Final = (
    *_COLUMNS,
    "senior_tier",
    "general_tier",
    "audit",
    "columns_kept",
    "strategy",
    "store",
    "contact_list",
    "senior_list",
    "general_list",
)
_YES: Final = frozenset({"true", "yes", "on", "1", "t", "y"})


def clashes(texts: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with settings that are bound to each other, given as text by option."""
    columns = [texts[option] for option in _COLUMNS]
    if len(set(columns)) < len(columns):
        yield f"the columns must differ from each other: {', '.join(columns)}"
    if texts["senior_tier"] == texts["general_tier"]:
        yield f"both tiers are called {texts['senior_tier']}; their names must differ"
    if texts["audit"] == "ledger" and texts["columns_kept"].lower() not in _YES:
        yield (
            "the ledger audit writes score columns alone, which is safe only where the "
            "organisation keeps the others: leadscore probe finds that out and sets columns_kept"
        )
    yield from _list_clashes(texts)


def _list_clashes(texts: Mapping[str, str]) -> Iterator[str]:
    lists = [texts[option] for option in ("senior_list", "general_list")]
    if texts["strategy"] == "queues":
        if texts["store"] != "contact_list":
            yield f"the strategy queues keeps scores in contact lists, not in a {texts['store']}"
        if lists[0] and lists[0] == lists[1]:
            yield f"both tiers have the contact list {lists[0]}; each needs one of its own"
        if texts["audit"] == "ledger":
            yield (
                "the strategy queues has to read which list a lead is dialled from; leave the "
                "audit at read"
            )
    elif texts["store"] == "contact_list" and all(lists) and not texts["contact_list"]:
        yield (
            "senior_list and general_list are for the strategy queues; set strategy to queues, "
            "or name a contact_list"
        )


class Settings(ServiceSettings):
    """Validated settings of one command.

    Whether everything is there that a command needs is not decided here: looking at the outbox
    takes no credentials.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    region: Annotated[str, AfterValidator(_region)] = option(
        "", "Region of the organisation, such as eu-central-1 or mypurecloud.de."
    )
    gateway: Annotated[str, AfterValidator(_gateway)] = option(
        "",
        "Address to use instead of a region's, such as http://127.0.0.1:8089 for the simulator. "
        "Plain http is for this machine only.",
    )
    client_id: _Id = option("", "Id of the OAuth client that writes scores.", "the client's id")
    client_secret: SecretStr = option(
        SecretStr(""), "Its secret; better kept in a file of its own.", max_length=_LONGEST_SECRET
    )
    client_secret_file: Path | None = option(
        None, "File that holds the secret and nothing else; read again for every token."
    )
    store: StoreKind = option(
        "contact_list",
        "Where scores are kept: contact_list (the campaign sorts by it), data_table (up to 5,000 "
        "leads, for flows) or data_service (the seed guide's; the real platform has none).",
        "contact_list, data_table or data_service",
    )
    strategy: Literal["skills", "queues"] = option(
        "skills",
        "How the best leads reach the senior agents: skills (one contact list) or queues (a "
        "contact list for each tier, every lead on both).",
        "skills or queues",
    )
    contact_list: _Id = option(
        "", "Id of the contact list that carries the scores, for the strategy skills."
    )
    senior_list: _Id = option(
        "", "Id of the contact list of the senior tier, for the strategy queues."
    )
    general_list: _Id = option(
        "", "Id of the contact list of the general tier, for the strategy queues."
    )
    campaign: _Id = option("", "Id of the campaign, for the strategy skills.")
    senior_campaign: _Id = option(
        "", "Id of the campaign of the senior tier, for the strategy queues."
    )
    general_campaign: _Id = option(
        "", "Id of the campaign of the general tier, for the strategy queues."
    )
    scratch_division: _Id = option("", "Id of the division for the scratch list of a probe.")
    data_table: _Id = option("", "Id of the data table, where scores are kept in one.")
    data_service: _Id = option(
        "LeadScoringIntegration",
        "Id or name of the data service, where scores are kept in one.",
        "the service's id or name",
        min_length=1,
    )
    data_entity: _Id = option("LeadScore", "Name of its entity.", "the entity's name", min_length=1)

    outbox: Annotated[Path | InstanceOf[OutboxServer], BeforeValidator(_outbox)] = option(
        Path(".leadscore/outbox.db"),
        "File of scores not yet delivered and of all that were; for several machines the "
        "postgresql:// address of a server.",
    )
    outbox_file: Path | None = option(
        None, "File that holds the address of the outbox and nothing else, with its password."
    )
    keep_days: int = whole(90, "Days that finished runs and writes stay on record.", 1, 36_500)
    audit: Literal["read", "ledger"] = option(
        "read",
        "Where previous values come from: read (from the platform before each write) or ledger "
        "(from this outbox; fewer calls).",
        "read or ledger",
    )
    columns_kept: bool = option(
        default=False,
        description="The organisation keeps the columns that a write leaves out, and somebody has "
        "checked that. The ledger audit needs it.",
        expects="true or false",
    )
    callable_kept: bool = option(
        default=True,
        description="A contact that is marked as not callable stays so when a score is written. "
        "leadscore probe finds that out; where it is not so, nothing is written.",
        expects="true or false",
    )
    skip_unchanged: bool = option(
        default=False,
        description="Do not write a score of the same value while the stored one is younger than "
        "half the maximum age.",
        expects="true or false",
    )

    guard: bool = option(
        default=True,
        description="Hold the scores of a push that look broken: nearly all the same, or far from "
        "those accepted before.",
        expects="true or false",
    )
    guard_least: int = whole(
        _GUARD.least, "Fewer scores than that are never held.", 2, 1_000_000_000
    )
    guard_same: int = whole(
        round(100 * _GUARD.same),
        "Percent of scores that are the same, from where on they are held.",
        51,
        100,
    )
    guard_shift: int = whole(
        round(100 * _GUARD.shift),
        "Percent of all leads that may move across one score; where more would, scores are held.",
        1,
        100,
    )

    column_lead: _Name = option(_POLICY.columns.lead, "Column of the lead id.", max_length=128)
    column_score: _Name = option(_POLICY.columns.score, "Column of the score.", max_length=128)
    column_instant: _Name = option(
        _POLICY.columns.instant, "Column of the time it was calculated at.", max_length=128
    )
    column_tier: _Name = option(_POLICY.columns.tier, "Column of the route tier.", max_length=128)
    column_model: _Name = option(
        _POLICY.columns.model, "Column of the model's version.", max_length=128
    )
    senior_above: int = whole(_POLICY.senior_above, "Scores above it go to the seniors.", 0, 100)
    high_value_from: int = whole(
        _POLICY.high_value_from, "Scores from it on ask for the high-value skill.", 0, 100
    )
    senior_tier: _Name = option(_POLICY.senior_tier, "Name of the senior tier.", max_length=64)
    general_tier: _Name = option(_POLICY.general_tier, "Name of the general tier.", max_length=64)
    high_value_skill: _Name = option(
        _POLICY.high_value_skill, "Name of the high-value skill.", max_length=64
    )
    max_age_minutes: int = whole(
        _POLICY.max_age // timedelta(minutes=1),
        "How old a score may be and still steer dialling, in minutes.",
        1,
        5_256_000,
    )

    recall_minutes: int = whole(
        60,
        "How long a lead keeps its tier after a call that reached nobody, because its campaign "
        "may call it again, in minutes; for the strategy queues.",
        0,
        525_600,
    )

    sweep_verified: bool = option(
        default=False,
        description="Somebody has verified in this organisation that a bulk update job leaves "
        "other columns and the dialing queue alone. A sweep needs it.",
        expects="true or false",
    )

    batch_size: int = whole(1000, "Scores in one write.", 1, 1000)
    calls_per_minute: int = whole(
        300, "Calls per minute to begin with; the platform's own figure replaces it.", 1, 100_000
    )
    concurrency: int = whole(10, "Calls under way at the same time.", 1, 64)
    retry_attempts: int = whole(CALLS.attempts, "Tries of one call that fails, in all.", 1, 100)
    retry_total: float = seconds(
        CALLS.total, "Seconds after which a failing call is given up.", 86_400
    )

    drift_webhook: Annotated[str, AfterValidator(_webhook)] | None = option(
        None, "Address that is told when scores could not be delivered.", repr=False
    )
    drift_file: Path | None = option(
        None, "File to which the same alerts are appended as JSON lines."
    )
    metrics_file: Path | None = option(
        None,
        "File for the metrics of each run, in the text format of Prometheus, as the textfile "
        "collector of the node exporter reads it.",
    )
    log_format: LogFormat = option(
        "auto", "How the log looks; auto is console on a terminal.", "auto, console or json"
    )
    log_level: LogLevel = option(
        "warning", "Least important events in the log.", "debug, info, warning or error"
    )

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        for clash in clashes({name: str(getattr(self, name)) for name in _BOUND}):
            raise ValueError(clash)
        return self

    @property
    def may_sweep(self) -> bool:
        """Whether a sweep may change anything: in a live organisation only once verified."""
        return self.sweep_verified or (bool(self.gateway) and is_loopback(self.gateway))

    @property
    def state_folder(self) -> Path:
        """Where files are kept that go with the outbox: beside it where it is a file itself."""
        return self.outbox.parent if isinstance(self.outbox, Path) else Path(".leadscore")

    def campaigns(self) -> tuple[str, ...]:
        """The ids of the campaigns, that of the senior tier first."""
        if self.strategy == "queues":
            return self.senior_campaign, self.general_campaign
        return (self.campaign,)

    def score_columns(self) -> ScoreColumns:
        """The names of the columns of a score."""
        return ScoreColumns(
            lead=self.column_lead,
            score=self.column_score,
            instant=self.column_instant,
            tier=self.column_tier,
            model=self.column_model,
        )

    def policy(self) -> ScoringPolicy:
        """What a score means for dialling."""
        return ScoringPolicy(
            senior_above=self.senior_above,
            high_value_from=self.high_value_from,
            max_age=timedelta(minutes=self.max_age_minutes),
            senior_tier=self.senior_tier,
            general_tier=self.general_tier,
            high_value_skill=self.high_value_skill,
            columns=self.score_columns(),
        )

    def guard_limits(self) -> GuardLimits | None:
        """From where on scores look broken; None: they are not judged."""
        if not self.guard:
            return None
        return GuardLimits(self.guard_least, self.guard_same / 100, self.guard_shift / 100)

    def lists(self) -> dict[str, str]:
        """The contact lists that leads are on, by tier; one for all tiers has the tier ""."""
        if self.strategy == "skills":
            return {"": self.contact_list}
        return {self.senior_tier: self.senior_list, self.general_tier: self.general_list}

    def read_secret(self) -> SecretStr:
        """The client's secret as it is now; a file is read again each time.

        Raises:
            ValueError: the file cannot be read, or holds no secret.
        """
        if self.client_secret_file is None:
            return self.client_secret
        try:
            with self.client_secret_file.open(encoding="ascii") as file:
                text = file.read(_LONGEST_SECRET).strip()
        except (OSError, UnicodeError) as problem:
            reason = getattr(problem, "strerror", None) or "it is not plain text"
            raise ValueError(f"{self.client_secret_file} cannot be read ({reason})") from problem
        if not text or not text.isprintable():
            raise ValueError(f"{self.client_secret_file} holds no secret; one line is needed")
        return SecretStr(text)
