"""`lab backlog` for a person and for a program; other labs keep working."""

from __future__ import annotations

import json
import re

import pytest

from workbench.cli.main import main

Captured = pytest.CaptureFixture[str]


def test_a_person_reads_clients_comparison_and_reasons(capsys: Captured) -> None:
    assert main(["lab", "backlog", "--mode", "bound", "--clients", "2", "--every", "0"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].endswith("A run ends by itself, after 5.6 s at the latest.")
    assert re.findall(r"(\d)  127.0.0.1:\d+ +ECONNREFUSED after", out) == ["1", "2"]
    assert "The article:" in out
    assert "the address is bound, but without listen()" in out
    assert "documentation, not measured" in out


def test_in_chinese(capsys: Captured) -> None:
    options = ["--mode", "closed", "--clients", "2", "--every", "0", "--lang", "zh_CN"]
    assert main(["lab", "backlog", *options]) == 0
    out = capsys.readouterr().out
    assert "backlog 实验" in out
    assert "文章的说法" in out


def test_a_program_gets_json_alone_on_stdout(capsys: Captured) -> None:
    assert (
        main(
            [
                "lab",
                "backlog",
                "--json",
                "--clients",
                "3",
                "--backlog",
                "9",
                "--every",
                "0",
                "--timeout",
                "none",
                "--accept-after",
                "0",
            ]
        )
        == 0
    )
    captured = capsys.readouterr()
    *rows, last = [json.loads(line) for line in captured.out.splitlines()]
    assert (last["lab"], last["clients"], last["connected"], last["accepted"]) == (
        "backlog",
        3,
        3,
        3,
    )
    assert all("seq" in row for row in rows)
    assert "at the latest" in captured.err


def test_many_clients_are_counted_not_listed(capsys: Captured) -> None:
    assert main(["lab", "backlog", "--mode", "bound", "--clients", "60", "--every", "0"]) == 0
    assert "and 20 more" in capsys.readouterr().out


@pytest.mark.parametrize(
    "options",
    [["--clients", "0"], ["--timeout", "soon"], ["--timeout", "-1"], ["--mode", "magic"],
     ["--backlog", "99999999999"], ["--mode", "bound", "--accept-after", "1"],
     ["--every", "-1"]],
)  # fmt: skip
def test_what_cannot_be_run_is_bad_input(options: list[str], capsys: Captured) -> None:
    assert main(["lab", "backlog", *options]) == 2
    captured = capsys.readouterr()
    assert captured.err
    assert not captured.out


def test_the_list_names_it_with_the_scenarios(capsys: Captured) -> None:
    assert main(["lab", "--list"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names[0] == "backlog"
    assert {"greeting", "udp-exchange"} <= set(names)


def test_a_ready_scenario_still_runs(capsys: Captured) -> None:
    assert main(["lab", "greeting", "--timeout", "none"]) == 0
    assert "held" in capsys.readouterr().out
    assert main(["lab", "greeting", "--backlog", "3"]) == 2
    assert "--backlog belongs to lab backlog" in capsys.readouterr().err
    assert main(["lab", "nothing"]) == 2
    assert "backlog, all, greeting" in capsys.readouterr().err
