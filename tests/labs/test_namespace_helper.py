"""What the helper of a private network answers, without a namespace: one message for another."""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import pytest

from workbench.labs import namespace_helper as helper

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")


def test_a_socket_is_made_as_asked() -> None:
    value, made = helper.answer(f"socket {int(socket.AF_INET)} {int(socket.SOCK_DGRAM)} 0")
    assert made is not None
    with made:
        assert (value, made.family, made.type) == ("", socket.AF_INET, socket.SOCK_DGRAM)


def test_a_setting_is_written_and_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helper, "SYSCTLS", tmp_path)
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "somaxconn").write_text("4096\n")
    assert helper.answer("sysctl core/somaxconn") == ("4096", None)
    assert helper.answer("sysctl core/somaxconn 3") == ("3", None)


@pytest.mark.parametrize(
    ("request_", "stage"),
    [
        ("nonsense", "request"),
        ("", "request"),
        ("socket 9999 1 0", "socket"),
        ("sysctl no/such", "sysctl"),
    ],
)
def test_what_comes_to_nothing_names_its_stage(
    request_: str, stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helper, "SYSCTLS", tmp_path)
    with pytest.raises(helper.Refused) as refused:
        helper.answer(request_)
    assert refused.value.stage == stage


def test_the_rule_resets_what_is_beyond() -> None:
    rules = helper._rules(8080, 3)
    assert "tcp dport 8080 " in rules
    assert "ct count over 3 counter reject with tcp reset" in rules


def test_it_answers_until_the_other_end_is_gone() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    thread = threading.Thread(target=helper.serve, args=(theirs,))
    thread.start()
    ours.settimeout(30)
    ours.send(b"nonsense")
    assert ours.recv(helper.MESSAGE) == b"no request 0 nonsense"
    ours.send(f"socket {int(socket.AF_INET)} {int(socket.SOCK_STREAM)} 0".encode())
    said, fds, _, _ = socket.recv_fds(ours, helper.MESSAGE, 1)
    assert said == b"ok "
    socket.socket(fileno=fds[0]).close()
    ours.close()
    thread.join(30)
    assert not thread.is_alive()
    theirs.close()
