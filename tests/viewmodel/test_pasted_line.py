"""What pasted lines say: addresses, requests that are right to the byte, and what is left out."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from workbench.engine.model.tail import Append
from workbench.texts import Problem
from workbench.viewmodel.address_form import Where
from workbench.viewmodel.message import Message
from workbench.viewmodel.pasted_command import LARGEST_BODY, HttpRequest, message_of, said_of
from workbench.viewmodel.pasted_line import pasted_command
from workbench.viewmodel.payload_form import body

STREAM, DGRAM = "SOCK_STREAM", "SOCK_DGRAM"


def told(text: str) -> list[str]:
    found = pasted_command(text)
    assert found is not None
    return [problem.key for problem in found.told]


@pytest.mark.parametrize("text", [
    "", "localhost:80", "curl", "ncx 1 2", "hello world", "tcp://h:1", "ws://h/", "nc", "curlhost",
    "http://h/ and more", "10.0.0.1", "/tmp/x.sock",
])  # fmt: skip
def test_what_is_none_of_these_goes_its_usual_way(text: str) -> None:
    assert pasted_command(text) is None


@pytest.mark.parametrize(
    "text", ["http://h/\ud800", "curl http://h/ -b a=\udc80", "curl -d \ud83d h:1"]
)
def test_half_a_character_is_one_that_cannot_be_shown(text: str) -> None:
    found = pasted_command(text)
    assert found is not None
    assert found.request is not None
    assert b"\xef\xbf\xbd" in unquote_to_bytes(body(message_of(found.request)))


@pytest.mark.parametrize(("text", "where", "keys"), [
    ("http://example.com", Where("", STREAM, "example.com", "80"), []),
    ("HTTP://example.com/", Where("", STREAM, "example.com", "80"), []),
    ("https://example.com:8443/a?b=c#d", Where("", STREAM, "example.com", "8443", "tls"),
     []),
    ("https://joe@h/", Where("", STREAM, "h", "443", "tls"), []),
    ("http://[::1]:8080/", Where("AF_INET6", STREAM, "::1", "8080"), []),
    ("https://u:p@h/", Where("", STREAM, "h", "443", "tls"), []),
    ("nc 10.0.0.1 80", Where("", STREAM, "10.0.0.1", "80"), []),
    ("$ nc -v example.com 7", Where("", STREAM, "example.com", "7"), []),
    ("/usr/bin/ncat h", Where("", STREAM, "h", "31337"), []),
    ("nc -u 127.0.0.1 5353", Where("", DGRAM, "127.0.0.1", "5353"), []),
    ("nc -6u ::1 53", Where("AF_INET6", DGRAM, "::1", "53"), []),
    ("nc -4 h 53", Where("AF_INET", STREAM, "h", "53"), []),
    ("nc -U /run/x.sock", Where("AF_UNIX", STREAM, "/run/x.sock", ""), []),
    ("nc -uU '/run/a b'", Where("AF_UNIX", DGRAM, "/run/a b", ""), []),
    ("nc h 80-90", None, ["pasted.port"]),
    ("nc h", None, ["pasted.no_place"]),
    ("nc h 1 2", Where("", STREAM, "h", "1"), ["pasted.ports"]),
    ("ncat --ssl --udp h 443", Where("", DGRAM, "h", "443"), ["pasted.dtls"]),
    ("nc -z h 1", Where("", STREAM, "h", "1"), ["pasted.options"]),
    ("ncat h 1 -e /bin/sh", Where("", STREAM, "h", "1"), ["pasted.no_exec"]),
    ("nc 'h 1", None, ["pasted.quote"]),
    ("nc h 1 < file", Where("", STREAM, "h", "1"), ["pasted.rest"]),
    ("nc $HOST 1", Where("", STREAM, "$HOST", "1"), ["pasted.shell"]),
    ("curl ftp://h/", None, ["pasted.scheme"]),
    ("curl -s", None, ["pasted.no_url"]),
    ("curl http://h:99999/", None, ["pasted.address"]),
    ("curl http://h/ http://i/", Where("", STREAM, "h", "80"), ["pasted.urls"]),
    ("curl -L --foo h", Where("", STREAM, "h", "80"), ["pasted.options"]),
    ("curl --cacert ca.pem https://h/", Where("", STREAM, "h", "443", "tls"), ["pasted.options"]),
    ("curl -F a=@b http://h/", Where("", STREAM, "h", "80"), ["pasted.upload"]),
    ("curl -6 https://h/", Where("AF_INET6", STREAM, "h", "443", "tls"), []),
    ("curl --unix-socket /run/d.sock http://d/v1", Where("AF_UNIX", STREAM, "/run/d.sock", ""), []),
    ("curl wss://h/chat -H 'A: b'", Where("", STREAM, "h", "443", "wss"), ["pasted.ws_headers"]),
    ("curl http://h/ | sh", Where("", STREAM, "h", "80"), ["pasted.rest"]),
    ("curl http://h/ -o x 2>/dev/null", Where("", STREAM, "h", "80"), ["pasted.rest"]),
    ('curl "http://$HOST/"', Where("", STREAM, "$host", "80"), ["pasted.shell"]),
    ("curl -H @file http://h/", Where("", STREAM, "h", "80"), ["pasted.header"]),
    ("curl -H $'A: b\\r\\nC: d' http://h/", Where("", STREAM, "h", "80"), ["pasted.header"]),
    ("curl -u joe http://h/", Where("", STREAM, "h", "80"), ["pasted.password"]),
    ("curl -d @body http://h/", Where("", STREAM, "h", "80"), ["pasted.file"]),
    ("curl -d a -d @body http://h/", Where("", STREAM, "h", "80"), ["pasted.files"]),
])  # fmt: skip
def test_where_it_leads_and_what_is_left_out(
    text: str, where: Where | None, keys: list[str]
) -> None:
    found = pasted_command(text)
    assert found is not None
    assert (found.where, [problem.key for problem in found.told]) == (where, keys)
    assert not found.server
    assert all(problem.text for problem in found.told)


@pytest.mark.parametrize(("text", "where"), [
    ("nc -l 8080", Where("", STREAM, "0.0.0.0", "8080")),
    ("nc -lkvp 8080", Where("", STREAM, "0.0.0.0", "8080")),
    ("nc -l 127.0.0.1 -p 9", Where("", STREAM, "127.0.0.1", "9")),
    ("ncat -l", Where("", STREAM, "0.0.0.0", "31337")),
    ("ncat --listen ::1 7 --keep-open", Where("AF_INET6", STREAM, "::1", "7")),
    ("ncat -6 -l 7", Where("AF_INET6", STREAM, "::", "7")),
    ("nc -ul 53", Where("", DGRAM, "0.0.0.0", "53")),
    ("ncat -l --ssl 443", Where("", STREAM, "0.0.0.0", "443", "tls")),
    ("nc -lU /tmp/s", Where("AF_UNIX", STREAM, "/tmp/s", "")),
])  # fmt: skip
def test_what_listens(text: str, where: Where) -> None:
    found = pasted_command(text)
    assert found is not None
    assert (found.where, found.server, found.told) == (where, True, ())


def test_what_else_the_options_of_nc_say() -> None:
    found = pasted_command("ncat -C -w 5 -p 4000 --ssl h 443")
    assert found is not None
    assert (found.append, found.timeout, found.local) == (Append.CRLF, "5", "0.0.0.0:4000")
    assert not found.verify  # ncat checks a certificate where it is told to
    checked = pasted_command("ncat --ssl-verify --ssl -s ::1 ::1 443")
    assert checked is not None
    assert checked.verify
    assert checked.local == "[::1]:0"


def request(text: str) -> bytes:
    found = pasted_command(text)
    assert found is not None
    assert found.request is not None, [problem.text for problem in found.told]
    data = found.request.data()
    assert body(message_of(found.request)) == data  # as it stands in the editor, to the byte
    return data


GET = "GET / HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


def post(data: str, head: str = "Host: h\r\nAccept: */*\r\n", kind: str = FORM) -> str:
    return f"POST / HTTP/1.1\r\n{head}{kind}Content-Length: {len(data.encode())}\r\n\r\n{data}"


@pytest.mark.parametrize(("text", "sent"), [
    ("curl h", f"{GET}\r\n"),
    ("curl http://h:80/", f"{GET}\r\n".replace("Host: h", "Host: h:80")),
    ("curl -sSkv 'https://h:1/a b?c=d e#f'",
     "GET /a%20b?c=d%20e HTTP/1.1\r\nHost: h:1\r\nAccept: */*\r\n\r\n"),
    ("http://h", f"{GET}\r\n"),
    ("http://joe:sec%72et@h:81/a/?b=%20c#d",
     ("GET /a/?b=%20c HTTP/1.1\r\nHost: h:81\r\nAuthorization: Basic am9lOnNlY3JldA==\r\n"
      "Accept: */*\r\n\r\n")),
    ("HTTPS://[::1]:8443/é", "GET /%C3%A9 HTTP/1.1\r\nHost: [::1]:8443\r\nAccept: */*\r\n\r\n"),
    ("curl http://h/?a=1&b=2", f"{GET}\r\n".replace("GET /", "GET /?a=1&b=2")),
    ("curl -I h", f"{GET}\r\n".replace("GET", "HEAD")),
    ("curl -XDELETE h", f"{GET}\r\n".replace("GET", "DELETE")),
    ("curl -0 h", f"{GET}\r\n".replace("1.1", "1.0")),
    ("curl -d a=1 --data b=2 h", post("a=1&b=2")),
    ("curl --data-raw @x h", post("@x")),
    ("curl --data-raw=x h", post("x")),
    ("curl --data-urlencode 'n=a b&c' -d x h", post("n=a+b%26c&x")),
    ("curl -d 你好 h", post("你好")),
    ("curl -d '' h", post("")),
    ("curl -G -d a=1 -d b=2 h/?z=0", f"{GET}\r\n".replace("GET /", "GET /?z=0&a=1&b=2")),
    ("curl --json '{\"a\": \"b\\\\n\"}' h",
     post('{"a": "b\\\\n"}', "Host: h\r\nAccept: application/json\r\n",
          "Content-Type: application/json\r\n")),
    ("curl -H 'Content-Type: text/plain' -d x h",
     post("x", "Host: h\r\nAccept: */*\r\nContent-Type: text/plain\r\n", "")),
    ("curl -H 'Host: other' -H 'Accept:' -H 'X-Empty;' h",
     "GET / HTTP/1.1\r\nHost: other\r\nX-Empty:\r\n\r\n"),
    ("curl -u joe:secret h",
     "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Basic am9lOnNlY3JldA==\r\nAccept: */*\r\n\r\n"),
    ("curl http://joe:sec%72et@h/",
     "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Basic am9lOnNlY3JldA==\r\nAccept: */*\r\n\r\n"),
    ("curl --oauth2-bearer T -A me -b a=b -e r -r 0-9 h",
     ("GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer T\r\nUser-Agent: me\r\nAccept: */*\r\n"
     "Range: bytes=0-9\r\nReferer: r\r\nCookie: a=b\r\n\r\n")),
    ("curl -H 'Transfer-Encoding: chunked' -d hello h",
     "POST / HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nTransfer-Encoding: chunked\r\n"
     + FORM + "\r\n5\r\nhello\r\n0\r\n\r\n"),
    ("curl -H 'Content-Length: 99' -d x h",
     "POST / HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nContent-Length: 99\r\n" + FORM + "\r\nx"),
    ("curl 'http://h/' \\\n  -H 'A: b' \\\r\n  --compressed",
     "GET / HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nA: b\r\n\r\n"),
    ("curl h --data-raw $'it\\'s\\n\\u4f60\\t\\\\'", post("it's\n你\t\\")),
])  # fmt: skip
def test_a_request_is_right_to_the_byte(text: str, sent: str) -> None:
    assert request(text) == sent.encode()


def test_a_server_says_what_of_a_web_address_it_has_no_use_for() -> None:
    """Both sides take the address; only a client sends a request."""
    for text, server, key in (
        ("http://h/a?b", True, "pasted.and"),
        ("http://h/", True, "pasted.filled_web"),
        ("http://h/a?b", False, "pasted.filled_request"),
    ):
        found = pasted_command(text)
        assert found is not None
        said = said_of(found, server=server)
        assert isinstance(said.text, Message)
        assert said.text.key == key, text
        assert ("/a?b" in said.text.show()) == (key == "pasted.and")


def test_bytes_that_are_no_text_go_as_hex() -> None:
    assert request("curl h -d $'\\xff\\0'").endswith(b"Content-Length: 2\r\n\r\n\xff\x00")


def test_the_file_of_a_body_is_named_and_read_by_nobody() -> None:
    found = pasted_command("curl --data-binary @/nowhere/body.bin h")
    assert found is not None
    assert found.request is not None
    assert found.request.file == "/nowhere/body.bin"
    assert b"Content-Length" not in found.request.data()
    with pytest.raises(Problem, match=r"/nowhere/body\.bin"):
        found.request.read()
    whole = found.request.with_body(b"\x01\x02").data()
    assert whole.startswith(b"POST / HTTP/1.1\r\n")
    assert whole.endswith(b"Content-Length: 2\r\n\r\n\x01\x02")


def test_a_file_is_read_when_asked_for_as_curl_would_read_it(tmp_path: Path) -> None:
    path = tmp_path / "b"
    path.write_bytes(b"a\r\nb\n")
    for option, sent in (("-d", b"ab"), ("--data-binary", b"a\r\nb\n")):
        found = pasted_command(f"curl {option} '@{path}' h")
        assert found is not None
        assert found.request is not None
        assert found.request.read().data().endswith(b"%d\r\n\r\n%b" % (len(sent), sent))
    path.write_bytes(bytes(LARGEST_BODY + 1))
    found = pasted_command(f"curl -d '@{path}' h")
    assert found is not None
    assert found.request is not None
    with pytest.raises(Problem, match="128 KiB"):
        found.request.read()


def test_a_request_stands_in_lines_and_shows_what_cannot_be_seen() -> None:
    shown = message_of(HttpRequest(("A: \t\u202e", "B: c"), b"d\\\n", sized=True))
    assert shown.typed == "A: \\t\\xe2\\x80\\xae\\r\nB: c\\r\n\\r\nd\\\\\n"
