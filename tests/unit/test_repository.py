# SPDX-License-Identifier: Apache-2.0
"""Rules that hold for the whole repository, its words included, and that no linter knows.

They look at every file git tracks or would track, so that a new file is told before it is
committed. Each collects all offenders, so that one run names them all.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 400  # lines
CLOCKS = {"integration/clock.py", "simulator/clock.py", "simulator/virtual_time.py"}
MEANINGLESS = {"common", "helpers", "manager", "misc", "util", "utils"}
# In parts, because this file is looked at too.
INDEX_HOSTS = {".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"))}
MACHINE_FOLDERS = "home|opt|root|tmp|work|Users"
MACHINE_PATH = re.compile(rf"(?<![\w.:/}}<-])/(?:{MACHINE_FOLDERS})/\w")


def git(*arguments: str) -> list[str]:
    """The lines git answers, also in a checkout that belongs to another user."""
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), *arguments, "-z"]
    # Every argument is written in this file.
    answer = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - git, with arguments of our own
    return [name for name in answer.stdout.decode().split("\0") if name]


FILES = sorted(
    name
    for name in set(git("ls-files", "--cached", "--others", "--exclude-standard"))
    if (ROOT / name).is_file() and not name.startswith("sdks/")
)
MODULES = [name for name in FILES if name.endswith(".py")]
DOCUMENTS = [name for name in FILES if name.endswith(".md")]
TESTS = [name for name in MODULES if name.startswith("tests/")]


def text(name: str) -> str:
    """What a file of the repository says; bytes that are no UTF-8 are left out."""
    return (ROOT / name).read_text(encoding="utf-8", errors="ignore")


def test_every_python_file_states_its_licence():
    """The first line of every Python file is the SPDX identifier of the project's licence."""
    licence = "# SPDX-License-Identifier: Apache-2.0"
    assert [name for name in MODULES if text(name).split("\n", 1)[0] != licence] == []


def test_annotations_are_never_evaluated_at_run_time():
    """Every Python file with code in it begins with the future import of annotations."""
    line = "\nfrom __future__ import annotations\n"
    coded = [name for name in MODULES if len(ast.parse(text(name)).body) > 1]
    assert [name for name in coded if line not in text(name)] == []


def test_modules_stay_short():
    """No module is so long that it must hold more than one idea."""
    lengths = {name: len(text(name).splitlines()) for name in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_modules_are_named_for_what_they_hold():
    """No module has one of the names that say nothing."""
    assert [name for name in MODULES if Path(name).stem in MEANINGLESS] == []


def test_no_file_names_a_package_index():
    """No file names the host of a package index, neither a usual one nor this machine's."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    registries = {package["source"].get("registry", "") for package in lock["package"]}
    hosts = INDEX_HOSTS | {urlsplit(address).hostname or "" for address in registries} - {""}
    named = {(name, host) for name in FILES for host in hosts if host in text(name)}
    assert named == set()


def test_no_file_names_a_path_of_one_machine():
    """No file leads to a folder that exists on its author's machine only."""
    found = {name: MACHINE_PATH.findall(text(name)) for name in FILES}
    assert {name: paths for name, paths in found.items() if paths} == {}


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("cd /" + "home/ann/project", True),
        ("see '/" + "tmp/x'", True),
        ("GET /api/v2/" + "home/x", False),
        ("https://example.com/" + "work/x", False),
    ],
    ids=["home folder", "temporary folder", "route", "address"],
)
def test_machine_paths_are_told_from_routes(line, is_one):
    """A path of a machine is recognised, a route or an address is not taken for one."""
    assert bool(MACHINE_PATH.search(line)) is is_one


def clock_reads(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of each call in a module that reads the system's time or waits on it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield node.lineno, "from time import"
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        yields = called == "asyncio.sleep" and ast.unparse(node.args[0]) == "0"
        if re.search(
            r"(^|\.)(time\.(?!tzset$)\w+|date(time)?\.(now|utcnow|today)|asyncio\.sleep)$", called
        ):
            if not yields:
                yield node.lineno, called
        elif called.endswith("_loop().time"):
            yield node.lineno, called


def test_only_the_clocks_read_the_time():
    """Outside the clocks no room reads the time or sleeps, so tests can move it."""
    rooms = ("integration/", "simulator/", "demo/", "infra/", "examples/")
    modules = [name for name in MODULES if name.startswith(rooms) and name not in CLOCKS]
    found = {name: list(clock_reads(text(name))) for name in modules}
    assert {name: reads for name, reads in found.items() if reads} == {}


def test_tests_do_not_depend_on_the_passing_of_time():
    """No test sleeps or measures a duration; what a frozen clock shows may be asked."""
    found = {
        name: [read for read in clock_reads(text(name)) if "datetime" not in read[1]]
        for name in TESTS
    }
    assert {name: reads for name, reads in found.items() if reads} == {}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import time\ntime.monotonic()", ["time.monotonic"]),
        ("from time import sleep", ["from time import"]),
        ("datetime.datetime.now(UTC)", ["datetime.datetime.now"]),
        ("await asyncio.sleep(1)", ["asyncio.sleep"]),
        ("await asyncio.sleep(0)", []),
        ("await self.clock.sleep(1)\nclock.now()", []),
        ("asyncio.get_running_loop().time()", ["asyncio.get_running_loop().time"]),
    ],
    ids=["monotonic", "imported name", "now", "sleep", "yielding", "given clock", "loop time"],
)
def test_readings_of_the_time_are_recognised(source, names):
    """Reading the system's time is told from asking a clock that was given."""
    assert [name for _, name in clock_reads(source)] == names


def test_no_test_is_left_out():
    """No test is skipped or expected to fail, for whatever reason."""
    leaves_out = re.compile(r"\b(?:pytest|mark)\.(?:skip|skipif|xfail|importorskip)\b")
    here = Path(__file__).relative_to(ROOT).as_posix()
    assert [name for name in TESTS if name != here and leaves_out.search(text(name))] == []


def test_every_test_states_the_behaviour_it_proves():
    """Each test function has a docstring that is a sentence."""
    mute = [
        f"{name}: {node.name}"
        for name in TESTS
        for node in ast.walk(ast.parse(text(name)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.name.startswith("test_")
        if not (ast.get_docstring(node) or "").endswith(".")
    ]
    assert mute == []


def test_property_tests_are_repeatable():
    """Hypothesis measures no durations and draws the same examples on every machine."""
    settings = hypothesis.settings()
    assert (settings.deadline, settings.derandomize) == (None, True)


def test_every_silenced_finding_has_a_reason():
    """A finding of the linter or the type checker is silenced only with a comment that says why."""
    silenced = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\])(?P<reason>.*)")
    bare = []
    for name in MODULES:
        lines = ["", *text(name).splitlines()]
        for above, (number, line) in zip(lines, enumerate(lines[1:], start=1), strict=False):
            found = silenced.search(line)
            if found and not found["reason"].strip() and not above.strip().startswith("#"):
                bare.append(f"{name}:{number}")
    assert bare == []


def test_nothing_generated_is_committed():
    """No file that git is told to ignore is tracked, the lock file with its addresses least."""
    assert git("ls-files", "--cached", "--ignored", "--exclude-standard") == []
    assert "uv.lock" not in FILES


def test_every_version_is_pinned():
    """The pins name every package of the lock file in its very version, and nothing else."""
    settings = tomllib.loads(text("pyproject.toml"))["tool"]["uv"]
    pinned = {pin.partition(" ;")[0] for pin in settings["constraint-dependencies"]}
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    resolved = {f"{p['name']}=={p['version']}" for p in packages if "registry" in p["source"]}
    assert pinned == resolved
    assert all("==" in pin for pin in settings["build-constraint-dependencies"])


def without_code(document: str) -> str:
    """A Markdown text without its fenced blocks and code spans."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"(?ms)^ *```.*?^ *```", "", document))


def code_in(document: str) -> str:
    """The fenced blocks and code spans of a Markdown text."""
    return "\n".join(re.findall(r"(?ms)^ *```.*?^ *```|`[^`\n]*`", document))


def anchors(document: str) -> set[str]:
    """The anchors that headings of a Markdown text get on the usual hosting sites."""
    found: dict[str, int] = {}
    for title in re.findall(r"(?m)^#+ +(.+?) *#*$", re.sub(r"(?ms)^ *```.*?^ *```", "", document)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found[slug] = found.get(slug, 0) + 1
    repeated = {f"{slug}-{n}" for slug, times in found.items() for n in range(1, times)}
    return repeated | found.keys()


def leads_somewhere(document: str, target: str) -> bool:
    """Whether a link in a document has a scheme, or leads to a file and a heading in it."""
    if urlsplit(target).scheme:
        return True
    path, _, anchor = target.partition("#")
    file = (ROOT / document).parent / path if path else ROOT / document
    if not file.exists():
        return False
    return not anchor or file.suffix != ".md" or anchor in anchors(file.read_text(encoding="utf-8"))


def test_links_between_documents_lead_somewhere():
    """Each relative link of a document leads to a file, and its anchor to a heading."""
    links = [
        (name, target)
        for name in DOCUMENTS
        for target in re.findall(r"\]\(([^)\s]+)[^)]*\)", without_code(text(name)))
    ]
    assert [link for link in links if not leads_somewhere(*link)] == []


def test_headings_have_the_anchors_links_use():
    """Anchors are lower case without punctuation, and numbered when a title comes again."""
    document = "# A *b*: `c`, d\n```\n# no title\n```\n## [Link](x.md) 1.2\n## Again\n## Again\n"
    assert anchors(document) == {"a-b-c-d", "link-12", "again", "again-1"}


def test_documents_name_make_targets_that_exist():
    """Each make command in a document, and each that make help shows, is a target."""
    targets = set(re.findall(r"(?m)^([a-z][\w-]*):", text("Makefile")))
    shown = set(re.findall(r'@echo "make ([\w-]+)', text("Makefile")))
    command = re.compile(r"\bmake (?:[A-Z]+=\S+ )?([a-z][\w-]*)")
    named = {(name, verb) for name in DOCUMENTS for verb in command.findall(code_in(text(name)))}
    assert {(name, verb) for name, verb in named if verb not in targets} == set()
    assert {"demo", "test", "lint", "pins", "clean"} <= shown <= targets


def test_the_change_log_keeps_to_its_form():
    """The change log opens with what is unreleased and uses the six usual headings only."""
    log = text("CHANGELOG.md")
    assert re.findall(r"(?m)^## (.+)$", log)[0] == "[Unreleased]"
    usual = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"(?m)^### (.+)$", log)) <= usual


def test_continuous_integration_runs_what_a_developer_runs():
    """CI calls make test."""
    assert re.search(r"(?m)^(exec )?make test\b", text(".ci/run"))
    assert "run: .ci/run" in text(".github/workflows/ci.yml")


def test_sources_that_the_code_names_can_be_read():
    """Where the code names a page of docs/, or a section of it, both are there."""
    lost = []
    for name in MODULES:
        for page, _, section in re.findall(
            r"\b(docs/[\w-]+\.md)(?:\s+(sections?)\s+(\d+))?", text(name)
        ):
            if not (ROOT / page).is_file():
                lost.append(f"{name}: {page}")
            elif section and f"\n## {section}. " not in text(page):
                lost.append(f"{name}: {page} section {section}")
    assert lost == []
