# SPDX-License-Identifier: Apache-2.0
"""The plots of a report, as SVG that needs neither a network nor a script.

Whatever the number of calls, a plot stays small: curves have a bounded number of points, each of
them exact, and dots that would lie on each other become squares that say how many they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import altair as alt
import vl_convert

from integration.reporting.api_calls import Budget
from integration.reporting.colours import (
    DIALLED,
    EDGE,
    FILE,
    GRID,
    LATE,
    QUIET,
    RANDOM,
    REFUSED,
    SKIPPED,
    STALE,
    TEXT,
)
from integration.reporting.order import DialOrder, Place
from integration.reporting.value import ValueReached
from integration.scores import format_instant

WIDTH: Final = 800
HEIGHT: Final = 340
SIDE: Final = 520
"""Of the plot of the dial order, which is a square."""
MOST_DOTS: Final = 600
"""Calls that are drawn one by one."""
MOST_MARKS: Final = 1_500
"""Marks that are drawn one by one."""
CELLS: Final = 50
"""Squares to a side, where there are more of either."""
_VEGA_LITE: Final = "6.1"
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "late": (LATE.light, "triangle-up"),
    "stale": (STALE.light, "diamond"),
    "skipped": (SKIPPED.light, "cross"),
}
_ROLES: Final = re.compile(r' (?:role|aria-[a-z]+|xmlns(?::xlink)?|class)="[^"]*"')

Rows = Sequence[Mapping[str, Any]]


def value_plot(value: ValueReached) -> str:
    """Share of the value over calls: as dialled, in file order, in random order."""
    names = {"dialled": "as dialled", "file": "file order", "random": "random order"}
    drawn = [
        {"calls": point.calls, "order": name, "share": share}
        for point in value.points
        for key, name in names.items()
        if (share := getattr(point, key)) is not None
    ]
    shown = list(dict.fromkeys(str(row["order"]) for row in drawn))
    looks = {
        "as dialled": (DIALLED.light, [1, 0]),
        "file order": (FILE.light, [8, 3]),
        "random order": (RANDOM.light, [2, 3]),
    }
    what = "successes" if value.kind == "success" else "scores"
    chart = (
        alt.Chart(_data(drawn))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(
                "calls:Q",
                title="Calls made",
                scale=alt.Scale(domain=[0, value.calls], nice=False),
                axis=_whole(value.calls),
            ),
            y=alt.Y(
                "share:Q",
                title=f"Share of all {what} reached",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", tickCount=6),
            ),
            color=_legend("order", shown, [looks[one][0] for one in shown], size=600),
            strokeDash=alt.StrokeDash(
                "order:N",
                title=None,
                scale=alt.Scale(domain=shown, range=[looks[one][1] for one in shown]),
            ),
        )
    )
    return _svg(chart.properties(width=WIDTH, height=HEIGHT))


def order_plot(order: DialOrder) -> str:
    """The place in the dial order against the place in the ideal order."""
    size = max(len(order.places), 1)
    plain = [one for one in order.places if not one.mark]
    marked = _marked(order)
    width = size / CELLS
    layers = [_diagonal(size)]
    if plain:
        layers.append(_squares(plain, width) if len(plain) > MOST_DOTS else _dots(plain))
    if marked:
        layers.append(_marks(marked, width if marks_are_thinned(order) else 0))
    chart = alt.layer(*layers)
    return _svg(chart.properties(width=SIDE, height=SIDE))


def marks_are_thinned(order: DialOrder) -> bool:
    """Whether there are so many marks that one stands for all of its kind in a square."""
    return len(_marked(order)) > MOST_MARKS


def budget_plot(budget: Budget) -> str:
    """Calls of each minute, served and refused, and how many were allowed."""
    rows = [
        {"at": format_instant(bar.at), "until": format_instant(until), "kind": kind} | part
        for bar in budget.bars
        for until in [bar.at + budget.minutes * 60_000]
        for kind, part in (
            ("used", {"low": 0, "high": bar.used}),
            ("refused", {"low": bar.used, "high": bar.used + bar.refused}),
        )
        if part["high"] > part["low"]
    ]
    top = max([one.used + one.refused for one in budget.bars] + [b.allowed for b in budget.bars])
    days = budget.bars[-1].at - budget.bars[0].at > 24 * 60 * 60_000
    each = "Calls in the busiest minute" if budget.minutes > 1 else "Calls in the minute"
    kinds = ["used", "refused"] if budget.refused else ["used"]
    colours = [DIALLED.light, REFUSED.light][: len(kinds)]
    bars = (
        alt.Chart(_data(rows))
        .mark_rect()
        .encode(
            x=alt.X(
                "at:T",
                title="Time (UTC)",
                scale=alt.Scale(type="utc", nice=False),
                axis=alt.Axis(format="%d %b %H:%M" if days else "%H:%M", labelOverlap=True),
            ),
            x2="until:T",
            y=alt.Y("low:Q", title=each, scale=alt.Scale(domain=[0, top * 1.08])),
            y2="high:Q",
            color=_legend("kind", kinds, colours),
        )
    )
    steps = [
        {"at": format_instant(at), "allowed": bar.allowed, "kind": "allowed"}
        for bar in budget.bars
        for at in (bar.at, bar.at + budget.minutes * 60_000)
    ]
    allowed = (
        alt.Chart(_data(steps))
        .mark_line(strokeWidth=2)
        .encode(x="at:T", y="allowed:Q", color=_legend("kind", ["allowed"], [TEXT.light], size=300))
    )
    chart = alt.layer(bars, allowed).resolve_scale(color="independent")
    return _svg(chart.properties(width=WIDTH, height=220))


# -- the pieces -------------------------------------------------------------------------------


def _marked(order: DialOrder) -> list[Place]:
    return [*(one for one in order.places if one.mark), *order.skipped]


def _diagonal(size: int) -> Any:
    ends = [{"dialled": 0, "ideal": 0}, {"dialled": size, "ideal": size}]
    return (
        alt.Chart(_data(ends))
        .mark_line(color=EDGE.light, strokeWidth=1, strokeDash=[4, 3])
        .encode(
            x=alt.X(
                "dialled:Q",
                title="Place in which it was dialled",
                scale=alt.Scale(domain=[0, size], nice=False),
                axis=_whole(size),
            ),
            y=alt.Y(
                "ideal:Q",
                title="Place that its score deserved",
                scale=alt.Scale(domain=[0, size], nice=False),
                axis=_whole(size),
            ),
        )
    )


def _dots(places: Iterable[Place]) -> Any:
    rows = [{"dialled": one.dialled, "ideal": one.ideal} for one in places]
    return (
        alt.Chart(_data(rows))
        .mark_circle(size=22, color=DIALLED.light, opacity=0.8)
        .encode(x="dialled:Q", y="ideal:Q")
    )


def _squares(places: Iterable[Place], width: float) -> Any:
    counts = Counter(_cell(one, width) for one in places)
    most = max(counts.values())
    rows = [
        {"x": x * width, "x2": (x + 1) * width, "y": y * width, "y2": (y + 1) * width, "calls": n}
        for (x, y), n in sorted(counts.items())
    ]
    return (
        alt.Chart(_data(rows))
        .mark_rect(color=DIALLED.light)
        .encode(
            x="x:Q",
            x2="x2:Q",
            y="y:Q",
            y2="y2:Q",
            opacity=alt.Opacity(
                "calls:Q",
                title="Calls in a square",
                scale=alt.Scale(type="sqrt", domain=[0, most], range=[0.15, 1], nice=False),
                legend=alt.Legend(
                    symbolType="square", format=",d", values=sorted({1, -(-most // 2), most})
                ),
            ),
        )
    )


def _marks(places: Iterable[Place], width: float) -> Any:
    """A mark for each, or one for all of a kind in a square."""
    if width:
        cells = sorted({(one.mark, *_cell(one, width)) for one in places})
        rows = [
            {"kind": kind, "dialled": (x + 0.5) * width, "ideal": (y + 0.5) * width}
            for kind, x, y in cells
        ]
    else:
        rows = [{"kind": one.mark, "dialled": one.dialled, "ideal": one.ideal} for one in places]
    kinds = [kind for kind in _KINDS if any(row["kind"] == kind for row in rows)]
    shapes = [_KINDS[kind][1] for kind in kinds]
    return (
        alt.Chart(_data(rows))
        .mark_point(filled=True, size=26, opacity=0.9)
        .encode(
            x="dialled:Q",
            y="ideal:Q",
            color=_legend("kind", kinds, [_KINDS[kind][0] for kind in kinds]),
            shape=alt.Shape("kind:N", title=None, scale=alt.Scale(domain=kinds, range=shapes)),
        )
    )


def _cell(place: Place, width: float) -> tuple[int, int]:
    x, y = (min(int((n - 1) / width), CELLS - 1) for n in (place.dialled, place.ideal))
    return x, y


def _data(rows: Rows) -> Any:
    return alt.InlineData(values=[dict(row) for row in rows])


def _legend(
    field: str, domain: Sequence[str], colours: Sequence[str], *, size: int = 100
) -> alt.Color:
    scale = alt.Scale(domain=list(domain), range=list(colours))
    return alt.Color(
        f"{field}:N", title=None, scale=scale, legend=alt.Legend(title=None, symbolSize=size)
    )


def _whole(most: int) -> alt.Axis:
    """An axis of whole numbers only."""
    return alt.Axis(format=",d", tickCount=min(most, 8), tickMinStep=1)


def _svg(chart: Any) -> str:
    """The drawing, without roles of its own: the page gives it a name and a description."""
    styled = chart.configure(
        background="transparent",
        font="sans-serif",
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=QUIET.light,
            titleColor=TEXT.light,
            titleFontWeight="normal",
            titleFontSize=13,
            labelFontSize=12,
            titlePadding=8,
            gridColor=GRID.light,
            domainColor=EDGE.light,
            tickColor=EDGE.light,
            aria=False,
        ),
        legend=alt.LegendConfig(
            orient="top",
            labelColor=TEXT.light,
            titleColor=TEXT.light,
            titleFontWeight="normal",
            labelFontSize=13,
            titleFontSize=13,
            symbolStrokeWidth=2.5,
            aria=False,
        ),
        mark=alt.MarkConfig(aria=False),
    )
    drawn = vl_convert.vegalite_to_svg(
        styled.to_dict(), vl_version=_VEGA_LITE, allowed_base_urls=[]
    )
    return _ROLES.sub("", drawn)
