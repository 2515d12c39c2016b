"""`export` of scenarios and records as code, and of the language's schema."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from tests.cli_process import run
from workbench import interrupts
from workbench.cli import export_command
from workbench.cli.exit_status import INTERRUPTED
from workbench.cli.main import main
from workbench.journal.exports.export_table import EXPORTS
from workbench.resources import resource
from workbench.scenario.model import Scenario, parse
from workbench.texts import in_all_languages

ROOT = Path(__file__).parents[2]
EXCHANGE = resource("scenarios/4-udp-exchange.toml")


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "kept.swb"
    assert main(["run", str(EXCHANGE), "--record", str(path)]) == 0
    return path


def test_the_schema_is_the_one_that_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--to", "schema", "--lang", "en"]) == 0
    printed = json.loads(capsys.readouterr().out)
    shipped = Path(export_command.__file__).parents[2] / "resources" / "scenario.schema.json"
    assert printed == json.loads(shipped.read_text(encoding="utf-8"))


@pytest.mark.parametrize("form", EXPORTS)
def test_each_form_of_a_record_stands_in_the_help_and_in_the_manuals(form: str) -> None:
    assert all(form in text for text in in_all_languages("cli.help_export"))
    for manual in (Path("README.md"), Path("resources/README.zh_CN.md")):
        lines = (ROOT / manual).read_text(encoding="utf-8").splitlines()
        called = [line for line in lines if line.startswith("socket-workbench export ")]
        assert form in called[0].partition(" --to ")[2].split(" ")[0].split("|"), manual


@pytest.mark.parametrize("form", ["python", "pytest"])
def test_a_scenario_and_its_record_become_code(
    form: str, record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    for source in (EXCHANGE, record):
        assert main(["export", str(source), "--to", form]) == 0
        printed = capsys.readouterr().out
        ast.parse(printed)
        to = tmp_path / f"{Path(source).stem}.py"
        assert main(["export", str(source), "--to", form, "-o", str(to)]) == 0
        assert to.read_text(encoding="utf-8") == printed
        assert main(["export", str(source), "--to", form, "-o", str(to)]) == 2  # it is there


def test_a_record_becomes_a_scenario_of_it_all_or_of_a_part(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def made(*more: str) -> Scenario:
        capsys.readouterr()
        assert main(["export", str(record), "--to", "scenario", *more]) == 0
        return parse(capsys.readouterr().out)

    whole = made()
    names = {item.name for item in whole.endpoints}
    assert len(names) > 1
    last = max(names)
    for more in (["--endpoint", last], ["--endpoint", last, "--connection", "1"]):
        part = made(*more)
        assert 0 < len(part.steps) < len(whole.steps)
    assert len(made("--filter", "call:start").steps) < len(whole.steps)
    assert made("--against", str(record)).steps == whole.steps
    other = tmp_path / "other.swb"
    assert main(["run", str(resource("scenarios/1-greeting.toml")), "--record", str(other)]) == 0
    assert main(["export", str(record), "--to", "scenario", "--against", str(other)]) == 2
    assert "something else was done" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("form", "wait"), [("scenario", '"wait"'), ("python", "\ntime.sleep("), ("pytest", "'wait'")]
)
def test_the_time_in_which_a_person_typed_can_be_left_out(
    form: str, wait: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, kept = tmp_path / "typed.toml", tmp_path / "typed.swb"
    source.write_text(
        'step = [{ do = "start" }, { do = "wait", seconds = 0.4 }, { do = "stop" }]\n'
        '[endpoint.s]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
    )
    assert main(["run", str(source), "--record", str(kept)]) == 0
    for more, there in (([], True), (["--no-waits"], False)):
        capsys.readouterr()
        assert main(["export", str(kept), "--to", form, *more]) == 0
        assert (wait in capsys.readouterr().out) == there


@pytest.mark.parametrize("to", ["scenario", "python", "pytest"])
def test_code_that_is_being_made_is_given_up_when_the_end_is_asked_for(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    """In the middle of the work: the third look finds a signal."""
    looks = iter([False, False, True])
    real = interrupts.check

    def check() -> None:
        monkeypatch.setattr(interrupts._asked, "times", int(next(looks)))
        real()

    monkeypatch.setattr(interrupts, "check", check)
    assert main(["export", str(record), "--to", to, "-o", str(tmp_path / "out")]) == INTERRUPTED
    assert next(looks, None) is None, "it went no further"
    assert not (tmp_path / "out").exists()


def test_a_filter_chooses_the_commands_that_become_code(
    record: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    main(["export", str(record), "--to", "python"])
    whole = capsys.readouterr().out
    assert main(["export", str(record), "--to", "python", "--filter", "call:start"]) == 0
    assert len(capsys.readouterr().out.splitlines()) < len(whole.splitlines())


@pytest.mark.parametrize(
    ("args", "key"),
    [
        (["SCENARIO", "--to", "jsonl"], "--record"),
        (["SCENARIO", "--to", "python", "--filter", "call:send"], "--filter"),
        (["--to", "csv"], "FILE"),
        (["SCENARIO", "--to", "morse"], "schema"),
        (["missing.toml", "--to", "python"], "missing.toml"),
        (["missing.swb", "--to", "python"], "missing.swb"),
        (["SCENARIO", "--to", "scenario"], "--record"),
        (["SCENARIO", "--to", "python", "--endpoint", "a"], "--endpoint"),
        (["SCENARIO", "--to", "python", "--again"], "--again"),
        (["SCENARIO", "--to", "python", "--no-waits"], "--no-waits"),
        (["RECORD", "--to", "csv", "--connection", "1"], "--connection"),
        (["RECORD", "--to", "scenario", "--endpoint", "nobody"], "nobody"),
        (["RECORD", "--to", "scenario", "--connection", "7"], "--endpoint"),
    ],
)
def test_what_cannot_be_is_said(
    args: list[str], key: str, record: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"SCENARIO": str(EXCHANGE), "RECORD": str(record)}
    given = [files.get(arg, arg) for arg in args]
    assert main(["export", *given]) == 2
    assert key in capsys.readouterr().err


def test_values_are_given_to_a_scenario_that_becomes_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.toml"
    path.write_text(
        'step = [{ do = "connect" }]\n[values]\nport = 1\n'
        '[endpoint.a]\naddress = "127.0.0.1:{port}"\n'
    )
    assert main(["export", str(path), "--to", "python", "--set", "port=4711"]) == 0
    assert "4711" in capsys.readouterr().out


def test_the_schema_needs_no_file_in_a_process_of_its_own() -> None:
    status, out, _ = run("export", "--to", "schema")
    assert status == 0
    assert json.loads(out)["title"]
