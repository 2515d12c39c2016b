"""Reads packets exported by Packet Sender (JSON or packets.ini) as saved messages."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterable, Mapping
from typing import Final

from workbench.texts import Problem
from workbench.viewmodel.messages_file import Saved
from workbench.viewmodel.pasted_command import HttpRequest, message_of
from workbench.viewmodel.payload_form import PayloadForm, converted

_NO_HEX: Final = re.compile(r"0x|[^0-9a-f]", re.IGNORECASE)
_PLAIN: Final = frozenset({*range(0x20, 0x7F), 0x09, 0x0A, 0x0D})
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{1,4})|(.))")
_FORM: Final = "application/x-www-form-urlencoded"


def is_packet(item: object) -> bool:
    """Whether a JSON object is a packet; scripts also write its keys as hexString and toIP."""
    return isinstance(item, Mapping) and {"hexstring", "name"} <= {str(key).lower() for key in item}


def from_json(items: Iterable[object]) -> tuple[list[Saved], int]:
    """The messages, and how many entries cannot be sent here."""
    packets: list[Mapping[str, object]] = []
    bad = 0
    for item in items:
        if isinstance(item, Mapping) and is_packet(item):
            packets.append(item)
        else:
            bad += 1
    made = [_message({key.lower(): str(value) for key, value in item.items()}) for item in packets]
    return [item for item in made if item is not None], bad + made.count(None)


def from_ini(text: str) -> tuple[list[Saved], int]:
    """The packets of a packets.ini. Raises Problem: it is not such a file."""
    parser = configparser.RawConfigParser(
        strict=False, delimiters=("=",), comment_prefixes=(";",), empty_lines_in_values=False
    )
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise Problem("saved.no_messages") from error
    packets: list[dict[str, str]] = []
    for section in parser.sections():
        groups: dict[str, dict[str, str]] = {}  # a slash in a name makes a group of it
        for key, value in parser.items(section):
            group, _, last = key.rpartition("\\")
            groups.setdefault(group, {})[last] = _unquoted(value)
        packets += [found for found in groups.values() if is_packet(found)]
    if not packets:
        raise Problem("saved.no_messages")
    return from_json(packets)


def _unquoted(value: str) -> str:
    """A value in the form that Qt writes."""
    text = value.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]

    def meant(found: re.Match[str]) -> str:
        if found[1] is not None:
            return chr(int(found[1], 16))
        return {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}.get(found[2], found[2])

    return _ESCAPE.sub(meant, text)


def _bytes(typed: str) -> bytes:
    """A single group may be one digit; one long number may lack its leading zero."""
    parts = _NO_HEX.sub(" ", typed).split()
    return bytes.fromhex("".join(part if len(part) % 2 == 0 else f"0{part}" for part in parts))


def _message(packet: Mapping[str, str]) -> Saved | None:
    name, kind = packet["name"].strip(), packet.get("tcporudp", "TCP").strip().lower()
    data = _bytes(packet["hexstring"])
    host, port = packet.get("toip", "").strip(), packet.get("port", "").strip()
    if not name or kind == "dtls":
        return None
    draft = _http(packet, kind, host, data) if "http" in kind else _draft(data)
    secure = "ssl" in kind or "https" in kind
    scheme = "udp" if kind == "udp" else "tls" if secure else "tcp"
    known = host and port.isdecimal() and 0 < int(port) < 65536
    bare = f"[{host}]" if ":" in host else host
    return Saved(name, "", draft, f"{scheme}://{bare}:{port}" if known else "")


def _draft(data: bytes) -> PayloadForm:
    """The draft, as text if all of it is readable."""
    as_hex = PayloadForm(data.hex(" "), "hex")
    if not data or not _PLAIN.issuperset(data):
        return as_hex
    return converted(as_hex, "text") or as_hex


def _http(packet: Mapping[str, str], kind: str, host: str, data: bytes) -> PayloadForm:
    post = "post" in kind
    path = packet.get("requestpath", "").strip()
    path = path if path.startswith("/") else f"/{path}"
    head = (f"{'POST' if post else 'GET'} {path} HTTP/1.1", f"Host: {host}", "Accept: */*")
    return message_of(HttpRequest(head, data if post else None, kind=_FORM))
