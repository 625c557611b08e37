# SPDX-License-Identifier: Apache-2.0
"""The settings file: where it is, and what is in it."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from integration.outbox.place import is_server, place_of
from integration.settings import ENV_PREFIX, Settings

OUTBOX: Final = "outbox"
CONFIG_FILE: Final = Path("leadscore.toml")
CONFIG_VARIABLE: Final = f"{ENV_PREFIX}CONFIG"
PROBE: Final = "probe"
"""The table of the file that is none of settings: what a probe has found out."""
SECRETS: Final = tuple(
    name for name, field in Settings.model_fields.items() if isinstance(field.default, SecretStr)
)
"""Options that no message shows and no command line takes."""


def config_path(config: Path | None) -> Path:
    """The settings file: the one that is given, else the environment's, else the usual one."""
    return config or Path(os.environ.get(CONFIG_VARIABLE) or CONFIG_FILE)


def read_file(config: Path | None, problems: list[str]) -> tuple[Path | None, dict[str, Any]]:
    """The path and the options of the settings file; what is wrong with it goes to ``problems``.

    Without a file there is no path and no option.
    """
    path = config_path(config)
    named = config or os.environ.get(CONFIG_VARIABLE)
    how = "--config" if config else CONFIG_VARIABLE if named else "leadscore.toml"
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
            private = not stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077
    except FileNotFoundError:
        if named:
            problems.append(f"{how}: {path} does not exist; name a file or leave it out")
        return None, {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{how}: {path} is no TOML: {error}; mend it")
        return None, {}
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        problems.append(f"{how}: {str(path)!r} cannot be read ({reason}); check its path")
        return None, {}
    held = [name for name in SECRETS if name in content]
    held += [OUTBOX] if tells_password(content.get(OUTBOX)) else []
    if held and not private and os.name == "posix":
        holds = " and ".join(held)
        problems.append(f"{path} holds {holds} and other users may read it; run: chmod 600 {path}")
    content.pop(PROBE, None)
    return path, content


def tells_password(outbox: object) -> bool:
    """Whether ``outbox`` is the address of a server with a password in it, or perhaps is."""
    if not is_server(str(outbox)):
        return False
    try:
        place = place_of(str(outbox))
    except ValueError:
        return True
    return not isinstance(place, Path) and bool(place.password)
