# SPDX-License-Identifier: Apache-2.0
"""The page of a report: one file of HTML, with nothing that it would have to load.

Every text of the data is escaped by the template; the plots are our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import jinja2
from markupsafe import Markup

from integration.reporting import colours, plots, wording
from integration.reporting.figures import Report

_TEMPLATE: Final = "page.html"


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing with its name and what it shows."""

    id: str
    title: str
    conclusion: str
    drawing: Markup


def page_of(report: Report) -> str:
    """The page."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files(__package__).joinpath(_TEMPLATE).read_text(encoding="utf-8")
    return environment.from_string(source).render(
        report=report,
        words=wording,
        colours=colours,
        figures=wording.figures_of(report),
        value=_value(report),
        order=_order(report),
        thinned=plots.marks_are_thinned(report.order),
        budget=_budget(report),
    )


def _value(report: Report) -> Plot | None:
    if report.value is None:
        return None
    conclusion = wording.conclusion_of_value(report.value)
    return _plot("value", "Value reached over calls", conclusion, plots.value_plot(report.value))


def _order(report: Report) -> Plot | None:
    if not report.order.places:
        return None
    conclusion = wording.conclusion_of_order(report.order)
    title = "Dial order against ideal order"
    return _plot("order", title, conclusion, plots.order_plot(report.order))


def _budget(report: Report) -> Plot | None:
    if report.budget is None:
        return None
    conclusion = wording.conclusion_of_budget(report.budget)
    return _plot("budget", "Call budget over time", conclusion, plots.budget_plot(report.budget))


def _plot(name: str, title: str, conclusion: str, drawing: str) -> Plot:
    """A drawing that a screen reader reads as one picture with a name and a description."""
    opening, inside = drawing.split(">", 1)
    labels = Markup(
        ' role="img" aria-labelledby="{0}-title {0}-text"><title id="{0}-title">{1}</title>'
        '<desc id="{0}-text">{2}</desc>'
    ).format(name, title, conclusion)
    named = Markup(opening) + labels + Markup(inside)  # noqa: S704 - drawn here, of numbers
    return Plot(name, title, conclusion, named)
