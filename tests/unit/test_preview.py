# SPDX-License-Identifier: Apache-2.0
"""The way of a preview, with an engine that is acted out; tests/engine has the real one."""

from __future__ import annotations

import asyncio
import subprocess

import pytest
import typer
from typer.testing import CliRunner

from demo import base_branch, cli, dialling_check, preview
from demo.dialling_check import SCORES, Check, Dialled, Found, judge, sample
from demo.preview import GONE, Preview, Trial, port_of
from infra.stack import StackError
from infra.stack_changes import Changes
from simulator.clock import VirtualClock
from simulator.server import listen

FRESH = [f"lead-{score:03}" for score in SCORES]
FOUND = Found({"Senior": [Dialled("lead-100", "100")]}, [Check("x")])


def in_order(leads):
    return [Dialled(lead, str(int(lead.rpartition("-")[2]))) for lead in leads]


def failures(orders, on=()):
    """What does not hold of some orders."""
    return [one.failure for one in judge(orders, on) if one.failure]


def test_what_was_found_survives_as_text():
    """A base branch's process hands over what it found without loss."""
    found = Found({"b": in_order(FRESH), "a": []}, [Check("x", "y")])
    assert Found.read(found.write()) == found
    assert list(Found.read(found.write()).orders) == ["b", "a"]


def test_a_good_order_holds():
    """Two campaigns with the best lead first, each lead in one of them."""
    best = in_order(reversed(FRESH))
    assert failures({"senior": best[:8], "general": best[8:], "third": []}) == []


@pytest.mark.parametrize(
    ("orders", "on", "told"),
    [
        ({"a": in_order(FRESH)}, (), "a would call lead-005 (score 5) before lead-009 (score 9)"),
        ({"a": [*in_order(FRESH[::-1]), Dialled("new-1", "")]}, (), "new-1 would be called"),
        ({"a": in_order(FRESH[:0:-1])}, (), "nobody would call lead-005"),
        (
            {"a": in_order(FRESH[::-1]), "b": in_order(FRESH[:1])},
            (),
            "lead-005 would be called by two campaigns",
        ),
        ({"a": in_order(FRESH[::-1])}, ("a",), "a is on"),
    ],
    ids=["worst first", "without a score", "left out", "twice", "on"],
)
def test_what_is_wrong_with_an_order(orders, on, told):
    """Each thing that does not hold is told with the leads it is about."""
    assert failures(orders, on) == [told]


def test_the_sample_has_all_kinds_of_leads():
    """Fresh scores at every border, old ones, and leads without any; no phone number twice."""
    now = VirtualClock().now()
    scored, without = sample(now)
    assert {lead.score for lead in scored if lead.scored_at == now} == set(SCORES)
    assert {lead.lead_id for lead in scored if lead.scored_at < now} == {"old-060", "old-090"}
    assert [lead.lead_id for lead in without] == ["new-1", "new-2"]
    assert len({lead.phone for lead in [*scored, *without]}) == 24


class Stack:
    """Answers as the test says."""

    def __init__(self):
        self.done = []
        self.fails = {}

    def _act(self, verb):
        self.done.append(verb)
        if verb in self.fails:
            raise self.fails[verb]
        return Changes()

    def preview(self, *, policy_packs):
        assert [one.name for one in policy_packs] == ["policy"]
        return self._act("preview")

    def up(self, *, replace_contact_lists):
        assert replace_contact_lists
        return self._act("up")

    def destroy(self):
        return self._act("destroy")


@pytest.fixture
def stack(monkeypatch):
    stack = Stack()

    async def try_out(*_):
        return FOUND

    monkeypatch.setattr(preview, "fork_of", lambda *_: "c0ffee")
    monkeypatch.setattr(preview, "lay_out", lambda *_: None)
    monkeypatch.setattr(preview, "try_out_base", try_out)
    monkeypatch.setattr(preview, "try_out", try_out)
    monkeypatch.setattr(preview, "open_stack", lambda *_, **_more: stack)
    return stack


def run(tmp_path, port=0):
    """One preview, at a port that is free unless the test has one."""
    if not port:
        with listen(0) as free:
            port = free.getsockname()[1]
    return asyncio.run(Trial(print, state=tmp_path).run(7, port=port))


def test_the_stages_of_a_preview(stack, tmp_path):
    """Looked at, deployed, tried out and removed; what an earlier one left is gone before."""
    left = tmp_path / "pr-7" / "state"
    left.mkdir(parents=True)
    found = run(tmp_path)
    assert found.good
    assert stack.done == ["preview", "up", "destroy"]
    assert (found.before, found.after) == (FOUND, FOUND)
    assert [one.words for one in found.acceptance] == ["x", GONE]
    assert list(tmp_path.iterdir()) == []


def refusal(policies=()):
    trouble = StackError("no site")
    trouble.changes = Changes(policies=list(policies))
    return trouble


def test_what_a_policy_refuses_is_tried_out_all_the_same(stack, tmp_path):
    """On the simulated platform nobody is harmed, and the dial order shows why it is refused."""
    stack.fails["preview"] = refusal(["lawful"])
    found = run(tmp_path)
    assert not found.good
    assert stack.done == ["preview", "up", "destroy"]
    assert (found.after, found.trouble) == (FOUND, "")


@pytest.mark.parametrize(
    ("verb", "done"),
    [("preview", ["preview", "destroy"]), ("up", ["preview", "up", "destroy"])],
)
def test_what_fails_is_removed(stack, tmp_path, verb, done):
    """A program or a platform that refuses is told, and what is there is removed."""
    stack.fails[verb] = refusal()
    found = run(tmp_path)
    assert (found.good, found.trouble, found.after) == (False, "no site", None)
    assert stack.done == done


def test_what_cannot_be_removed_is_told(stack, tmp_path):
    """A stack that does not go is a check that failed."""
    stack.fails["destroy"] = refusal()
    found = run(tmp_path)
    assert not found.good
    assert found.checks == [Check(GONE, "no site")]


@pytest.mark.usefixtures("stack")
def test_two_previews_of_one_pull_request_do_not_meet(tmp_path):
    """While one has the port, the other says so and touches nothing of it."""
    (tmp_path / "pr-7").mkdir()
    with listen(0) as taken, pytest.raises(StackError, match="its address is taken"):
        run(tmp_path, taken.getsockname()[1])
    assert (tmp_path / "pr-7").exists()


def test_every_number_has_its_port():
    """The port of a pull request is the same each time, and another one's is another."""
    assert port_of(7) == 20007
    assert len({port_of(number) for number in range(1, 10_001)}) == 10_000


def git(folder, *words):
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    command = ["git", *identity, "-C", str(folder), *words]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - of the test's own


@pytest.fixture
def checkout(tmp_path):
    """A repository whose branch has one commit more than its main."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "-b", "main")
    for number, branch in enumerate(["main", "change"]):
        if number:
            git(folder, "checkout", "-b", branch)
        (folder / "file").write_text(branch, encoding="utf-8")
        git(folder, "add", ".")
        git(folder, "commit", "-m", branch)
    return folder


@pytest.mark.parametrize("base", ["", "main"])
def test_the_base_is_laid_out(checkout, tmp_path, base):
    """What is compared with is where the branch began, whatever is in the checkout."""
    base_branch.lay_out(checkout, base_branch.fork_of(checkout, base), tmp_path / "base")
    assert (tmp_path / "base" / "file").read_text(encoding="utf-8") == "main"


def test_a_base_that_is_not_there(checkout, tmp_path, monkeypatch):
    """A typing error, a folder without git and a machine without it are told."""
    with pytest.raises(StackError, match="the base branch nowhere cannot be read"):
        base_branch.fork_of(checkout, "nowhere")
    with pytest.raises(StackError, match="origin/main or main cannot be read"):
        base_branch.fork_of(tmp_path)
    with pytest.raises(StackError, match="cannot unpack x"):
        base_branch.lay_out(checkout, "x", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match="git cannot be run"):
        base_branch.fork_of(checkout)


MODULE = "import sys, pathlib\n"


@pytest.fixture
def base(tmp_path, monkeypatch):
    """Makes a base branch whose code does what the test says."""
    for name in [name for name in base_branch.os.environ if name.startswith("COV")]:
        monkeypatch.delenv(name)

    def made(code):
        folder = tmp_path / "base"
        (folder / "demo").mkdir(parents=True)
        (folder / "demo" / "__init__.py").touch()
        (folder / "demo" / "dialling_check.py").write_text(MODULE + code, encoding="utf-8")
        return base_branch.try_out_base(folder, "pr-7", "url", tmp_path / "state")

    return made


def test_the_base_is_tried_out_by_its_own_code(base):
    """The code of the laid out files runs, and what it found is read."""
    answer = f"pathlib.Path(sys.argv[4]).write_text({FOUND.write()!r})"
    assert asyncio.run(base(answer)) == FOUND


def test_a_base_that_cannot_be_deployed(base, tmp_path):
    """The last lines of what its code said are told; one without the code is too old."""
    with pytest.raises(StackError, match=r"cannot be deployed:\nno site"):
        asyncio.run(base("sys.exit('no site')"))
    with pytest.raises(StackError, match="too old"):
        asyncio.run(base_branch.try_out_base(tmp_path, "pr-7", "url", tmp_path))


def test_a_stack_that_cannot_be_tried_out(monkeypatch, capsys, tmp_path):
    """The process of a base branch says why in plain words."""

    def none(*_, **_more):
        raise StackError("no engine")

    monkeypatch.setattr(dialling_check, "open_stack", none)
    words = ["pr-7", "http://127.0.0.1:9", str(tmp_path), str(tmp_path / "answer")]
    assert dialling_check.main(words) == 1
    assert capsys.readouterr().err == "no engine\n"


@pytest.fixture
def verb(monkeypatch):
    """Runs the verb with a preview, or a failure, laid down by the test."""

    def verb(found, *words):
        async def run(_trial, number, base, port):
            assert (number, base, port) == (7, "", 0)
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(cli.Trial, "run", run)
        app = typer.Typer()
        cli.register(app)
        return CliRunner().invoke(app, ["preview", "--pr", "7", *words])

    return verb


def test_the_verb_prints_or_writes_the_comment(verb, tmp_path):
    """The comment goes to standard output, or to a file; the exit code says how it went."""
    shown = verb(Preview(7, before=FOUND, after=FOUND))
    assert (shown.exit_code, shown.stdout.startswith("### Preview of pull request 7")) == (0, True)
    shown = verb(Preview(7, trouble="no"), "--comment", str(tmp_path / "comment.md"))
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "cannot be deployed" in (tmp_path / "comment.md").read_text(encoding="utf-8")


def test_the_verb_tells_what_it_cannot_do(verb):
    """Without a base there is a message and no comment."""
    shown = verb(StackError("no base"))
    assert (shown.exit_code, shown.stdout, "preview: no base" in shown.stderr) == (2, "", True)
