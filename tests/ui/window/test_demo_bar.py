"""The line above the panels says of a file, too, whether it held."""

from __future__ import annotations

from pathlib import Path

from tests.ui.conftest import Hand

HELD = '{ do = "wait", seconds = 0 }'
FAILS = '{ do = "expect", kind = "note", call = "mark", within = 0.05 }'


def scenario(path: Path, steps: str, more: str = "", top: str = "") -> Path:
    path.write_text(f'{top}title = "A file"\nstep = [{steps}]\nendpoint.a = "127.0.0.1:1"\n{more}')
    return path


def test_a_file_says_whether_it_held_until_that_is_dismissed(hand: Hand, tmp_path: Path) -> None:
    bar, player = hand.window.demo_bar, hand.window.scenario_player
    path = scenario(tmp_path / "a.toml", HELD)
    player.run(path)
    hand.wait(lambda: hand.text("lesson.title") == "A file – everything held")
    assert bar.isVisible()
    assert bar.property("tone") == "good"
    assert hand.text("lesson.shows") == str(path)
    scenario(path, FAILS)
    hand.press("lesson.again")
    hand.wait(lambda: bar.property("tone") == "bad")
    assert hand.text("lesson.title") == "A file – did not hold"
    assert hand.text("lesson.shows").startswith("step 1: It did not come")
    scenario(path, f"{FAILS}, {FAILS}", top='on_failure = "next"\n')
    hand.press("lesson.again")
    hand.wait(lambda: "2 steps" in hand.text("lesson.shows"))
    assert "the first is step 1: It did not come" in hand.text("lesson.shows")
    hand.press("lesson.close")
    assert not bar.isVisible()


def test_cases_are_counted_and_a_loop_says_how_it_ended(hand: Hand, tmp_path: Path) -> None:
    bar, player = hand.window.demo_bar, hand.window.scenario_player
    cases = "".join(
        f'[[case]]\nname = "{name}"\nwait = {wait}\n' for name, wait in (("x", 0), ("y", 0))
    )
    player.run(scenario(tmp_path / "cases.toml", HELD, cases))
    hand.wait(lambda: bar.property("tone") == "good")
    failing = '{ do = "expect", kind = "note", call = "{name}", within = 0.05 }'
    player.run(
        scenario(
            tmp_path / "failing.toml",
            failing,
            cases.replace('"x"', '"mark"').replace('"y"', '"not_done"'),
        )
    )
    hand.wait(lambda: bar.property("tone") == "bad")
    assert "0 of 2 cases held" in hand.text("lesson.shows")
    until = '{ kind = "note", call = "mark" }'
    loop = f'{{ do = "loop", times = 2, until = {until}, step = [{HELD}] }}'
    player.run(scenario(tmp_path / "loop.toml", loop))
    hand.wait(lambda: bar.property("tone") == "good")
    assert "All 2 rounds" in hand.text("lesson.shows")
