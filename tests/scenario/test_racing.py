"""Scenarios that race in a legal way: whatever comes first, no verdict holds on the wrong bytes."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenario.conftest import BOUND, Play, reasons
from workbench.journal.reader import Row
from workbench.scenario.model import parse
from workbench.scenario.report import StepResult
from workbench.scenario.runner import Runner
from workbench.session import Session

ENDPOINTS = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
{server}
[endpoint.a]
role = "stream"
address = "@server"
options = {{ TCP_NODELAY = 1 }}
{client}
[endpoint.b]
role = "stream"
address = "@server"
options = {{ TCP_NODELAY = 1 }}
{client}
"""
ECHO = 'responder = { kind = "echo" }'
BOTH = '{do="start",endpoint="server"}, {do="connect",endpoint="a"}, {do="connect",endpoint="b"},'
NEXT = '{do="expect",endpoint="server",call="accept",count=2},'


def text(steps: str, server: str = "", client: str = "") -> str:
    return f"step = [{steps}]\n" + ENDPOINTS.format(server=server, client=client)


@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize(("steps", "failed"), [
    # both end at once: whose end it was is not mixed up
    ("""{do="close",endpoint="a",wait=false}, {do="abort",endpoint="b",wait=false},
     {do="expect",endpoint="server",connection=1,closed="fin"},
     {do="expect",endpoint="server",connection=2,closed="reset"}""", False),
    ("""{do="abort",endpoint="a",wait=false}, {do="close",endpoint="b",wait=false},
     {do="expect",endpoint="server",connection=1,closed="fin",within=0.3}""", True),
    # what two of them send is no one text
    ("""{do="send",endpoint="a",text="PI",wait=false},
     {do="send",endpoint="b",text="NG",wait=false},
     {do="expect",endpoint="server",text="PING",within=0.3}""", True),
    ("""{do="send",endpoint="a",text="PI",wait=false},
     {do="send",endpoint="b",text="NG",wait=false},
     {do="expect",endpoint="server",connection="any",regex="PI.?NG",within=0.3}""", True),
    ("""{do="send",endpoint="a",text="PI",wait=false}, {do="close",endpoint="a"},
     {do="connect",endpoint="a"}, {do="send",endpoint="a",text="NG",wait=false},
     {do="expect",endpoint="server",contains="PING",within=0.3}""", True),
    # each has its own; one has both
    ("""{do="send",endpoint="a",text="ok",wait=false},
     {do="send",endpoint="a",text="ok",wait=false},
     {do="close",endpoint="b",wait=false},
     {do="expect",endpoint="server",text="ok",each=true,within=0.3}""", True),
    ("""{do="send",endpoint="a",text="okok",wait=false}, {do="abort",endpoint="b",wait=false},
     {do="expect",endpoint="server",text="ok",count=2}""", False),
    ("""{do="send",endpoint="a",text="okok",wait=false}, {do="abort",endpoint="b",wait=false},
     {do="expect",endpoint="server",text="ok",count=3,within=0.3}""", True),
    # the last bytes of one that has ended are there; those of one that a step closed are not meant
    ("""{do="send",endpoint="a",text="bye",wait=false}, {do="close",endpoint="a"},
     {do="close",endpoint="b",wait=false},
     {do="expect",endpoint="server",text="bye"}""", False),
    ("""{do="send",endpoint="a",text="bye"},
     {do="expect",endpoint="server",call="recv",size=3,keep=true},
     {do="close",endpoint="server",connection=1},
     {do="expect",endpoint="server",text="bye",within=0.3}""", True),
    # the cursor of a former connection is none of the next
    ("""{do="send",endpoint="server",connection=1,text="HELLO wor"},
     {do="expect",endpoint="a",contains="HELLO"}, {do="abort",endpoint="server",connection=1},
     {do="connect",endpoint="a"}, {do="send",endpoint="server",connection=3,text="ld"},
     {do="expect",endpoint="a",text=" world",within=0.3}""", True),
    ("""{do="send",endpoint="server",connection=1,text="HELLO wor"},
     {do="expect",endpoint="a",contains="HELLO"}, {do="abort",endpoint="server",connection=1},
     {do="connect",endpoint="a"}, {do="send",endpoint="server",connection=3,text="world"},
     {do="expect",endpoint="a",text="world"}""", False),
    ("""{do="send",endpoint="server",connection=1,text="HELLO wor"},
     {do="expect",endpoint="a",contains="HELLO"}, {do="close",endpoint="a"},
     {do="connect",endpoint="a"},
     {do="expect",endpoint="a",text=" wor",within=0.3}""", True),
])  # fmt: skip
def test_what_races_is_judged_by_its_own_bytes(
    play: Play, steps: str, failed: bool, turn: int
) -> None:
    report = play(text(BOTH + NEXT + steps))
    last = report.steps[-1]
    assert (last.reason is not None) is failed, (reasons(report), turn)
    assert all(step.reason is None for step in report.steps[:-1]), reasons(report)


@pytest.mark.parametrize("turn", range(3))
def test_a_responder_that_changes_while_bytes_are_under_way(play: Play, turn: int) -> None:
    """What comes is that of the one or the other, wholly: no verdict holds on a mixture."""
    report = play(
        text(
            BOTH
            + """{do="send",endpoint="a",text="one",repeat=50,wait=false},
            {do="configure",endpoint="server",responder={kind="rules",rules=[
              {match="any",reply="two"}]}},
            {do="send",endpoint="a",text="last"},
            {do="expect",endpoint="a",regex="^(one)*(two)+$"},
            {do="send",endpoint="b",text="b"},
            {do="expect",endpoint="b",text="two"},
            {do="expect",endpoint="a",contains="one",within=0.3}""",
            ECHO,
        )
    )
    assert [step.reason is None for step in report.steps[:-1]] == [True] * 9, (
        reasons(report),
        turn,
    )
    assert report.steps[-1].reason is not None


@pytest.mark.parametrize("turn", range(3))
def test_a_client_that_connects_again_begins_anew(play: Play, turn: int) -> None:
    """Half a text before the connection was lost, half of it after."""
    report = play(
        text(
            """{do="start",endpoint="server"}, {do="connect",endpoint="a"},
            {do="send",endpoint="server",text="ab-HALF"},
            {do="expect",endpoint="a",contains="ab"},
            {do="abort",endpoint="server",connection=1},
            {do="expect",endpoint="server",call="accept",count=2},
            {do="send",endpoint="server",connection=2,text="OTHER"},
            {do="expect",endpoint="a",connection="any",text="OTHER"},
            {do="expect",endpoint="a",connection="any",regex="HALF.*OTHER",within=0.3}""",
            client="reconnect = { first = 0.02, most = 0.1 }",
        )
    )
    assert report.steps[-1].reason is not None, turn
    assert all(step.reason is None for step in report.steps[:-1]), reasons(report)


class Talk:
    """A run of random steps with words that occur once each; who may have each is known."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.steps = ['{do="start",endpoint="server"}']
        self.count = {"a": 0, "b": 0}
        self.accepted: list[tuple[str, int]] = []
        self.gone: set[int] = set()
        self.words: list[str] = []
        self.meant: dict[int, tuple[str, str, set[int]]] = {}
        for name in "ab":
            self.connect(name)

    def connect(self, name: str) -> None:
        self.steps.append(f'{{do="connect",endpoint="{name}"}}')
        self.count[name] += 1
        self.accepted.append((name, self.count[name]))
        total = len(self.accepted)
        self.steps.append(
            f'{{do="expect",endpoint="server",call="accept",count={total},keep=true,within=9}}'
        )

    def send(self) -> None:
        name = self.dice.choice("ab")
        word = f"<{len(self.words)}{'x' * self.dice.randrange(8)}>"
        self.words.append(word)
        cut = self.dice.randrange(len(word) + 1)
        for part in filter(None, (word[:cut], word[cut:])):
            self.steps.append(f'{{do="send",endpoint="{name}",text="{part}",wait=false}}')

    def end(self) -> None:
        name, how = self.dice.choice("ab"), self.dice.choice(["close", "abort"])
        self.steps.append(f'{{do="{how}",endpoint="{name}"}}')
        self.connect(name)

    def end_at_server(self) -> None:
        number = self.dice.randint(1, len(self.accepted))
        name, its = self.accepted[number - 1]
        if its != self.count[name] or number in self.gone:
            return
        self.gone.add(number)
        self.steps.append(f'{{do="close",endpoint="server",connection={number},wait=false}}')
        self.steps.append(f'{{do="close",endpoint="{name}"}}')
        self.connect(name)

    def swap(self) -> None:
        kind = self.dice.choice(["echo", "sink"])
        self.steps.append(f'{{do="configure",endpoint="server",responder={{kind="{kind}"}}}}')

    def expect(self) -> None:
        if not self.words:
            return
        name = self.dice.choice(["a", "b", "server"])
        word = self.dice.choice(self.words[-4:])
        numbers = (
            {self.count[name]}
            if name != "server"
            else set(range(1, len(self.accepted) + 1)) - self.gone
        )
        self.meant[len(self.steps)] = (name, word, numbers)
        how = self.dice.choice([f'contains="{word}"', f'regex="{word}"'])
        self.steps.append(f'{{do="expect",endpoint="{name}",{how},keep=true,within=0.4}}')

    def made(self) -> str:
        ways: list[Callable[[], None]] = [
            self.send, self.send, self.send, self.end, self.end_at_server, self.swap, self.expect,
            self.expect,
        ]  # fmt: skip
        for _ in range(14):
            self.dice.choice(ways)()
        self.expect()
        return text(", ".join(self.steps), ECHO)


@pytest.mark.parametrize("seed", range(6))
def test_random_races_against_what_the_record_has(
    tmp_path: Path, seed: int, pytestconfig: pytest.Config
) -> None:
    """A word that came is found, one that did not is not, whoever ended or changed meanwhile."""
    for part in range(20 if pytestconfig.getoption("--long") else 2):
        talk = Talk(random.Random(seed * 1000 + part))
        source = talk.made()
        with Session(tmp_path / f"{part}.swb") as session:
            report = Runner(session, parse(source), timeout=BOUND).run()
            session.stop_all_and_wait()
            session.journal.flush()
            reader = session.journal.reader()
            rows = reader.page(1, reader.count())
            reader.close()
        judge(report.steps, talk, rows, source)


def judge(results: list[StepResult], talk: Talk, rows: list[Row], source: str) -> None:
    for place, result in enumerate(results):
        if place not in talk.meant:
            assert result.reason is None, (result.reason, source)
            continue
        name, word, numbers = talk.meant[place]
        came: dict[int, bytes] = {}
        for row in rows:
            if row.endpoint == name and row.call == "recv" and row.payload and row.number:
                came[row.number] = came.get(row.number, b"") + row.payload
        there = any(word.encode() in came.get(number, b"") for number in numbers)
        dropped = {  # what a sink takes is seen by the step, and the record keeps none of its bytes
            row.number for row in rows
            if row.endpoint == name and row.call == "recv"
            and (row.result or 0) > len(row.payload or b"")
        }  # fmt: skip
        if result.reason is None:
            assert there or numbers & dropped, (name, word, numbers, came, source)
        elif there:  # then it came too late
            late = next(row for row in rows if row.call == "step_failed").t_ns
            first = min(
                row.t_ns for row in rows
                if row.endpoint == name and row.number in numbers and row.payload
                and word[-1].encode() in row.payload
            )  # fmt: skip
            assert first > late - 400_000_000, (name, word, numbers, came, source)
