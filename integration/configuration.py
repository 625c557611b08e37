# SPDX-License-Identifier: Apache-2.0
"""Puts settings together from flags, environment, stack and file, and says all that is wrong.

All problems are told at once, each with the three names of its option, where the bad value
came from, and what a good one looks like. No message shows the value of a secret.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource

from integration.outbox.place import is_server, place_of
from integration.settings import ENV_PREFIX, Settings, clashes
from integration.settings_file import (
    CONFIG_FILE,
    CONFIG_VARIABLE,
    OUTBOX,
    SECRETS,
    read_file,
    tells_password,
)
from integration.stack import Client, StackSettingsError, client_of, read_stack, settings_of

STACK_VARIABLE: Final = f"{ENV_PREFIX}STACK"
_OTHERS: Final = frozenset({CONFIG_VARIABLE, STACK_VARIABLE})
SECRET: Final = "client_secret"  # noqa: S105 - the name of an option
SECRET_FILE: Final = "client_secret_file"  # noqa: S105 - the same
OUTBOX_FILE: Final = "outbox_file"
STORE: Final = "store"
CONTACT_LIST: Final = "contact_list"
SIGN_IN: Final = ("client_id", SECRET)
"""What a command needs that looks at whatever the settings name."""
CONTACTS: Final = (*SIGN_IN, CONTACT_LIST)
"""What a command needs that loads contacts, beside a region or a gateway.

With the strategy queues, the lists of both tiers take the place of the one.
"""
PLATFORM: Final = ("client_id", SECRET, STORE)
"""What a command needs that reads and writes scores; the store stands for where they are kept."""
CAMPAIGN: Final = "campaign"
CAMPAIGNS: Final = ("client_id", SECRET, CAMPAIGN)
"""What a command needs that operates campaigns."""
_BY_TIER: Final = {
    CONTACT_LIST: ("senior_list", "general_list"),
    CAMPAIGN: ("senior_campaign", "general_campaign"),
}
"""What takes the place of an option with the strategy queues."""

_CALLED_AGAIN: Final = (
    "callable_kept is false: a write makes contacts callable here that were marked as not, so that "
    "people could be called again because of it (leadscore probe found that); set it to true where "
    "no contact is ever marked"
)
_SHOWN: Final = 60


class SettingsError(Exception):
    """Settings that cannot be used: all of what is wrong, one problem a line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        title = "1 setting cannot be used" if count == 1 else f"{count} settings cannot be used"
        super().__init__("\n".join([f"{title}:", *(f"  {one}" for one in self.problems)]))


@dataclass(frozen=True, slots=True)
class _Layers:
    """The values of the four places, the strongest first.

    A stack is named for one command, or for one shell; the file lies around for all of them.
    """

    flags: Mapping[str, Any]
    environment: Mapping[str, str]
    stack: Mapping[str, Any]
    file: Mapping[str, Any]
    stack_name: str
    path: Path | None

    @property
    def all(self) -> tuple[Mapping[str, Any], ...]:
        """The places themselves."""
        return self.flags, self.environment, self.stack, self.file

    def place(self, option: str) -> int | None:
        """The strongest place that has ``option``."""
        for place, values in enumerate(self.all):
            if option in values:
                return place
        return None

    def source(self, option: str) -> str:
        """Where the value of ``option`` comes from, in words."""
        names = (
            flag(option),
            variable(option),
            f"{option} of stack {self.stack_name}",
            f"{option} in {self.path}",
        )
        place = self.place(option)
        return names[-1 if place is None else place]

    def texts(self) -> dict[str, str]:
        """What counts for each option, as text."""
        return {
            option: str(self.value(option) or setting.default).strip()
            for option, setting in Settings.model_fields.items()
        }

    def value(self, option: str) -> Any:
        """What is given for ``option``."""
        place = self.place(option)
        return None if place is None else self.all[place][option]


def flag(option: str) -> str:
    """The flag of an option: ``--retry-total`` for ``retry_total``."""
    return "--" + option.replace("_", "-")


def variable(option: str) -> str:
    """The environment variable of an option."""
    return ENV_PREFIX + option.upper()


def load_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    config: Path | None = None,
    needs: Collection[str] = (),
    stack: str | None = None,
    client: Client = "pusher",
    outputs_of: Callable[[str], Mapping[str, Any]] = read_stack,
) -> Settings:
    """The settings of flags, environment, stack and file together, in that order of strength.

    Args:
        flags: options given on the command line; None stands for one that is not given.
        config: the file; else ``LEADSCORE_CONFIG`` names it, else ``leadscore.toml`` is read
            where it exists.
        needs: options that must not be blank; with a ``client_id`` among them, so must a
            region or gateway not be.
        stack: the Pulumi stack to take settings from; else ``LEADSCORE_STACK`` names it. One
            who needs nothing of the platform does without it.
        client: which of the stack's OAuth clients to be.
        outputs_of: reads what a stack exports.

    Raises:
        SettingsError: everything that is wrong.
    """
    problems: list[str] = []
    path, file = read_file(config, problems)
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    environment = _environment()
    file = {name: value for name, value in file.items() if not _unknown(name, path, problems)}
    problems += (
        f"{flag(name)} is blank; give it a value or leave it out"
        for name, value in given.items()
        if value == ""
    )
    name = stack or os.environ.get(STACK_VARIABLE, "")
    of_stack = _read_stack(name, client, outputs_of, problems) if name and needs else {}
    layers = _Layers(given, environment, of_stack, file, name, path)
    layers = _decided(layers, "region", "gateway", problems)
    layers = _decided(layers, SECRET, SECRET_FILE, problems)
    layers = _decided(layers, OUTBOX, OUTBOX_FILE, problems)
    if tells_password(given.get(OUTBOX)):
        problems.append(
            f"{flag(OUTBOX)} holds a password, which others can see in the list of processes; set "
            f"{variable(OUTBOX)} or {variable(OUTBOX_FILE)} instead, or PGPASSWORD beside it"
        )
    layers = _with_outbox_of_file(layers, problems)
    settings: Settings | None = None
    try:
        settings = _validated(layers)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        problems += (_explain(one, layers) for one in details if one["loc"])
        # Rules between settings are looked at by the model only where each of them is good.
        bound = [_said(one) for one in details if not one["loc"]]
        problems += dict.fromkeys([*bound, *clashes(layers.texts())])
    else:
        problems += _secret_problems(layers, settings)
    if settings and not settings.callable_kept and {STORE, CONTACT_LIST} & set(needs):
        problems.append(_CALLED_AGAIN)
    if of_stack or not (name and needs):  # a stack that cannot be read is what is missing
        problems += _missing(layers, needs)
    if problems or settings is None:
        problems += _misspelt_variables()
        raise SettingsError(problems)
    return settings


def _validated(layers: _Layers) -> Settings:
    class Layered(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - given by the library
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            stack = InitSettingsSource(settings_cls, dict(layers.stack))
            file = InitSettingsSource(settings_cls, dict(layers.file))
            return init_settings, env_settings, stack, file

    return Layered(**layers.flags)


def _environment() -> dict[str, str]:
    """Options in the environment, by name; a blank one counts as not given."""
    found = {}
    for name, value in os.environ.items():
        if name.upper().startswith(ENV_PREFIX) and value:
            option = name[len(ENV_PREFIX) :].lower()
            if option in Settings.model_fields:
                found[option] = value
    return found


def _read_stack(
    name: str,
    client: Client,
    outputs_of: Callable[[str], Mapping[str, Any]],
    problems: list[str],
) -> dict[str, Any]:
    """The settings of a stack; what is wrong with it goes to ``problems``."""
    try:
        outputs = outputs_of(name)
        found = settings_of(name, outputs, list(Settings.model_fields))
        return {**found, **client_of(name, outputs, client)}
    except StackSettingsError as problem:
        problems.append(f"--stack: {problem}")
        return {}


def _set(name: str) -> bool:
    return bool(os.environ.get(name))


def _unknown(name: str, path: Path | None, problems: list[str]) -> bool:
    if name in Settings.model_fields:
        return False
    close = get_close_matches(name.replace("-", "_"), Settings.model_fields, n=1)
    hint = f"did you mean {close[0]}?" if close else "remove it"
    problems.append(f"{name} in {path} is no option; {hint}")
    return True


def _misspelt_variables() -> list[str]:
    """Variables that look like ours and are none; told only beside other problems."""
    known = {variable(option) for option in Settings.model_fields}
    found = []
    for name in os.environ:
        if name.upper().startswith(ENV_PREFIX) and name.upper() not in known | _OTHERS:
            close = get_close_matches(name.upper(), known, n=1, cutoff=0.8)
            if close:
                found.append(f"{name} is set and is no option; did you mean {close[0]}?")
    return found


def _decided(layers: _Layers, one: str, other: str, problems: list[str]) -> _Layers:
    """Two options that exclude each other: the one from the stronger place counts."""
    places = layers.place(one), layers.place(other)
    if places[0] is None or places[1] is None:
        return layers
    if places[0] == places[1]:
        both = f"{layers.source(one)} and {layers.source(other)} are both given"
        problems.append(f"{both}; leave one of them out")
        return layers
    weaker = other if places[0] < places[1] else one
    # A flag without a value hides the weaker place from the library, which reads variables.
    blank = None if weaker in {SECRET_FILE, OUTBOX_FILE} else ""
    return replace(layers, flags={**layers.flags, weaker: blank})


def _secret_problems(layers: _Layers, settings: Settings) -> list[str]:
    if settings.client_secret_file is None:
        return []
    try:
        settings.read_secret()
    except ValueError as error:
        return [f"{layers.source(SECRET_FILE)}: {error}; put the client's secret into it"]
    return []


def _with_outbox_of_file(layers: _Layers, problems: list[str]) -> _Layers:
    """``layers``, with the address that the file of the outbox's address holds."""
    path = layers.value(OUTBOX_FILE)
    if path is None:
        return layers
    source = layers.source(OUTBOX_FILE)
    try:
        address = Path(str(path)).read_text(encoding="ascii").strip()
        if not is_server(address):
            raise ValueError("it holds no postgresql:// address")
        place_of(address)
    except (OSError, ValueError) as problem:
        reason = problem if type(problem) is ValueError else "it cannot be read as text"
        reason = getattr(problem, "strerror", None) or reason
        problems.append(f"{source}: {path} cannot be used ({reason}); put the address into it")
        return layers
    return replace(layers, flags={**layers.flags, OUTBOX: address})


def _missing(layers: _Layers, needs: Collection[str]) -> list[str]:
    problems = []
    if "client_id" in needs and not (layers.value("region") or layers.value("gateway")):
        problems.append(f"the organisation is not named: {_names('region')}, or a gateway")
    for option in _named(layers, needs):
        if option not in Settings.model_fields:
            continue  # no such store: told already
        given = layers.value(option) or Settings.model_fields[option].default
        if option == SECRET:
            given = given or layers.value(SECRET_FILE)
        if not given:
            problems.append(f"{option} is missing: {_names(option)}")
    return problems


def _named(layers: _Layers, needs: Collection[str]) -> Iterator[str]:
    """The settings that ``needs`` stands for."""
    texts = layers.texts()
    for need in needs:
        # What names the kind of store is also the name of the setting that says which one it is.
        option = texts[STORE] if need == STORE else need
        if option in _BY_TIER and texts["strategy"] == "queues":
            yield from _BY_TIER[option]
        else:
            yield option


def _names(option: str) -> str:
    """How an option can be given."""
    if option == SECRET:
        file = variable(SECRET_FILE)
        return f"set {variable(option)}, or {file} to the path of a file that holds it"
    return f"give {flag(option)}, set {variable(option)}, or write {option} into {CONFIG_FILE}"


def _explain(error: ErrorDetails, layers: _Layers) -> str:
    option = str(error["loc"][0])
    field = Settings.model_fields[option]
    if error["type"] == "value_error":
        wanted = _said(error)
    else:
        expects = _expects(field)
        wanted = f"give {expects}" if expects else _plain(error)
    value = layers.value(option)
    address = option == OUTBOX and is_server(str(value))
    if address or option in SECRETS or "secret" in option or field.repr is False:
        shown = "is not usable"
    else:
        text = str(value)
        shown = f'is "{text[:_SHOWN]}{"…" if len(text) > _SHOWN else ""}"'
    names = " ".join((variable(option), option))
    if option not in SECRETS:
        names = f"{flag(option)} {names}"
    return f"{layers.source(option)} {shown}: {wanted} [{names}]"


def _said(error: ErrorDetails) -> str:
    return error["msg"].removeprefix("Value error, ")


def _expects(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra.get("expects", "")) if isinstance(extra, dict) else ""


def _plain(error: ErrorDetails) -> str:
    """Errors of the library for which a field has no words of its own."""
    match error["type"]:
        case "string_too_long":
            return "it is too long"
        case "string_type" | "path_type":
            return "give text"
    return error["msg"]
