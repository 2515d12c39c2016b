"""What Packet Sender exports becomes saved messages: JSON and packets.ini, as it writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.texts import Problem
from workbench.viewmodel.messages_file import Saved, written
from workbench.viewmodel.messages_import import imported
from workbench.viewmodel.payload_form import PayloadForm


def packet(**other: str) -> dict[str, str]:
    """As its export to JSON writes one: keys in small letters, numbers as texts."""
    usual = {
        "asciistring": "", "errorstring": "", "fromip": "You", "fromport": "0",
        "hexstring": "68 69 0D 0A", "name": "greet", "port": "7", "repeat": "0",
        "requestpath": "", "sendresponse": "0", "tcporudp": "TCP", "toip": "10.0.0.1",
    }  # fmt: skip
    return {**usual, **other}


HI = PayloadForm("hi\\r\\n")


@pytest.mark.parametrize(("other", "made"), [
    ({}, Saved("greet", "", HI, "tcp://10.0.0.1:7")),
    ({"tcporudp": "UDP"}, Saved("greet", "", HI, "udp://10.0.0.1:7")),
    ({"tcporudp": "SSL", "toip": "::1"}, Saved("greet", "", HI, "tls://[::1]:7")),
    ({"hexstring": "01 03 ff"}, Saved("greet", "", PayloadForm("01 03 ff", "hex"),
                                      "tcp://10.0.0.1:7")),
    ({"hexstring": "0x01,0x0203"}, Saved("greet", "", PayloadForm("01 02 03", "hex"),
                                         "tcp://10.0.0.1:7")),
    ({"hexstring": "1 2 0x3"}, Saved("greet", "", PayloadForm("01 02 03", "hex"),
      "tcp://10.0.0.1:7")),
    ({"hexstring": "123"}, Saved("greet", "", PayloadForm("01 23", "hex"), "tcp://10.0.0.1:7")),
    ({"hexstring": "5C 7B"}, Saved("greet", "", PayloadForm("\\\\{"), "tcp://10.0.0.1:7")),
    ({"port": "0"}, Saved("greet", "", HI)),
    ({"tcporudp": "HTTP GET", "requestpath": "/a", "port": "80"},
     Saved("greet", "", PayloadForm(
         "GET /a HTTP/1.1\\r\nHost: 10.0.0.1\\r\nAccept: */*\\r\n\\r\n"), "tcp://10.0.0.1:80")),
    ({"tcporudp": "HTTPS POST", "requestpath": "a", "hexstring": "78", "port": "443"},
     Saved("greet", "", PayloadForm(
         "POST /a HTTP/1.1\\r\nHost: 10.0.0.1\\r\nAccept: */*\\r\n"
         "Content-Type: application/x-www-form-urlencoded\\r\nContent-Length: 1\\r\n\\r\nx"),
         "tls://10.0.0.1:443")),
])  # fmt: skip
def test_a_packet_of_its_json(tmp_path: Path, other: dict[str, str], made: Saved) -> None:
    (tmp_path / "p.json").write_text(json.dumps([packet(**other)]), encoding="utf-8")
    assert imported(tmp_path / "p.json") == ([made], 0)


def test_what_cannot_be_sent_here_is_counted(tmp_path: Path) -> None:
    items = [packet(), packet(name=""), packet(tcporudp="DTLS"), {"a": 1}]
    (tmp_path / "p.json").write_text(json.dumps(items), encoding="utf-8")
    found, left = imported(tmp_path / "p.json")
    assert [item.name for item in found] == ["greet"]
    assert left == 3


def test_its_packets_ini(tmp_path: Path) -> None:
    """As QSettings writes it: an array of names, and a section for each; quotes and escapes."""
    (tmp_path / "packets.ini").write_text(
        "[PACKETNAMES]\n1\\name=Wake%20up\n2\\name=caf\\xe9\nsize=2\n\n"
        '[Wake%20up]\nname=Wake up\ntoIP=10.0.0.1\nport=9\nhexString="ff ff "\n'
        'tcpOrUdp=UDP\ntimestamp="Mon, 1 Jun 2026 10:00:00"\n\n'
        "[caf%E9]\nname=caf\\xe9\ntoIP=\nport=0\nhexString=68 69\ntcpOrUdp=TCP\n\n"
        "[a]\nb\\name=a/b\nb\\hexString=00\nb\\port=1\nb\\toIP=::1\nb\\tcpOrUdp=TCP\n",
        encoding="utf-8",
    )
    assert imported(tmp_path / "packets.ini") == ([
        Saved("Wake up", "", PayloadForm("ff ff", "hex"), "udp://10.0.0.1:9"),
        Saved("café", "", PayloadForm("hi")),
        Saved("a/b", "", PayloadForm("00", "hex"), "tcp://[::1]:1"),
    ], 0)  # fmt: skip


def test_what_this_program_wrote_now_and_earlier(tmp_path: Path) -> None:
    messages = [Saved("one", "f", PayloadForm("x", encoding="gbk"), "client-1")]
    (tmp_path / "m.toml").write_text(written(messages), encoding="utf-8")
    assert imported(tmp_path / "m.toml") == (messages, 0)
    old = [{"name": "one", "folder": "f", "typed": "x", "encoding": "gbk"}, {"name": 3}]
    (tmp_path / "m.json").write_text(json.dumps(old), encoding="utf-8")
    assert imported(tmp_path / "m.json") == (
        [Saved("one", "f", PayloadForm("x", encoding="gbk"))],
        1,
    )


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "[{", "[1]", "a=b", "[x]\ny=z", "\x00", "[[message"]
)
def test_another_file_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "f").write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match="cannot be used"):
        imported(tmp_path / "f")


def test_keys_as_scripts_write_them_and_numbers_are_understood(tmp_path: Path) -> None:
    file = tmp_path / "packets.json"
    file.write_text(
        json.dumps([{"name": "greet", "hexString": "68 69 0d 0a", "toIP": "10.0.0.1", "port": 7,
                     "tcpOrUdp": "UDP"}])
    )  # fmt: skip
    assert imported(file) == ([Saved("greet", "", HI, "udp://10.0.0.1:7")], 0)
