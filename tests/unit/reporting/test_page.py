# SPDX-License-Identifier: Apache-2.0
"""The page as a browser reads it: whole, self-contained, escaped, small."""

from __future__ import annotations

import random
import re
from html.parser import HTMLParser

import pytest

from integration.reporting import colours
from integration.reporting.api_calls import Budget, BudgetBar
from integration.reporting.dialled import Record, in_order
from integration.reporting.figures import make_report
from integration.reporting.page import page_of
from tests.unit.reporting.conftest import HOUR, START, call, skip

HOSTILE = '</title><script>alert("x")</script><img src=x onerror=alert(1)>&amp;\'"'
VOID = {"meta", "link", "br", "img", "input", "hr"}
SMALL = 1_500_000


class Read(HTMLParser):
    """What is on a page: elements with attributes, texts, and whether all elements are closed."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self.open, self.wrong = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.fixture
def page(policy):
    """Makes a page of lines."""

    def made(*lines, source="dial log day.jsonl", **more):
        record = Record(source=source, lines=in_order(lines))
        return page_of(make_report(record, policy, START, **more))

    return made


def a_day(calls):
    """A day with everything in it: late, stale, skipped, redials, two queues."""
    chance = random.Random(calls)
    for n in range(calls):
        score = 100 - 100 * n // calls
        late = chance.random() < 0.1
        in_time = HOUR + n * 6  # calculated an hour before the first call
        more = {"score": 99, "age": 1.0} if late else {"score": score, "age": in_time}
        if chance.random() < 0.02:
            more["age"] = 25 * HOUR
        queue = "Senior Agent Queue" if more["score"] > 70 else "General Support Queue"
        yield call(n / 10, f"L{n}", queue=queue, agent=f"A{n % 9}", **more)
        if chance.random() < 0.05:
            yield skip(n / 10, f"S{n}", chance.randint(1, 100))


def budget(bars=240, minutes=3):
    found = tuple(BudgetBar(START + n * minutes * 60_000, n % 300, n % 7, 300) for n in range(bars))
    return Budget("pusher", minutes, found, 9_000, 700, 12, stated=False)


def test_everything_is_on_it(page):
    """The page has all parts under headings, its tables have captions, and all is closed."""
    lines = list(a_day(500))
    read = Read(page(*lines, file_order=[one.lead for one in lines], budget=budget()))
    assert (read.wrong, read.open) == ([], [])
    for title in (
        "Headline figures",
        "Value reached over calls",
        "Dial order against ideal order",
        "Calls to look at",
        "Who got which calls",
        "Call budget over time",
    ):
        assert title in read.text, title
    assert len(read.all("h1")) == 1
    assert len(read.all("table")) == len(read.all("caption")) == 3
    assert "25 November" not in read.text
    assert "24 November 2025, 16:00 UTC" in read.text
    assert "Senior Agent Queue" in read.text
    assert "file order" in read.text
    assert "Left out" not in read.text
    assert "A mark stands for all of its kind" not in read.text


def test_pictures_have_names_and_conclusions(page):
    """Each plot is one picture to a screen reader, with a title and its conclusion in words."""
    read = Read(page(*a_day(50), budget=budget(1)))
    drawings = read.all("svg")
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(drawings) == 3
    assert len(ids) == len(set(ids))
    for drawing in drawings:
        assert drawing["role"] == "img"
        assert set(drawing["aria-labelledby"].split()) <= set(ids)
    assert read.text.count("The first 20 % of the calls reached") == 2  # read and seen


@pytest.mark.parametrize(
    ("overtaken", "words"),
    [
        (None, "had been called already refusals"),
        (0, "from then on no worse lead was called before them"),
        (7, "from then on they waited for 7 calls to worse leads at the most"),
    ],
    ids=["not known", "none", "some"],
)
def test_how_long_late_scores_waited(page, overtaken, words):
    """It is said how many worse leads were called after a late score had arrived."""
    late = call(1, "B", 90, age=1.0, overtaken=overtaken)
    text = Read(page(call(0, "A", 50), late)).text.replace("Skipped by a rule 0 ", "")
    assert words in text


def test_calls_to_look_at(page):
    """The first calls with which something was wrong are listed, with all that was wrong."""
    lines = [
        call(0, "A", 60, queue="Senior Agent Queue", passed_over=1234),
        call(1, "B", 90, queue="Senior Agent Queue", age=25.5 * HOUR),
        call(2, "C", 50, age=None, attempt=2),
        *(call(n, f"L{n}", 40, passed_over=1) for n in range(3, 23)),
    ]
    text = Read(page(*lines)).text
    assert "The first 10 of 23 calls" in text
    assert "1,234 better could have been called, senior agent; the score counts as 60" in text
    assert "score 25 h 30 min old, senior agent; the score counts as 0" in text
    assert "score without a time, called again, and no attempt limit had planned it" in text
    assert "L9 " in text
    assert "L10 " not in text
    assert "All calls with which something was wrong" in Read(page(lines[0])).text
    assert "Calls to look at" not in Read(page(call(0, "A", 90))).text


def test_nothing_is_loaded_and_nothing_runs(page):
    """The page names no address at all, and has neither a script nor anything that loads."""
    found = page(*a_day(700), budget=budget())
    read = Read(found)
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)|javascript:", found)
    assert not read.all("script") + read.all("iframe") + read.all("img") + read.all("object")
    assert [one["href"] for one in read.all("link")] == ["data:,"]
    assert not [name for _, found in read.elements for name in found if name.startswith("on")]


def test_hostile_names_are_text(page):
    """Whatever leads, queues, agents, campaigns, files and clients are called stays text."""
    hostile = {"queue": HOSTILE, "agent": HOSTILE, "campaign": HOSTILE, "results": (HOSTILE,)}
    evil = Budget(HOSTILE, 1, budget(1, 1).bars, 1, 0, 0, stated=True)
    lines = [call(0, HOSTILE, 90, **hostile), skip(1, HOSTILE, 80, campaign=HOSTILE)]
    found = page(*lines, source=HOSTILE, budget=evil, senior=HOSTILE, successes=["none"])
    read = Read(found)
    assert not read.all("script") + read.all("img")
    assert "<script" not in found
    assert read.text.count('<script>alert("x")</script>') >= 4  # source, queue, client twice
    assert (read.wrong, read.open) == ([], [])


def test_both_colour_schemes(page):
    """Every colour of the plots has a counterpart for dark surroundings, and none is forgotten."""
    found = page(*a_day(700), file_order=["L1"], budget=budget())
    for colour in colours.OF_PLOTS:
        assert f'[fill="{colour.light}"] {{ fill: {colour.dark}; }}' in found
    drawn = "".join(re.findall(r"<svg.*?</svg>", found, flags=re.DOTALL))
    used = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn))
    assert used - {"none", "transparent"} <= {one.light for one in colours.OF_PLOTS}


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("colour", "least"),
    [("TEXT", 7), ("QUIET", 4.5), ("STALE", 4.5)]
    + [(name, 3) for name in ("DIALLED", "FILE", "RANDOM", "LATE", "SKIPPED", "EDGE", "REFUSED")],
)
def test_contrast(scheme, colour, least):
    """Text and marks stand out from their ground in light and in dark surroundings."""
    pair = [luminance(getattr(getattr(colours, one), scheme)) for one in (colour, "GROUND")]
    assert (max(pair) + 0.05) / (min(pair) + 0.05) >= least


@pytest.mark.parametrize("order", ["mostly right", "at random", "all marked"])
def test_ten_thousand_calls_are_a_small_page(page, order):
    """A page of 10,000 calls stays below 1.5 MB, however disordered they are."""
    chance = random.Random(1)
    lines = list(a_day(10_000))
    if order == "at random":
        lines = [call(n, f"L{n}", chance.randint(1, 100), age=n * 60 + 1) for n in range(10_000)]
    if order == "all marked":
        lines = [call(n, f"L{n}", chance.randint(1, 100), age=1.0) for n in range(5_000)]
        lines += [skip(n, f"S{n}", chance.randint(1, 100)) for n in range(5_000)]
    found = page(*lines, budget=budget())
    assert len(found.encode()) < SMALL
    assert "A mark stands for all of its kind in a square." in found


def test_one_call_alone(page):
    """A log of one call has a page with all that one call can show."""
    read = Read(page(call(0, "A", 90)))
    assert "1 of 1 first attempt on a score that was there in time" in read.text
    assert len(read.all("svg")) == 2


def test_refusals_alone(page):
    """A log in which nobody was called says so, and shows no plot."""
    read = Read(page(skip(0, "A", 90)))
    assert "Nobody was called." in read.text
    assert read.all("svg") == []
    assert "Left out" in read.text
