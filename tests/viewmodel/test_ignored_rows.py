"""What an endpoint ignores folds, in the window and in what is written of a conversation."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest

from tests.scenario.conftest import BOUND, PAIR, steps
from workbench.journal.reader import Reader
from workbench.journal.schema import IGNORED
from workbench.journal.streams import Streams
from workbench.journal.topmost import Topmost
from workbench.scenario import needle
from workbench.scenario.model import parse
from workbench.scenario.runner import Runner
from workbench.session import Session
from workbench.viewmodel.conversation_export import (
    ConversationForm,
    ConversationRequest,
    write_conversation,
)
from workbench.viewmodel.conversation_line import ConversationLine
from workbench.viewmodel.conversation_rows import ConversationRows
from workbench.viewmodel.ignored_rows import IgnoredRows

PINGS = '[{ json = { type = "ping" } }, { regex = "^#" }]'
SAID = ['{"type": "ping", "n": 1}', "# remark", "hello", '{"type": "ping", "n": 2}', "end"]
OPEN = steps("do = 'start'; endpoint = 'server'", "do = 'connect'; endpoint = 'client'")


@pytest.fixture
def reader(session: Session) -> Iterator[Reader]:
    found = session.journal.reader()
    yield found
    found.close()


def of_lines(ignore: str) -> str:
    """The server says lines."""
    ends = f'timeout = 5.0\nmessages = {{ ends = "\\n" }}\nignore = {ignore}\n'
    return PAIR.replace("timeout = 5.0\n", ends) + OPEN + _said("\n")


def of_frames(ignore: str) -> str:
    """The server sends messages of a WebSocket."""
    pair = PAIR.replace("127.0.0.1:0", "ws://127.0.0.1:0")
    own = f'layers = ["websocket"]\nignore = {ignore}\n'
    return pair.replace("timeout = 5.0\n", own) + OPEN + _said("")


def _said(end: str) -> str:
    sent = "".join(
        f"[[step]]\ndo = 'send'\nendpoint = 'server'\ntext = {json.dumps(text + end)}\n"
        for text in SAID
    )
    return sent + steps("do = 'expect'; endpoint = 'client'; text = 'end'; within = 30")


def run(session: Session, text: str) -> None:
    report = Runner(session, parse(text), timeout=BOUND).run()
    assert report.ok, report
    session.stop_all_and_wait()


def lines_of(session: Session, reader: Reader, name: str) -> list[ConversationLine]:
    session.journal.flush(BOUND)
    rows = ConversationRows(Streams(reader), Topmost(reader), IgnoredRows(reader))
    found = [
        rows.line(row, "12:00", "utf-8")
        for row in reader.page(1, session.journal.committed)
        if row.endpoint == name
    ]
    return [line for line in found if line is not None]


def came(lines: list[ConversationLine]) -> list[tuple[str, str]]:
    """What came, and what it is counted as."""
    return [
        (line.text.partition(" B  ")[2].removeprefix("TEXT  "), line.aside)
        for line in lines
        if line.text[7:8] == "<"
    ]


@pytest.mark.parametrize("text", [of_lines, of_frames])
def test_what_the_run_passes_over_folds(session: Session, reader: Reader, text: object) -> None:
    assert callable(text)
    run(session, text(PINGS))
    lines = lines_of(session, reader, "client")
    aside = ["ignored", "ignored", "", "ignored", ""]
    assert came(lines) == list(zip(SAID, aside, strict=True))
    assert "ignored" not in {line.aside for line in lines_of(session, reader, "server")}


def test_failed_calls_fold_too(session: Session, reader: Reader) -> None:
    ignoring = "timeout = 5.0\nignore = [{ errno = 'ECONNRESET' }]\n"
    text = PAIR.replace("timeout = 5.0\n", ignoring) + OPEN
    text += steps("do = 'abort'; endpoint = 'server'; connection = 1")
    assert Runner(session, parse(text), timeout=BOUND).run().ok
    for _ in range(100_000):
        if any(row.errno == "ECONNRESET" for row in reader.page(1, session.journal.committed)):
            break
        session.journal.flush(0.01)
    (line,) = [line for line in lines_of(session, reader, "client") if line.aside]
    assert "ECONNRESET" in line.text
    assert line.text[line.mark] == " "


def written(reader: Reader, show_as: str = "utf-8") -> list[str]:
    out = io.BytesIO()
    wish = ConversationRequest("client", None, show_as)
    write_conversation(reader, out, wish, ConversationForm.TEXT)
    return [line[12:].strip() for line in out.getvalue().decode().splitlines()]


def test_what_is_written_of_it_is_folded_as_it_is_shown(session: Session, reader: Reader) -> None:
    run(session, of_lines(PINGS))
    session.journal.flush(BOUND)
    connected, *lines, _ = written(reader)
    assert "connected" in connected
    assert lines[0].endswith("-  ignored ×2")
    assert lines[1].endswith("hello")
    assert lines[2].endswith(SAID[3])  # one alone is as short as that it was one
    assert lines[3].endswith("end")


def test_nothing_folds_where_nobody_ignores(session: Session, reader: Reader) -> None:
    run(session, of_lines("[]"))
    assert not any(line.aside for line in lines_of(session, reader, "client"))
    assert reader.kept(IGNORED) == "[]"


@pytest.mark.parametrize(
    "items",
    [
        {"endpoint": "client"},
        {"endpoint": "client", "regex": 7},
        {"endpoint": "client", "regex": "("},
        {"endpoint": "client", "other": "x"},
        {"endpoint": "client", "json": "{"},
        {"endpoint": "nobody", "regex": "."},
    ],
)
def test_a_strangers_record_may_say_anything(
    session: Session, reader: Reader, items: dict[str, object]
) -> None:
    session.journal.keep_beside(IGNORED, [items])
    run(session, of_lines("[]"))
    assert not any(line.aside for line in lines_of(session, reader, "client"))


def test_a_pattern_that_takes_too_long_is_tried_once(
    session: Session, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needle, "EXPECT_TIME", 0.01)
    session.journal.keep_beside(IGNORED, [{"endpoint": "client", "regex": "^(a|aa)+$"}])
    long = PAIR.replace("timeout = 5.0\n", 'timeout = 5.0\nmessages = { ends = "\\n" }\n') + OPEN
    long += steps(f"do = 'send'; endpoint = 'server'; text = '{'a' * 90}b\\n'".replace("'", '"'))
    long += steps("do = 'expect'; endpoint = 'client'; regex = 'b$'; within = 30")
    run(session, long)
    assert not any(line.aside for line in lines_of(session, reader, "client"))
