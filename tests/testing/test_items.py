"""Scenario files as tests of pytest."""

from __future__ import annotations

import pytest

from tests.testing.conftest import Run, talk
from workbench.testing.items import ScenarioFailed
from workbench.testing.scenario_files import ScenarioFile

HELD = '{ do = "expect", endpoint = "client", text = "hello" }'
FAILS = '{ do = "expect", endpoint = "client", text = "help", within = 0.1 }'


def write(pytester: pytest.Pytester, **files: str) -> None:
    for name, text in files.items():
        (pytester.path / f"{name}.swt.toml").write_text(text, encoding="utf-8")


def test_a_scenario_is_a_test_of_its_title(pytester: pytest.Pytester, run: Run) -> None:
    write(pytester, one=talk(HELD, top='title = "Says hello"'), two=talk(HELD))
    (pytester.path / "three.toml").write_text("not ours")
    result = run("-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["one.swt.toml::Says hello PASSED*", "two.swt.toml::* PASSED*"])
    shown = run("--collect-only").stdout.str()
    assert shown.count(f"<{ScenarioFile.__name__} ") == 2


def test_one_that_fails_says_where_what_and_how_it_went(
    pytester: pytest.Pytester, run: Run
) -> None:
    write(pytester, one=talk(FAILS, top='title = "Says help"'))
    result = run()
    result.assert_outcomes(failed=1)
    shown = result.stdout.str()
    assert "one.swt.toml:6: step 4 client.expect text='help'" in shown
    assert 'came "lo" where "p" was wanted' in shown
    assert "client #1      call    send() = 5  hello" in shown
    assert "Traceback" not in shown
    assert ScenarioFailed.__name__ not in shown
    assert "workbench/testing" not in shown


def test_every_step_that_failed_is_told(pytester: pytest.Pytester, run: Run) -> None:
    """One that was not waited for is judged at the end."""
    late = '{ do = "recv", endpoint = "client", wait = false, error = "ECONNRESET" }'
    write(pytester, one=talk(HELD, late))
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["one.swt.toml:7: step 6 client.recv(wait=False)"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('titel = "x"', "one.swt.toml:1: *titel*"),
        ("step = [", "*one.swt.toml:1: *"),
        ("", "*one.swt.toml: This file has no step*"),
        ('[values]\np = { env = "SWB_TEST" }', "*SWB_TEST*"),
    ],
)
def test_a_file_that_cannot_be_read_fails_and_the_others_run(
    pytester: pytest.Pytester, run: Run, text: str, told: str
) -> None:
    write(pytester, one=text, two=talk(HELD))
    result = run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([told])
    assert "Traceback" not in result.stdout.str()


def test_values_come_from_the_command_line_for_the_files_that_have_them(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWB_TEST", "lo")
    wanted = '{ do = "expect", endpoint = "client", text = "{said}{end}" }'
    values = '[values]\nsaid = "nothing"\nend = { env = "SWB_TEST" }\n'
    write(pytester, one=talk(wanted) + values, two=talk(HELD))
    (pytester.path / "given.toml").write_text('said = "hel"\n')
    run("--swb-env", "SWB_TEST", "--swb-values", "given.toml").assert_outcomes(passed=2)
    run("--swb-env", "SWB_TEST", "--swb-set", "said=hel").assert_outcomes(passed=2)
    run("--swb-env", "SWB_TEST").assert_outcomes(passed=1, failed=1)


def test_beyond_loopback_asks_first(pytester: pytest.Pytester, run: Run) -> None:
    text = talk(HELD).replace('address = "127.0.0.1:0"', 'address = "0.0.0.0:0"')
    write(pytester, one=text)
    result = run()
    result.assert_outcomes(failed=1)
    assert "Allow it with --swb-beyond-loopback" in result.stdout.str()
    run("--swb-beyond-loopback").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("step", "values", "switch"),
    [
        ('{ do = "run", command = ["true"] }', "", "--swb-allow-run"),
        ('{ do = "send", endpoint = "client", file = "/etc/hostname" }', "", "--swb-any-file"),
        (HELD, '[values]\nhome = { env = "HOME" }\n', "--swb-env HOME"),
    ],
)
def test_what_is_refused_names_the_switch_of_pytest(
    pytester: pytest.Pytester, run: Run, step: str, values: str, switch: str
) -> None:
    write(pytester, one=talk(step) + values)
    result = run()
    result.assert_outcomes(failed=1)
    assert f"llow it with {switch}" in result.stdout.str()
    run(*switch.split()).assert_outcomes(passed=1)


def test_the_fixture_names_it_too(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("""
        def test_it(workbench):
            workbench.do("run", command=["true"])
    """)
    result = run()
    result.assert_outcomes(failed=1)
    assert "allow it with --swb-allow-run" in result.stdout.str()
    run("--swb-allow-run").assert_outcomes(passed=1)


CONFTEST = """
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(getattr(pytest.mark, item.path.name.partition(".")[0]))
"""


def test_marks_of_a_conftest_hold(pytester: pytest.Pytester, run: Run) -> None:
    write(pytester, skip=talk(FAILS), xfail=talk(FAILS), usual=talk(HELD))
    pytester.makeconftest(CONFTEST)
    run("-W", "ignore").assert_outcomes(passed=1, skipped=1, xfailed=1)
    run("-W", "ignore", "-m", "usual").assert_outcomes(passed=1, deselected=2)


def test_spread_over_processes_it_is_the_same(pytester: pytest.Pytester, run: Run) -> None:
    """Under pytest-xdist reports travel as data, and each process has folders of its own."""
    write(pytester, **{f"held{number}": talk(HELD) for number in range(3)}, fails=talk(FAILS))
    pytester.makepyfile("""
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(workbench, number):
            server = workbench.server(responder={"kind": "echo"})
            client = workbench.client(address="@server")
            client.send(text="hello")
            client.expect(text="hello")
            assert number < 3
    """)
    result = run("-n", "2")
    result.assert_outcomes(passed=6, failed=2)
    shown = result.stdout.str()
    assert "fails.swt.toml:6: step 4 client.expect text='help'" in shown
    reports, _, _ = shown.partition("short test summary")  # which has a report again under CI
    assert reports.count("client #1      call    send() = 5  hello") == 2
    kept = list((pytester.path / "records").rglob("record.swb"))
    assert len(kept) == 2
    assert all(f"The record is {path}" in shown for path in kept)
