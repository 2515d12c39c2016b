"""A secret is in no report and no output of its run, however reads have cut it."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.joined import open_record
from workbench.journal.query import parse as parse_filter
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.named_values import Given
from workbench.scenario.runner import Runner
from workbench.session import Session

TALK = """
step = [
 { do = "start", endpoint = "s" }, { do = "connect", endpoint = "c" },
 { do = "send", endpoint = "c", text = "GET / {pw}\\r\\nCookie: sid=1; a\\r\\n" },
 { do = "send", endpoint = "c", text = "{base64:pw} {pw}", pieces = 1, interval = 0.001 },
 { do = "expect", endpoint = "c", regex = "{pw}$", within = 10 },
 { do = "expect", endpoint = "c", contains = "{pw} is not here", within = 0 },
]
[values]
pw = { env = "WORKBENCH_PW", secret = true }
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "echo" }
[endpoint.c]
address = "@s"
"""
SECRET = "hunter2-xyz"
FORMS = (b"hunter2-xyz", b"aHVudGVyMi14", SECRET.encode().hex().encode(), b"sid=1")


def talk(folder: Path, *, shows: bool = False, value: str = SECRET) -> tuple[Path, list[str]]:
    """The record of a run, and what its report says."""
    path = folder / f"{shows}.swb"
    scenario = parse(TALK, given=Given({"pw": value}))
    with Session(path, shows_secrets=shows) as session:
        report = Runner(session, scenario).run()
        session.stop_all_and_wait()
    return path, [f"{step.title} {step.reason} {step.said}" for step in report.steps]


def exported(path: Path, form: str, term: str = "", *, shows: bool = False) -> bytes:
    out = io.BytesIO()
    with closing(open_record(path)) as reader:
        reader.shows_secrets = shows
        EXPORTS[form].write(reader, out, parse_filter(term))
    return out.getvalue()


def carried(jsonl: bytes, call: str, endpoint: str) -> bytes:
    rows = map(json.loads, jsonl.splitlines())
    return b"".join(
        bytes.fromhex(row["payload"])
        for row in rows
        if row["call"] == call and row["endpoint"] == endpoint and row["payload"]
    )


def test_what_is_to_be_masked_stands_in_the_record_beside_the_bytes(tmp_path: Path) -> None:
    path, _ = talk(tmp_path)
    with closing(sqlite3.connect(path)) as db:
        (spelled,) = db.execute("SELECT value FROM meta WHERE key = 'secrets'").fetchone()
    assert json.loads(spelled) == [{"name": "pw", "env": "WORKBENCH_PW", "value": SECRET}]
    assert SECRET.encode() in carried(exported(path, "jsonl", shows=True), "recv", "s")


def test_reports_are_masked_unless_secrets_are_shown(tmp_path: Path) -> None:
    _, said = talk(tmp_path)
    assert len(said) == 6
    assert not [line for line in said if SECRET in line or "sid=1" in line]
    _, shown = talk(tmp_path, shows=True)
    assert SECRET in shown[-1]


def test_what_is_wrong_in_a_file_is_told_without_it() -> None:
    text = TALK.replace('role = "listener"', 'role = "listener"\nbacklog = "{pw}"')
    with pytest.raises(ScenarioProblem) as caught:
        parse(text, given=Given({"pw": SECRET}))
    assert "backlog must be" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_one_that_is_too_short_is_told_of(tmp_path: Path) -> None:
    path, said = talk(tmp_path, value="abc")
    assert "'abc is not here'" in said[-1]
    assert b"too short to be masked" in exported(path, "text")
