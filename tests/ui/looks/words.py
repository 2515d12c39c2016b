"""Which Latin words may stand in a Chinese text, each kind with its reason."""

from __future__ import annotations

import re
from typing import Final

_CALLS = (
    "socket bind listen accept connect send sendto sendmsg recv recvfrom recvmsg shutdown close "
    "setsockopt getsockopt settimeout getsockname getpeername getaddrinfo gethostname"
)
_STATES = (
    "LISTEN SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT1 FIN_WAIT2 CLOSE_WAIT CLOSING LAST_ACK "
    "TIME_WAIT CLOSE CLOSED OPEN BOUND CONNECTING FAILED SETTING UP"
)
_PROTOCOLS = (
    "TCP UDP Unix SEQPACKET seqpacket stream datagram ICMP ARP ACK SYNs? FIN RST EOF MTU rtt Nagle "
    "Keepalive Linger unix"
)
_FORMATS = (
    "UTF GBK GB18030 Big5 Shift JIS Latin ASCII Unicode XOR CRC Modbus CCITT sum8 CRLF LF NUL "
    "JSON JUnit CSV TOML Python jsonl csv text hex swb"
)


def _any(words: str) -> str:
    return rf"\b(?:{'|'.join(words.split())})\b"


ALLOWED: Final = {
    "the product's name": r"Socket Workbench|socket-workbench",
    "the two languages name themselves": r"\bEN\b|English",
    "addresses and paths are typed like this":
        r"@[\w-]+|tcp://|(?:temp|abstract):\w*|localhost|\bhostname\b|(?<!\w)/[\w./-]+|ff\b"
        r"|::ffff|\bfe80\b|%eth\d|\b[0-9a-f]{2}(?: [0-9a-f]{2})*\b",
    "endpoints are named by the program, in commands and records too":
        r"\b(?:server|client|udp|lab|[a-z]+)-\d+(?:\.\d+)?",
    "constants and options are code": r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b",
    "errnos and exceptions are code": r"\b(?:WSA)?E[A-Z][A-Z0-9]{2,}\b|\b[A-Za-z]+Error\b|errno",
    "fields of the kernel are looked up by their names":
        r"tcpi_\w+|net\.core\.somaxconn|somaxconn|ListenOverflows|ListenDrops|FIONREAD|SIOCOUTQ",
    "states are the kernel's words": _any(_STATES),
    "method names are code": _any(_CALLS),
    "backlog is the argument's name": r"\bbacklog\b",
    "protocols and their signs are called so in Chinese books": rf"{_any(_PROTOCOLS)}|IPv[46]",
    "formats and encodings have no other names": _any(_FORMATS),
    "systems and libraries": _any("Linux macOS FreeBSD Windows Debian Ubuntu Qt PySide6"),
    "units": r"(?<![A-Za-z])(?:ms|us|µs|MiB|KiB)\b",
    "keys carry these words": r"\b(?:Ctrl|Shift|Enter|Esc|Tab|F\d+)\b",
    "escapes and placeholders are typed like this":
        r"\\[a-z\\]\w*|\\x?HH+|\\uHHHH|\{?\{(?:counter|time|random:\d)\}\}?",
    "the filter's language is typed":
        r"-?\b(?:call|errno|size|endpoint|kind|error|nothing):\S*|size[<>]\d+",
    "commands and their options are typed":
        r"--mode \w+|(?<![\w-])--?[a-z][a-z-]*|\b(?:run|lab|export|xvfb-run|ssh -X|ulimit)\b"
        r"|pip install \S+|python3 \S+|\bSCENARIO\b|\bNAME\b",
    "words of a scenario file and fields of its events are typed":
        r"\[\[?[\w.]+\]\]?|\bdual_stack\b|\b(?:true|false|file|cause|within)\b|\"all\""
        r"|name = \"value\"",
    "gaps of argparse": r"%\(\w+\)[rs]",
    "what Python itself says": r"timed out",
    "what came back, as short as a number": r"^ok$",
    "a step of the filter's help": r"\btext:…",
    "the file has this name": r"\bhosts\b",
    "names of files": r"\*\.\w+",
    "time zones": r"\bUTC\b",
}


def untranslated(text: str, also: str = "") -> list[str]:
    """Latin words of a Chinese text that no reason allows; `also`: what this text may hold."""
    rest = re.sub(also, " ", text) if also else text
    rest = rest.replace("&", "")
    for allowed in ALLOWED.values():
        rest = re.sub(allowed, " ", rest)
    return re.findall(r"[A-Za-z]{2,}", rest)


def chinese(text: str) -> list[str]:
    """Chinese of an English text, but for what is sent and the language's own name."""
    rest = re.sub("连接已创建|hello, 服务器|服务器|中文", "", text)
    return re.findall("[\u4e00-\u9fff]+", rest)
