# SPDX-License-Identifier: Apache-2.0
"""``leadscore simulate``: its clocks, and the file that says how it starts."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from simulator import cli
from simulator.control import Control


@pytest.fixture
def command(monkeypatch):
    """The command line with everything but the serving; what would have been served."""
    served = []
    monkeypatch.setattr(cli, "serve", lambda organisation, _: served.append(organisation))
    app = typer.Typer()
    cli.register(app)
    app.command()(lambda: None)  # a second command, so that the first keeps its name

    def run(*arguments):
        result = CliRunner().invoke(app, ["simulate", "--port", "0", *arguments])
        return result, served[-1] if served else None

    return run


@pytest.mark.parametrize(
    ("arguments", "mode"),
    [([], "wall"), (["--clock", "virtual"], "virtual"), (["--clock", "scaled"], "scaled")],
)
def test_the_clock_can_be_chosen(command, arguments, mode):
    """Wall time is the default; a scaled clock runs ten times as fast."""
    result, organisation = command(*arguments)
    assert result.exit_code == 0
    assert organisation.clock.mode == mode
    if mode == "scaled":
        assert organisation.clock.scale == 10


SETUP = """
[switches]
keep_absent_columns = false

[[clients]]
client_id = "pusher"
secret = "pusher-secret"
permissions = ["outbound:contact:view"]
rate_limit = 100

[[limits]]
client_id = "pusher"
hidden = 80

[faults]
seed = 7
rules = [{ operation = "get_tokens_me", kind = "status", nth = [3] }]

[[sites]]
name = "London"

[[skills]]
name = "Sales"

[[queues]]
name = "Senior Agent Queue"

[[agents]]
name = "Ada"
skills = { Sales = 4 }
queues = ["Senior Agent Queue"]

[dialer]
seed = 5
talk = { least = 30, most = 60 }
"""


def test_a_file_says_how_to_start(command, tmp_path):
    """Switches, clients, limits, agents, dialer and faults are set before the first call."""
    path = tmp_path / "setup.toml"
    path.write_text(SETUP, encoding="utf-8")
    result, organisation = command("--config", str(path))
    assert result.exit_code == 0, result.output
    assert organisation.switches.keep_absent_columns is False
    assert organisation.limits.ceiling("pusher") == 100
    assert organisation.limits.enforced("pusher") == 80
    assert organisation.faults.seed == 7
    assert organisation.dialer.floor.settings.talk.most == 60
    sites = {site.name: site.definition["managed"] for site in organisation.entities["site"]}
    assert sites == {"Main Site": False, "PureCloud Voice - AWS": True, "London": False}
    (agent,) = Control(organisation).agents()
    assert (agent["skills"], agent["queues"]) == ({"Sales": 4}, ["Senior Agent Queue"])


@pytest.mark.parametrize(
    "text",
    [
        "[switches",
        "[switches]\nunknown = true",
        "[colours]",
        "[[clients]]\nclient_id = 'x'",
        "[[limits]]\nclient_id = 'nobody'",
        "[faults]\nrules = [{ kind = 'magic' }]",
        "[[agents]]\nname = 'Ada'\nqueues = ['nowhere']",
        "[dialer]\ntalk = { least = 9, most = 1 }",
        None,
    ],
    ids=[
        "no TOML",
        "no switch",
        "no table",
        "half a client",
        "nobody",
        "no fault",
        "no queue",
        "no length",
        "no file",
    ],
)
def test_a_file_that_makes_no_sense_is_an_error_to_act_on(command, tmp_path, text):
    """A bad file ends with 2 and is named."""
    path = tmp_path / "setup.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    result, organisation = command("--config", str(path))
    assert result.exit_code == 2
    assert str(path) in result.output.replace("\n", "")
    assert organisation is None


def test_a_scale_has_to_be_positive(command):
    """Time that stands still or runs back is refused."""
    result, _ = command("--clock", "scaled", "--scale", "0")
    assert result.exit_code == 2
    assert "must be positive" in result.output
