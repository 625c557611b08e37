# SPDX-License-Identifier: Apache-2.0
"""Gives commands a flag for every setting, made from the one list of settings."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from integration.configuration import flag, load_settings
from integration.outbox import OutboxServer
from integration.service_settings import ServiceSettings
from integration.settings import Settings
from integration.settings_file import SECRETS
from integration.stack import Client, read_stack
from integration.telemetry import configure_logs

EPILOG: Final = (
    "Each option from --config on is a setting: --retry-total is also the environment variable "
    "LEADSCORE_RETRY_TOTAL and the key retry_total of the file, in that order of strength; a "
    "stack comes before the file."
)
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="No progress, and no summary where all is well."),
]
LOCAL: Final = ("outbox", "outbox_file", "log_format", "log_level")
"""The settings of commands that look at the outbox alone."""
_SERVICE: Final = tuple(ServiceSettings.model_fields)
SERVE: Final = (*Settings.model_fields,)
COMMON: Final = tuple(name for name in Settings.model_fields if name not in _SERVICE)
"""The settings of all other commands; those of the service alone would be noise there."""


OutputsOf = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Given:
    """The settings given on one command line; those that are not given are None."""

    config: Path | None = None
    flags: dict[str, Any] = field(default_factory=dict)
    stack: str | None = None

    def load(
        self,
        needs: Collection[str] = (),
        *,
        client: Client = "pusher",
        outputs_of: OutputsOf = read_stack,
    ) -> Settings:
        """Together with environment, stack and file; logs are set up as they say.

        Args:
            needs: settings that must not be blank.
            client: which of a stack's OAuth clients to be.
            outputs_of: reads what a stack exports.

        Raises:
            SettingsError: everything that is wrong.
        """
        settings = load_settings(
            self.flags,
            config=self.config,
            needs=needs,
            stack=self.stack,
            client=client,
            outputs_of=outputs_of,
        )
        secrets = [settings.read_secret().get_secret_value()] if needs else []
        for option in SECRETS:
            secrets += getattr(settings, option).get_secret_value().split()
        if isinstance(settings.outbox, OutboxServer):
            secrets.append(settings.outbox.password)
        configure_logs(settings.log_format, settings.log_level, secrets=secrets)
        return settings


def takes_settings(
    only: Collection[str] = COMMON,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Replace the parameter ``given`` of a command by flags for the settings.

    Args:
        only: the settings that get a flag, where they may have one.
    """
    offered = [name for name in only if name not in SECRETS]

    def replaced(command: Callable[..., None]) -> Callable[..., None]:
        def with_flags(**values: Any) -> None:
            config, stack = values.pop("config"), values.pop("stack", None)
            flags = {name: values.pop(name) for name in offered}
            command(**values, given=Given(config, flags, stack))

        own = inspect.signature(command, eval_str=True).parameters.values()
        parameters = [one for one in own if one.name != "given"] + list(
            _parameters(offered, stack=only is not LOCAL)
        )
        with_flags.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # functions take attributes
        with_flags.__annotations__ = {one.name: one.annotation for one in parameters}
        with_flags.__name__ = command.__name__
        with_flags.__doc__ = command.__doc__
        return with_flags

    return replaced


def _parameters(offered: Collection[str], *, stack: bool) -> Iterator[inspect.Parameter]:
    config = typer.Option(
        "--config",
        help="TOML file with settings; else LEADSCORE_CONFIG, else ./leadscore.toml.",
        show_default=False,
    )
    yield _parameter("config", Annotated[Path | None, config])
    if stack:
        named = typer.Option(
            "--stack",
            help="Pulumi stack to take organisation, lists, thresholds and credentials from; "
            "else LEADSCORE_STACK.",
            metavar="NAME",
            show_default=False,
        )
        yield _parameter("stack", Annotated[str | None, named])
    for name in offered:
        yield _parameter(name, _annotation(name, Settings.model_fields[name]))


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=None, annotation=annotation)


def _annotation(name: str, setting: FieldInfo) -> Any:
    """Every value is taken as text: settings are judged together, not one flag at a time."""
    default = setting.default
    text = setting.description or ""
    if default is True or default is False:
        switch = typer.Option(
            f"{flag(name)}/--no-{flag(name)[2:]}",
            help=f"{text} Default: {'yes' if default else 'no'}.",
            show_default=False,
        )
        return Annotated[bool | None, switch]
    shown = "" if default in (None, "") else f" Default: {default}."
    option = typer.Option(
        flag(name),
        help=text + shown,
        metavar=_metavar(setting.annotation),
        show_default=False,
    )
    return Annotated[str | None, option]


def _metavar(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return "|".join(get_args(kind))
    if get_origin(kind) in {Union, types.UnionType}:
        kind = get_args(kind)[0]
    return {int: "N", float: "SECONDS", Path: "PATH"}.get(kind, "TEXT")
