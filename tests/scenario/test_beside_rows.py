"""The record says what outputs mask and endpoints ignore before a row of the run is in it."""

from __future__ import annotations

import json

import pytest

from tests.scenario.conftest import PAIR
from workbench.journal.schema import IGNORED, SECRETS
from workbench.scenario.beside_rows import keep_beside
from workbench.scenario.model import parse
from workbench.scenario.named_values import Given
from workbench.session import Session

TEXT = (
    "[values]\nword = 'a.b'\ntoken = { env = 'SWB_TOKEN', secret = true }\n"
    "short = { env = 'SWB_SHORT', secret = true }\n"
)
IGNORE = (
    'messages = { ends = "\\n" }\n'
    "ignore = [{ regex = '^{word}$' }, { json = { n = [1, '*'] } }, { errno = 'EPIPE' }]\n"
)


def test_both_are_kept_once(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWB_TOKEN", "sesame-123")
    monkeypatch.setenv("SWB_SHORT", "ab")
    text = TEXT + PAIR.replace("timeout = 5.0\n", IGNORE)
    scenario = parse(text, given=Given(environment=frozenset({"SWB_TOKEN", "SWB_SHORT"})))
    keep_beside(session, scenario)
    keep_beside(session, scenario, scenario.secrets)
    session.journal.flush()
    reader = session.journal.reader()
    secrets = json.loads(reader.kept(SECRETS))
    assert [(item["name"], item["value"]) for item in secrets] == [
        ("token", "sesame-123"),
        ("short", "ab"),
    ]
    assert json.loads(reader.kept(IGNORED)) == [
        {"endpoint": "client", "regex": r"^a\.b$"},
        {"endpoint": "client", "json": '{"n": [1, "*"]}'},
        {"endpoint": "client", "errno": "EPIPE"},
    ]
    notes = [row for row in reader.page(1, reader.count()) if row.call == "secret_short"]
    assert [row.args for row in notes] == ["'short'"]
    reader.close()
