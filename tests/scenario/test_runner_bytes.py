"""What a run expects is held against every byte, whatever the record keeps."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from workbench.journal.reader import Reader
from workbench.scenario.model import parse
from workbench.scenario.runner import Runner
from workbench.session import Session

TALK = """
title = "long answers"
capture = 4
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "echo" }
[endpoint.client]
role = "stream"
address = "@server"
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "connect"
endpoint = "client"
[[step]]
do = "send"
endpoint = "client"
text = "TEXT"
[[step]]
do = "expect"
endpoint = "client"
text = "TEXT"
within = 20.0
"""


@pytest.mark.parametrize("last", ["z", "y"])
def test_expect_sees_what_the_record_does_not_keep(tmp_path: Path, last: str) -> None:
    text = "x" * 50_000 + "z"
    talk = TALK.replace("TEXT", text, 1).replace("TEXT", text[:-1] + last)
    if last == "y":
        talk = talk.replace("within = 20.0", "within = 0.3")
    scenario = parse(talk, "talk.toml")
    record = tmp_path / "talk.swb"
    with Session(record, capture=scenario.capture) as session:
        report = Runner(session, scenario).run()
        session.stop_all_and_wait()
    assert report.ok is (last == "z")
    reader = Reader(record)
    rows = reader.page(1, 1000)
    reader.close()
    received = [row for row in rows if row.call == "recv" and row.size]
    assert sum(row.size or 0 for row in received if row.endpoint == "client") == len(text)
    assert all(len(row.payload or b"") == min(4, row.size or 0) for row in received)


SINK = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = {{ kind = "sink" }}
{messages}
[endpoint.client]
address = "@server"
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "connect"
endpoint = "client"
[[step]]
do = "send"
endpoint = "client"
text = "dropped\\n"
[[step]]
do = "expect"
endpoint = "server"
{wanted}
"""


@pytest.mark.parametrize("capture", [4096, None])
@pytest.mark.parametrize("messages", ["", 'messages = { ends = "\\n" }'])
@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        ('contains = "drop"\nwithin = 20.0', True),
        ('contains = "drop"\nabsent = true\nwithin = 20.0', False),
        ('contains = "other"\nabsent = true\nwithin = 0.1', True),
    ],
)
def test_what_a_sink_drops_is_seen_all_the_same(
    tmp_path: Path, wanted: str, messages: str, capture: int | None, *, holds: bool
) -> None:
    record = tmp_path / "record.swb"
    with Session(record, capture=capture) as session:
        report = Runner(session, parse(SINK.format(messages=messages, wanted=wanted))).run()
        session.stop_all_and_wait()
    assert report.ok is holds
    with closing(Reader(record)) as reader:
        rows = reader.page(1, reader.count())
    kept = {row.payload for row in rows if row.call == "recv" and row.result}
    assert kept == {b""}
