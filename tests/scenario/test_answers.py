"""What came between two commands is one answer, however many reads it took."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from workbench.journal.reader import Reader
from workbench.scenario.answers import Answer, answers_of
from workbench.scenario.model import parse
from workbench.scenario.recorded import Counted, Settings, outcome_of, rows_of
from workbench.scenario.runner import Runner
from workbench.session import Session

LONG = "x" * 200_000
TALK = """
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "send", endpoint = "client", text = "LONG" },
  { do = "expect", endpoint = "client", contains = "the end" },
  { do = "send", endpoint = "client", text = "bye" },
  { do = "expect", endpoint = "client", call = "recv", result = 0 },
]
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
[endpoint.server.responder]
kind = "rules"
rules = [
  { match = "contains", value = "LONG", reply = "LONG the end" },
  { match = "any", reply = "so long", then = "close" },
]
[endpoint.client]
address = "@server"
MESSAGES
"""


def answers(tmp_path: Path, messages: str = "") -> list[Answer]:
    record = tmp_path / "talk.swb"
    with Session(record, capture=None) as session:
        text = TALK.replace('"LONG the end"', f'"{LONG}\\nthe end\\n"').replace(
            "MESSAGES", messages
        )
        report = Runner(session, parse(text), timeout=60).run()
        assert report.ok, str(report.steps[-1].reason)
        session.stop_all_and_wait()
    with closing(Reader(record)) as reader:
        commands = rows_of(reader, "kind:command")
        counted = Counted(reader, commands, lambda _row: True)
        used = Settings(reader).at_first_use(commands)
        seqs = [row.seq for row in commands]
        return outcome_of(
            answers_of(
                reader,
                lambda _row: True,
                counted.of,
                {"client"},
                lambda name, _connection: used[name][1],
                seqs,
            )
        )


def test_reads_between_two_commands_are_one_answer(tmp_path: Path) -> None:
    found = answers(tmp_path)
    assert [item.data for item in found] == [f"{LONG}\nthe end\n".encode(), b"so long", None]
    assert [item.ends for item in found] == [False, False, True]
    assert {(item.endpoint, item.connection) for item in found} == {("client", 1)}


def test_where_there_are_messages_each_is_one(tmp_path: Path) -> None:
    found = answers(tmp_path, 'messages = { ends = "\\n" }')
    assert [item.data for item in found][:2] == [LONG.encode(), b"the end"]
    assert found[0].call == "messages.recv"
