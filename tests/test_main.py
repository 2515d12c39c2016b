"""Who answers a call of the program: the command line, the window, or a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import start as program

ROOT = Path(__file__).resolve().parent.parent
MODULES = 323
"""Of our own, with their packages, that a window of one server and one client may import."""
WIDGETS = 568
"""That it may make, those of Qt's own in it counted: a popup is nine."""


@pytest.fixture
def no_screen(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    "line",
    ["run x.toml", "--lang zh_CN run x.toml", "--lang=en lab --list", "listen :0", "connect a:1",
     "export r.swb --to csv", "--debug run x.toml", "--lang en --debug lab", "--help", "-h",
     "--version", "--lang en --help"],
)  # fmt: skip
def test_subcommands_and_help_are_for_the_command_line(line: str) -> None:
    assert not program.wants_window(line.split())


@pytest.mark.parametrize(
    "line",
    ["", "record.swb", "--debug", "--debug record.swb", "--lang en", "--lang en run.swb", "./run"],
)
def test_everything_else_opens_the_window(line: str) -> None:
    assert program.wants_window(line.split())


linux = pytest.mark.skipif(
    sys.platform in {"win32", "darwin"}, reason="a desktop is part of this system"
)


@pytest.mark.parametrize(
    ("word", "near"), [("lisen", "listen"), ("Connect", "connect"), ("qqqq", "check, connect")]
)
def test_a_command_that_is_none_has_the_nearest_beside_it(
    word: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is said of the display; a word that may name a record is one."""
    assert program.main([word, "127.0.0.1:80"]) == 2
    said = capsys.readouterr().err
    assert f"There is no command {word}" in said
    assert f"Is it: {near}" in said


@linux
def test_a_file_of_that_name_is_a_record(
    no_screen: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    no_screen.chdir(tmp_path)
    (tmp_path / "talk").touch()
    for name in ("talk", "new.swb", "./talks"):
        assert program.main([name]) == 2
        assert "no command" not in capsys.readouterr().err


@linux
def test_without_a_display_two_lines_name_the_ways_on(no_screen: pytest.MonkeyPatch) -> None:
    words = program.no_display([], "socket-workbench")
    assert words is not None
    assert len(words.splitlines()) == 2
    for way in ("xvfb-run", "ssh -X", "socket-workbench run SCENARIO", "socket-workbench lab"):
        assert way in words


@linux
def test_the_sentence_is_in_the_language_asked_for(no_screen: pytest.MonkeyPatch) -> None:
    words = program.no_display(["--lang", "zh_CN"], "socket-workbench")
    assert words is not None
    assert "无法打开窗口" in words


@linux
@pytest.mark.parametrize(
    ("name", "value"),
    [("DISPLAY", ":0"), ("WAYLAND_DISPLAY", "wayland-0"), ("QT_QPA_PLATFORM", "offscreen"),
     ("QT_QPA_PLATFORM", "vnc:size=800x600")],
)  # fmt: skip
def test_a_display_or_a_platform_chosen_by_hand_will_do(
    no_screen: pytest.MonkeyPatch, name: str, value: str
) -> None:
    no_screen.setenv(name, value)
    assert program.no_display([], "socket-workbench") is None


def test_without_pyside_the_window_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)
    assert program.main(["--lang", "en"]) == 2
    assert "pip install PySide6-Essentials" in capsys.readouterr().err


def test_asking_who_answers_needs_the_standard_library_alone() -> None:
    """scripts/run.py asks before anything is installed."""
    probe = (
        "import sys; sys.path.insert(0, sys.argv[1]); "
        "from workbench.start import no_display, wants_window; "
        "print(wants_window([]), no_display([], 'x') is not None)"
    )
    # -S: without site-packages
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", probe, str(ROOT)],
        env={"LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", str(sys.platform not in {"win32", "darwin"})]


def test_no_source_is_read_at_a_start() -> None:
    """PySide would read that of each module that is imported after it: a fifth of the time."""
    read = _told(
        "import json, linecache; from workbench import start; start.import_qt()\n"
        "import workbench.app\n"
        "print(json.dumps([name for name in linecache.cache if 'workbench' in name]))"
    )
    assert read == []


def test_what_pyside_says_of_a_wrong_argument_is_made_when_one_is_wrong() -> None:
    """The patterns for that took 13 ms of each start; what it says is what it would have said."""
    code = (
        "import json, re; from workbench import start; usual = re.compile\n"
        "{imported}\n"
        "from PySide6.QtCore import QObject, QSize\n"
        "def long(): return sum(len(str(key[1])) > 2000 for key in re._cache)\n"
        "said, before = [], long()\n"
        "for wrong in (lambda: QSize('x'), lambda: QObject().setObjectName([1], two=3)):\n"
        "    try: wrong()\n"
        "    except TypeError as error: said.append(str(error))\n"
        "print(json.dumps([before, long() > 0, re.compile is usual, *said]))"
    )
    ours = _told(code.format(imported="start.import_qt()"))
    plain = _told(code.format(imported="import PySide6.QtWidgets"))
    assert ours[:3] == [0, True, True]
    assert plain[0] != 0, "PySide compiles none any more: `long_ones_late` can go"
    assert ours[3:] == plain[3:]
    assert "QSize" in str(ours[3])


def test_a_window_imports_nothing_that_it_does_not_show() -> None:
    """With one server and one client of TCP there is neither TLS nor WebSocket, and no dialog."""
    widgets, *loaded = _told(
        "import json, os, sys, tempfile; from pathlib import Path\n"
        "os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "from workbench import start; start.import_qt()\n"
        "from workbench.app import create_window, make_application\n"
        "from PySide6.QtWidgets import QWidget\n"
        "app = make_application([])\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    window = create_window(Path(folder) / 'r.swb', Path(folder) / 'w.json')\n"
        "    window.show()\n"
        "    app.processEvents()\n"
        "    print(json.dumps([len(window.findChildren(QWidget)), *sorted(sys.modules)]))\n"
        "    window.close()\n"
    )
    assert "workbench.ui.endpoint.server_panel" in loaded
    own = [name for name in map(str, loaded) if name.startswith("workbench.")]
    assert len(own) <= MODULES, "what a start does not need is imported with its first use"
    assert int(str(widgets)) <= WIDGETS, "what is hidden at first is a LatePart"
    late = (
        "difflib", "platformdirs", "ssl", "tomllib",
        "workbench.engine.protocol.tls", "workbench.engine.protocol.websocket",
        "workbench.engine.protocol.proxy_layer", "workbench.engine.protocol.messages_layer",
        "workbench.engine.protocol.responder", "workbench.scenario.runner", "workbench.labs",
        "workbench.checkup", "workbench.ui.dialogs", "workbench.ui.lab",
        "workbench.ui.endpoint.more_fields", "workbench.ui.endpoint.layers_fields",
        "workbench.ui.endpoint.rules_editor", "workbench.ui.record.bytes_tab",
        "workbench.viewmodel.ws_frame", "workbench.viewmodel.certificate_state",
        "workbench.viewmodel.manual", "workbench.viewmodel.conversation_export",
        "workbench.engine.connection", "workbench.engine.endpoint",
        "workbench.engine.runtime.host", "workbench.engine.sockets.traced_socket",
        "workbench.engine.sockets.event_loop",
        "workbench.engine.sockets.port_holder",
        "workbench.journal.segments", "workbench.qt.file_writer",
    )  # fmt: skip
    found = [
        name
        for name in map(str, loaded)
        if any(name == part or name.startswith(f"{part}.") for part in late)
    ]
    assert found == []


def test_a_window_is_laid_out_once_before_it_is_painted() -> None:
    """Its halves have their heights before it is shown: each further one was 4 ms of a start."""
    heights = _told(
        "import json, os, tempfile; from pathlib import Path\n"
        "os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "from workbench import start; start.import_qt()\n"
        "from PySide6.QtCore import QEvent, QObject\n"
        "from workbench.app import create_window, make_application\n"
        "app = make_application([])\n"
        "class Watch(QObject):\n"
        "    def eventFilter(self, half, event):\n"
        "        if event.type() == QEvent.Type.Resize and half.isVisible():\n"
        "            heights[half.objectName()].append(event.size().height())\n"
        "        return False\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    window = create_window(Path(folder) / 'r.swb', Path(folder) / 'w.json')\n"
        "    window.resize(1280, 752)\n"
        "    halves = [window.splitter.widget(place) for place in range(2)]\n"
        "    heights, watch = {half.objectName(): [] for half in halves}, Watch()\n"
        "    for half in halves: half.installEventFilter(watch)\n"
        "    window.show()\n"
        "    app.processEvents()\n"
        "    print(json.dumps([heights[half.objectName()] + [half.height()] for half in halves]))\n"
        "    window.close()\n"
    )
    assert all(len(set(each)) == 1 for each in heights), heights  # type: ignore[call-overload]


def _told(code: str) -> list[object]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told: list[object] = json.loads(done.stdout)
    return told
