"""`run` of several files and folders: which, in what order, what is said, which status."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pytest

from workbench.cli.main import main
from workbench.journal.joined import open_record

HOLDS = 'title = "Holds"\n[[step]]\ndo = "note"\ntext = "here"\n'
FAILS = (
    'title = "Fails"\n[endpoint.a]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
    '[[step]]\ndo = "start"\n[[step]]\ndo = "expect"\ncall = "accept"\nwithin = 0\n'
    '[[step]]\ndo = "note"\ntext = "after"\n'
)
WRONG = '[[step]]\ndo = "nothing"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scenarios"
    for name, text in {
        "b.toml": HOLDS,
        "deep/a.toml": FAILS,
        "values.toml": "x = 1\n",
        ".hidden/c.toml": WRONG,
        "notes.txt": "[[step]]",
    }.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return made


def run(*args: object) -> int:
    return main(["run", *map(str, args), "--lang", "en"])


def test_a_folder_is_every_scenario_in_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"held  {folder / 'b.toml'}: Holds")
    assert out[1].startswith(f"FAILED  {folder / 'deep' / 'a.toml'}: Fails")
    assert out[2].strip().startswith("2  a.expect call='accept'")
    assert out[-1] == "Runs: 2 (1 held, 1 failed, 0 refused)"


@pytest.mark.parametrize("text", ["", 'title = "x"\n', "step = []\n", "[values]\na = 1\n"])
def test_a_file_without_steps_has_not_held(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path, report = tmp_path / "empty.toml", tmp_path / "r.xml"
    path.write_text(text)
    assert run(path, "--junit", report) == 2
    assert "has no step, so there is nothing to run" in capsys.readouterr().err
    assert ET.parse(report).getroot().get("errors") == "1"


@pytest.mark.parametrize("option", ["--junit", "--record"])
def test_the_report_takes_the_place_of_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    scenario, other = folder / "b.toml", folder / "other"
    link = folder / "link"
    link.symlink_to(scenario)
    given = ("--junit", link) if option == "--junit" else ("--junit", other, "--record", other)
    assert run(scenario, *given) == 2
    assert "would take the place of" in capsys.readouterr().err
    assert scenario.read_text() == HOLDS
    assert not other.exists()


def test_the_worst_decides_and_the_rest_is_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.toml").write_text(WRONG)
    (folder / "broken.toml").write_text("step = [")
    assert run(folder, folder / "b.toml") == 2
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "Runs: 4 (1 held, 1 failed, 2 refused)"
    assert f"{folder / 'a.toml'}:2:" in out


def test_only_what_is_named_is_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "-k", "HOLDS") == 0
    assert run(folder, "-k", "deep") == 1
    capsys.readouterr()
    assert run(folder, "-k", "neither") == 2
    assert "neither" in capsys.readouterr().err
    assert run(folder / ".hidden" / "..", "-k", "b.toml") == 0


def test_nothing_follows_a_failure_where_that_is_asked_for(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "r.xml"
    assert run(folder / "deep", folder / "b.toml", "--fail-fast", "--junit", report) == 1
    assert "1 not to their end" in capsys.readouterr().out
    suites = list(ET.parse(report).getroot())
    assert [suite.get("skipped") for suite in suites] == ["1", "1"]
    assert suites[1].get("tests") == "1"


def test_each_run_has_a_record_of_its_own(folder: Path, tmp_path: Path) -> None:
    (folder / "deep" / "b.toml").write_text(HOLDS)
    kept = tmp_path / "kept" / "records"
    assert run(folder, "--record", kept) == 1
    assert sorted(path.name for path in kept.iterdir()) == ["a.swb", "b-2.swb", "b.swb"]
    for path in kept.iterdir():
        with closing(open_record(path)) as reader:
            assert reader.count() > 1
    assert run(folder / "b.toml", "--record", tmp_path / "one.swb") == 0
    assert (tmp_path / "one.swb").is_file()


def test_lines_of_json_name_their_run(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--json") == 1
    out, err = capfd.readouterr()
    named = [json.loads(line)["run"] for line in out.splitlines()]
    assert list(dict.fromkeys(named)) == [str(folder / "b.toml"), str(folder / "deep" / "a.toml")]
    assert "accept" in err
    assert run(folder / "b.toml", "--json") == 0
    assert all("run" not in json.loads(line) for line in capfd.readouterr().out.splitlines())


def test_a_folder_without_a_scenario_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path) == 2
    assert str(tmp_path) in capsys.readouterr().err
    assert run(tmp_path / "missing.toml") == 2
    assert "missing.toml" in capsys.readouterr().err


def test_github_is_told_the_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder))
    (folder / "wrong.toml").write_text(WRONG)
    assert run(folder) == 2
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::error ")]
    assert told[0].startswith("::error file=deep/a.toml,line=7,title=a.expect call='accept'")
    assert told[1].startswith("::error file=wrong.toml,line=2,")
    assert run(folder / "deep" / "a.toml", "--json") == 1
    out, err = capsys.readouterr()
    assert "::error" not in out
    assert "::error file=deep/a.toml,line=7" in err


def test_a_refused_file_is_an_error_in_the_report(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "r.xml"
    (folder / "wrong.toml").write_text(WRONG)
    assert run(folder / "wrong.toml", "--junit", report) == 2
    (error,) = ET.parse(report).getroot().iter("error")
    assert "nothing" in str(error.get("message"))


def test_a_bad_place_for_the_report_is_said_before_anything_runs(
    folder: Path, tmp_path: Path
) -> None:
    record = tmp_path / "r.swb"
    assert run(folder / "b.toml", "--record", record, "--junit", tmp_path / "none" / "x.xml") == 2
    assert not record.exists()


def test_each_case_of_a_file_is_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cased.toml"
    path.write_text(
        'title = "Cased"\ncases = "cases.csv"\n'
        "defaults = { within = 0 }\n"
        'step = [{ do = "start" },\n'
        '{ do = "expect", call = "accept", count = "{count}", absent = true }]\n'
        '[endpoint.a]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
    )
    (tmp_path / "cases.csv").write_text("name,count\ngood,1\nbad,0\n")
    assert run(path) == 2  # before any of them is run
    assert "cased.toml:5: In the case bad: count must be" in capsys.readouterr().err
    (tmp_path / "cases.csv").write_text("name,count\ngood,1\nworse,2\n")
    report, records = tmp_path / "report.xml", tmp_path / "records"
    assert run(path, "--junit", report, "--record", records) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"held  {path}: Cased [good]")
    assert out[1].startswith(f"held  {path}: Cased [worse]")
    assert out[-1] == "Runs: 2 (2 held, 0 failed, 0 refused)"
    assert len(list(records.iterdir())) == 2
    suites = ET.parse(report).getroot().findall("testsuite")
    assert [suite.get("name", "").rpartition(" ")[2] for suite in suites] == ["[good]", "[worse]"]


def test_a_case_that_fails_names_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cased.toml"
    path.write_text(
        'title = "Cased"\ncase = [{ back = "a" }, { back = "b" }]\n'
        'step = [{ do = "start", endpoint = "s" }, { do = "connect", endpoint = "c" },'
        ' { do = "send", endpoint = "c", text = "a" },'
        ' { do = "expect", endpoint = "c", text = "{back}", within = 1 }]\n'
        '[endpoint.s]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
        'responder = { kind = "echo" }\n[endpoint.c]\naddress = "@s"\n'
    )
    assert run(path) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"held  {path}: Cased [back=a]")
    assert out[1].startswith(f"FAILED  {path}: Cased [back=b]")
    assert run(path, "-k", "back=a") == 0


SECRET = """
cases = "users.csv"
on_failure = "next"
step = [
  { do = "start", endpoint = "s" },
  { do = "connect", endpoint = "c" },
  { do = "send", endpoint = "c", text = "LOGIN {user} {password}" },
  { do = "expect", endpoint = "c", text = "LOGIN {user} {password}" },
  { do = "expect", endpoint = "c", text = "{password}!", within = 0.05 },
  { do = "connect", endpoint = "nobody", error = "ECONNREFUSED" },
]
endpoint.c = "@s"
endpoint.nobody = "127.0.0.1:1"
[values]
password = { secret = true }
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "echo" }
"""


@pytest.mark.parametrize("each", ["step", "run"])
def test_a_secret_column_of_the_cases_stays_hidden(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], each: str
) -> None:
    words = ("hunter2hunter2", "correct horse")
    lines = ["user,password", *(f"u{number},{word}" for number, word in enumerate(words))]
    (tmp_path / "users.csv").write_text("\n".join(lines))
    (tmp_path / "t.toml").write_text(SECRET)
    records, report = tmp_path / "records", tmp_path / "r.xml"
    also = ["--record", str(records), "--junit", str(report), "--junit-each", each]
    assert main(["run", str(tmp_path / "t.toml"), *also]) == 1
    assert main(["run", str(tmp_path / "t.toml"), "--json"]) == 1
    said = [*capfd.readouterr(), report.read_text()]
    record = next(iter(sorted(records.iterdir())))
    for form in ("jsonl", "csv", "text", "scenario", "python", "pytest"):
        main(["export", str(record), "--to", form])
        said.append(capfd.readouterr().out)
    for text in said:
        assert text
        for word in words:
            assert word not in text
            assert word.encode().hex() not in text
    assert 'password = { env = "PASSWORD", secret = true }' in said[-3]
    cases = list(ET.parse(report).getroot().iter("testcase"))
    assert [case.get("name") for case in cases][-1] == (
        "user=u1" if each == "run" else "nobody.connect()"
    )


def test_a_secret_without_a_value_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    alone = SECRET.replace('cases = "users.csv"', "").replace("{user}", "")
    (tmp_path / "t.toml").write_text(alone)
    assert main(["run", str(tmp_path / "t.toml")]) == 2
    assert "password is secret and has no value" in capfd.readouterr().err
    assert main(["run", str(tmp_path / "t.toml"), "--set", "password=hunter2hunter2"]) == 1
    out = capfd.readouterr().out
    assert "hunter2" not in out
    assert "nobody.connect() → ECONNREFUSED, as expected" in out


@pytest.mark.parametrize("shows", [False, True])
def test_a_step_that_was_not_reached_tells_no_secret(tmp_path: Path, *, shows: bool) -> None:
    (tmp_path / "t.toml").write_text(
        'step = [{do="connect"}, {do="send",file="{key}.bin"}]\n'
        'endpoint.nobody = "127.0.0.1:1"\n[values]\nkey = { secret = true }\n'
    )
    (tmp_path / "hunter2hunter2.bin").write_bytes(b"x")
    report = tmp_path / "r.xml"
    also = ["--set", "key=hunter2hunter2", "--junit", str(report)]
    also += ["--show-secrets"] if shows else []
    assert main(["run", str(tmp_path / "t.toml"), *also]) == 1
    assert ("hunter2" in report.read_text()) is shows
    assert "nobody.send(" in report.read_text()
