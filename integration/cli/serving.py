# SPDX-License-Identifier: Apache-2.0
"""The verb that runs the service."""

from __future__ import annotations

import typer

from integration.app import App
from integration.cli.console import note
from integration.cli.options import EPILOG, SERVE, Given, takes_settings
from integration.cli.running import AppFactory, ending_with_an_exit_code, run
from integration.configuration import PLATFORM
from integration.listener.server import listen


class ServeVerb:
    """The command ``serve``.

    Args:
        make_app: what does the work.
    """

    def __init__(self, make_app: AppFactory) -> None:
        self._make_app = make_app

    def register(self, app: typer.Typer) -> None:
        """Add ``serve`` to ``app``."""
        app.command(epilog=EPILOG)(takes_settings(SERVE)(self.serve))

    def serve(self, *, given: Given) -> None:
        """Accept scores by webhook and deliver them, until Ctrl-C or SIGTERM.

        POST /webhooks/lead-scores takes LEAD_SCORE_UPDATE events, signed as Standard Webhooks
        say, or with a bearer token. A score is on disk before its sender hears that it was
        accepted. The secrets come from LEADSCORE_WEBHOOK_SECRETS_FILE and
        LEADSCORE_WEBHOOK_TOKEN_FILE, or from LEADSCORE_WEBHOOK_SECRETS and
        LEADSCORE_WEBHOOK_TOKEN; there has to be one.

        Exit codes: 0 stopped in good order; 2 usage or settings; 3 refused by the platform.
        """
        with ending_with_an_exit_code() as interrupts:
            settings = given.load(PLATFORM)

            async def work(app: App) -> None:
                service = app.service()
                with listen(settings.listen_host, settings.listen_port) as server:
                    host, port = server.getsockname()[:2]
                    note(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}")
                    await service.run(server)

            run(self._make_app, settings, work, interrupts)
