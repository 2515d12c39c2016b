"""Readings in words: which of them, in what order, and of which kind of socket."""

from __future__ import annotations

from workbench import texts
from workbench.engine.model.family import TCP, SocketKind
from workbench.viewmodel.kernel_state import SHOWN, KernelLines, option_lines, plotted

UDP = SocketKind("AF_INET", "SOCK_DGRAM")
READING = {"unread": 0, "rtt_us": 1234567, "cwnd": None, "sacked": 5, "unacked": 2, "drops": 0}


def test_what_a_system_does_not_tell_is_left_out_and_the_useful_comes_first() -> None:
    lines = KernelLines(TCP).lines(READING, "ESTABLISHED")
    assert [value for _, _, value in lines] == ["1,234,567", "0", "2", "0"]
    assert all(name and tip for name, tip, _ in lines)


def test_every_reading_has_a_name_and_a_meaning_in_both_languages() -> None:
    for language in texts.LANGUAGES:
        texts.set_language(language)
        for kind in (TCP, UDP, SocketKind("AF_UNIX", "SOCK_STREAM")):
            lines = KernelLines(kind).lines(dict.fromkeys(SHOWN, 1), "")
            assert len(lines) == len(SHOWN)
            assert not [name for name, tip, _ in lines if name.startswith("kernel") or not tip]


def test_on_a_listener_the_same_readings_are_its_queue() -> None:
    lines = KernelLines(TCP).lines(READING, "LISTEN")
    assert [value for _, _, value in lines] == ["2", "5", "0"]


def test_without_a_state_of_tcp_there_are_no_round_trips_to_plot() -> None:
    assert plotted(READING, "ESTABLISHED") == {"unread": 0, "rtt_us": 1234567}
    assert plotted(READING, "") == {"unread": 0}
    assert not KernelLines(UDP).has_states
    assert KernelLines(TCP).has_states


def test_an_option_shows_what_was_asked_for_beside_what_it_came_to() -> None:
    (asked, left) = option_lines((("SO_RCVBUF", 8192), ("TCP_NODELAY", 0)), (("SO_RCVBUF", 4096),))
    assert asked[0] == "SO_RCVBUF"
    assert "4096" in asked[2]
    assert "8192" in asked[2]
    assert "4096" not in left[2]
