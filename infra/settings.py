# SPDX-License-Identifier: Apache-2.0
"""The stack's configuration: typed, and wrong in all its places at once.

What people state for an environment is stated in ``Pulumi.<stack>.yaml`` and nowhere else. It
is checked before the first resource, so that a typing error changes nothing on the platform.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Final
from zoneinfo import available_timezones

import pulumi
from pulumi.runtime.config import CONFIG
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from infra.lanes import Lane, Strategy, lanes_of
from infra.names import Name, Names
from infra.organisation import Organisation, read_organisation
from integration.policy import ScoreColumns, ScoringPolicy

LONGEST_NAME: Final = 64
"""Characters of a name. Source: platform reference, section 3 (``name.length.exceeded``)."""

MOST_COLUMNS: Final = 50
"""Columns of a contact list. Source: platform reference, section 3."""

_POLICY: Final = ScoringPolicy()
_LONGEST_AGE: Final = 99 * 24 * 60  # relative times on the platform have two digits for days
_REQUIRED: Final[Mapping[str, Any]] = {
    "site": "a site",
    "script": "a script",
    "callerName": "a name",
    "callerAddress": "+15550100",
    "timeZones": ["UTC"],
}
"""Settings without a default, with values that stand in while the others are looked at."""


class SettingsError(pulumi.RunError):
    """A configuration that cannot be used: all of what is wrong, one problem a line."""

    def __init__(self, stack: str, problems: list[str]) -> None:
        self.problems = tuple(problems)
        lines = [f"Pulumi.{stack}.yaml cannot be used; nothing was changed:", *problems]
        super().__init__("\n  ".join(lines))


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError("there is no such time zone; give an IANA name such as Europe/London")
    return text


class _Columns(BaseModel):
    """Names of the score columns, for stacks that adopt a list which calls them otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    lead: Name = _POLICY.columns.lead
    score: Name = _POLICY.columns.score
    instant: Name = _POLICY.columns.instant
    tier: Name = _POLICY.columns.tier
    model: Name = _POLICY.columns.model


class Settings(BaseModel):
    """What one stack is told. Keys are in camel case: ``seniorAbove``."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, str_strip_whitespace=True
    )

    strategy: Strategy = "queues"
    senior_above: int = Field(_POLICY.senior_above, ge=0, le=100)
    high_value_from: int = Field(_POLICY.high_value_from, ge=0, le=100)
    max_age_minutes: int = Field(_POLICY.max_age // timedelta(minutes=1), ge=1, le=_LONGEST_AGE)

    names: Names = Names()
    suffix: str = ""
    wrap_up_codes: tuple[Name, ...] = ("Sold", "Not Interested", "Call Back")

    columns: _Columns = _Columns()
    phone_column: Name = "phone"
    zone_column: Name = "zone"
    extra_columns: tuple[Name, ...] = ()
    adopt: dict[str, Name] = Field(default_factory=dict)

    site: Name
    script: Name
    caller_name: Name
    caller_address: str = Field(pattern=r"^\+[1-9][0-9]{6,14}$")

    time_zones: tuple[Annotated[str, AfterValidator(_zone)], ...] = Field(min_length=1)
    calling_days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(
        (1, 2, 3, 4, 5), min_length=1
    )
    calling_from: str = Field("09:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    calling_until: str = Field("18:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    attempts_per_contact: int = Field(3, ge=1, le=100)
    minutes_between_attempts: int = Field(60, ge=5, le=1440)

    protect: bool = True

    @property
    def policy(self) -> ScoringPolicy:
        """What a score means for dialling, as the pusher is to understand it too."""
        return ScoringPolicy(
            senior_above=self.senior_above,
            high_value_from=self.high_value_from,
            max_age=timedelta(minutes=self.max_age_minutes),
            high_value_skill=self.title(self.names.high_value_skill),
            columns=ScoreColumns(**self.columns.model_dump()),
        )

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes of the strategy."""
        return lanes_of(self.strategy, self.policy)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns of every contact list, in order."""
        score = self.columns
        known = (score.lead, self.phone_column, self.zone_column, score.score, score.instant)
        return (*known, score.tier, score.model, *self.extra_columns)

    def title(self, name: str, lane: Lane | None = None) -> str:
        """What an object is called on the platform: name, lane, environment."""
        return " ".join(part for part in (name, lane.key if lane else "", self.suffix) if part)


def read_settings() -> tuple[Settings, Organisation]:
    """The configuration of the stack that is being deployed.

    Raises:
        SettingsError: everything that is wrong with it.
    """
    return parse_settings(pulumi.get_project(), pulumi.get_stack(), CONFIG.get())


def parse_settings(
    project: str, stack: str, config: Mapping[str, str]
) -> tuple[Settings, Organisation]:
    """The settings in ``config``, whose keys carry their namespace (``lead-scoring:site``).

    Raises:
        SettingsError: everything that is wrong with them.
    """
    problems: list[str] = []
    organisation = read_organisation(config, problems)
    values: dict[str, Any] = {"suffix": stack}
    for key, text in config.items():
        namespace, _, name = key.partition(":")
        if namespace == project:
            values[name] = _value(text)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        problems += (_explain(project, one) for one in details)
        wrong = {str(one["loc"][0]) for one in details}
        good = {name: value for name, value in values.items() if name not in wrong}
        settings = Settings.model_validate({**_REQUIRED, **good})
    problems += (f"{project}:{clash}" for clash in _clashes(settings))
    if problems:
        raise SettingsError(stack, problems)
    return settings, organisation


def _value(text: str) -> Any:
    """Objects and lists come as JSON; all else is text that its field turns into what it needs."""
    if text[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _explain(project: str, error: ErrorDetails) -> str:
    option = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return f"{project}:{option} is missing: pulumi config set {option} …"
    if error["type"] == "extra_forbidden":
        known = [to_camel(field) for field in (*Settings.model_fields, *Names.model_fields)]
        close = get_close_matches(str(error["loc"][-1]), known, n=1)
        hint = f"did you mean {close[0]}?" if close else "remove it"
        return f"{project}:{option} is no setting; {hint}"
    said = error["msg"].removeprefix("Value error, ")
    return f"{project}:{option} is {str(error['input'])[:60]!r}: {said}"


def _clashes(settings: Settings) -> Iterator[str]:
    """What is wrong between settings that are good by themselves."""
    if settings.strategy == "queues" and settings.high_value_from <= settings.senior_above:
        yield (
            f"highValueFrom is {settings.high_value_from}: leads up to {settings.senior_above} go "
            "to the general queue, where nobody has the high-value skill that such a lead would "
            f"wait for; give more than seniorAbove ({settings.senior_above})"
        )
    columns = settings.column_names
    for column in sorted({column for column in columns if columns.count(column) > 1}):
        yield f"columns: two columns are called {column}; their names must differ"
    if len(columns) > MOST_COLUMNS:
        yield f"extraColumns: {len(columns)} columns in all, a contact list has {MOST_COLUMNS}"
    if settings.calling_from >= settings.calling_until:
        yield f"callingUntil is {settings.calling_until}, not after {settings.calling_from}"
    lists = {lane.resource("leads") for lane in settings.lanes}
    for key in sorted(settings.adopt.keys() - lists):
        yield f"adopt.{key} is no list of this stack, which has {' and '.join(sorted(lists))}"
    yield from _long_names(settings)


def _long_names(settings: Settings) -> Iterator[str]:
    by_lane = {"contact_list", "route", "dispatch", "campaign"}
    for field, name in settings.names.model_dump().items():
        lanes = settings.lanes if field in by_lane else (None,)
        title = max((settings.title(name, lane) for lane in lanes), key=len)
        if len(title) > LONGEST_NAME:
            yield (
                f"names.{to_camel(field)} makes {title!r}, which has {len(title)} characters; "
                f"{LONGEST_NAME} are allowed"
            )
    for code in settings.wrap_up_codes:
        if len(settings.title(code)) > LONGEST_NAME:
            yield f"wrapUpCodes: {settings.title(code)!r} is longer than {LONGEST_NAME} characters"
