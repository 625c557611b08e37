# SPDX-License-Identifier: Apache-2.0
"""The controls of the dialer: settings, running on, the log."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, PositiveInt, validate_call

from simulator.clock import VirtualClock
from simulator.dialer.settings import DialerSettings
from simulator.instants import to_wire
from simulator.organisation import Organisation

LONGEST_RUN = 366 * 86_400.0


class DialerControl:
    """Part of :class:`simulator.control.Control`.

    Args:
        organisation: what is controlled.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation

    def dialer(self) -> dict[str, Any]:
        """Whether it calls, how, what time it is, and what each campaign that is on does."""
        organisation = self.organisation
        dialer = organisation.dialer
        dialer.catch_up()
        floor = dialer.floor
        return {
            "on": floor is not None,
            "now": to_wire(organisation.clock.now()),
            "settings": floor.settings.model_dump(mode="json") if floor is not None else None,
            "calls": sum(line.kind == "call" for line in dialer.log),
            "skips": sum(line.kind == "skip" for line in dialer.log),
            "campaigns": {
                lane.terms.campaign.name: dialer.figures(campaign_id)
                for campaign_id, lane in (floor.lanes if floor is not None else {}).items()
            },
        }

    def configure_dialer(self, **settings: Any) -> dict[str, Any]:
        """Turn the dialer on with these settings, in place of any before; the log goes on.

        See :class:`simulator.dialer.settings.DialerSettings`.
        """
        self.organisation.dialer.catch_up()
        self.organisation.dialer.configure(DialerSettings.model_validate(settings))
        return self.dialer()

    def stop_dialer(self) -> None:
        """Turn the dialer off; calls under way are cut off without a result."""
        self.organisation.dialer.catch_up()
        self.organisation.dialer.configure(None)

    @validate_call
    def run_dialer(
        self,
        *,
        seconds: Annotated[float, Field(ge=0, le=LONGEST_RUN)] | None = None,
        until: AwareDatetime | None = None,
    ) -> dict[str, Any]:
        """Let the dialer work for some time, or until then: a virtual clock is moved on."""
        clock = self.organisation.clock
        if (seconds is None) == (until is None):
            raise ValueError("either seconds or until is needed")
        if clock.mode != "virtual":
            raise ValueError(f"only a virtual clock can be advanced, this one is {clock.mode}")
        assert isinstance(clock, VirtualClock)
        if until is not None:
            seconds = max((until - clock.now()) / timedelta(seconds=1), 0.0)
        assert seconds is not None
        self.organisation.dialer.settle()
        clock.advance(seconds)
        return self.dialer()

    @validate_call
    def dial_log(
        self,
        *,
        kind: Literal["", "call", "skip"] = "",
        after: int = 0,
        last: PositiveInt | None = None,
        form: Literal["jsonl", "parquet"] = "jsonl",
    ) -> str | bytes:
        """The dial log, oldest line first; see :class:`simulator.dialer.dial_log.Dialled`.

        Args:
            kind: calls alone, or skips alone.
            after: lines with a higher number.
            last: that many at most, the newest.
            form: text of a JSON object a line, or a Parquet file.
        """
        self.organisation.dialer.catch_up()
        log = self.organisation.dialer.log.part(kind=kind, after=after, last=last)
        return log.jsonl() if form == "jsonl" else log.parquet()

    def forget_dials(self) -> None:
        """Empty the dial log; numbers go on."""
        self.organisation.dialer.log.clear()
