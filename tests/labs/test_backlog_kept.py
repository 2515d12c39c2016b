"""A kept run reads back as it was; what is none is refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.labs import backlog_kept
from workbench.labs.backlog import BacklogRun
from workbench.labs.backlog_compare import Prediction
from workbench.labs.backlog_settings import BacklogSettings
from workbench.session import Session
from workbench.texts import Problem


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog_kept, "state_dir", lambda: tmp_path)


def test_it_reads_back(tmp_path: Path) -> None:
    settings = BacklogSettings(timeout=0.3, every=0.0)
    with Session(tmp_path / "r.swb") as session:
        run = BacklogRun(session, settings)
        run.start()
        assert run.wait(30)
        picture, result = run.picture(), run.result()
    path = backlog_kept.keep(settings, picture, result, Prediction(2, 4))
    assert backlog_kept.kept_runs() == [path]
    kept = backlog_kept.read(path)
    assert (kept.settings, kept.picture, kept.result) == (settings, picture, result)
    assert kept.said == Prediction(2, 4)
    raw = json.loads(path.read_text())
    path.write_text(json.dumps({**raw, "format": 2}))
    with pytest.raises(Problem, match="newer"):
        backlog_kept.read(path)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": 1, "when": 3}', "\u00e9"])
def test_what_is_none_of_ours(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Problem):
        backlog_kept.read(path)
    with pytest.raises(Problem):
        backlog_kept.read(tmp_path / "missing")
