"""Real servers, each with a configuration of its own in a folder of the test."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.free_port import free_port
from tests.peers import ask, peer, until

_ROOT: Final = hasattr(os, "geteuid") and os.geteuid() == 0
_NOBODY: Final = "nobody"


@contextmanager
def redis(folder: Path, *more: str) -> Iterator[int]:
    port = free_port()
    with peer(
        "redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", folder, *more,
        tcp=port,
    ):  # fmt: skip
        yield port


@contextmanager
def memcached() -> Iterator[int]:
    port = free_port()
    user = ["-u", "root"] if _ROOT else []
    with peer("memcached", "-l", "127.0.0.1", "-p", port, "-U", "0", *user, tcp=port):
        yield port


@contextmanager
def nginx(folder: Path, locations: str = "") -> Iterator[int]:
    """Serves the folder `pages` in that folder."""
    port = free_port()
    pages = folder / "pages"
    pages.mkdir(exist_ok=True)
    (pages / "index.html").write_text("hello\n")
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; {kept} server {{ listen 127.0.0.1:{port}; root {pages};"
        f" {locations} }} }}"
    )
    with peer("nginx", "-p", folder, "-c", config, tcp=port):
        yield port


@contextmanager
def dnsmasq(folder: Path) -> Iterator[int]:
    """Knows www.example (192.0.2.1), and that nothing else is under example."""
    port = free_port()
    with peer(
        "dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null",
        f"--port={port}", "--listen-address=127.0.0.1", "--bind-interfaces", "--pid-file",
        "--address=/www.example/192.0.2.1", "--local=/example/",
        *(["--user=root"] if _ROOT else []), tcp=port, cwd=folder,
    ):  # fmt: skip
        yield port


@contextmanager
def vsftpd(folder: Path) -> Iterator[int]:
    """Lets anonymous read hello.txt."""
    port = free_port()
    with _open_folder() as files:
        (files / "hello.txt").write_text("hello\n")
        config = folder / "vsftpd.conf"
        settings = {
            "listen": "YES", "listen_address": "127.0.0.1", "listen_port": port,
            "background": "NO", "anonymous_enable": "YES", "anon_root": files,
            "secure_chroot_dir": files, "seccomp_sandbox": "NO", "isolate": "NO",
            "isolate_network": "NO", "nopriv_user": _NOBODY,
            "xferlog_enable": "NO", "pasv_address": "127.0.0.1",
            **({} if _ROOT else {"run_as_launching_user": "YES"}),
        }  # fmt: skip
        config.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        config.chmod(0o600)
        with peer("vsftpd", config, tcp=port):
            yield port


@contextmanager
def tftpd() -> Iterator[int]:
    """Lets hello.txt be read."""
    port = free_port()
    with _open_folder() as files:
        (files / "hello.txt").write_text("hello\n")
        with peer(
            "in.tftpd", "--foreground", "--address", f"127.0.0.1:{port}", "--user", _whom(),
            "--secure", files, udp=port,
        ):  # fmt: skip
            yield port


@contextmanager
def rsyslogd(folder: Path) -> Iterator[tuple[int, Path]]:
    """The port, over UDP and TCP, and the file that each message is a line of."""
    port = free_port()
    config, log = folder / "rsyslog.conf", folder / "log"
    config.write_text(
        f'global(workDirectory="{folder}") module(load="imtcp") module(load="imudp")\n'
        f'input(type="imtcp" address="127.0.0.1" port="{port}")\n'
        f'input(type="imudp" address="127.0.0.1" port="{port}")\n'
        'template(name="plain" type="string" string="%msg%\\n")\n'
        f'*.* action(type="omfile" file="{log}" template="plain" flushOnTXEnd="on")\n'
    )
    with peer("rsyslogd", "-n", "-f", config, "-i", folder / "pid", tcp=port):
        yield port, log


@contextmanager
def mosquitto(folder: Path) -> Iterator[int]:
    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\n"
        + ("user root\n" if _ROOT else "")
    )
    with peer("mosquitto", "-c", config, tcp=port):
        yield port


@contextmanager
def postgres() -> Iterator[int]:
    """With the user `postgres`, who needs no password. The server does not run as root."""
    port = free_port()
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parts[-2])
    assert binaries, "PostgreSQL is missing; scripts/test.py installs it"
    whom = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    prefix = whom if _ROOT else []
    with _open_folder("postgres" if _ROOT else None) as folder:
        ask(
            *prefix, binaries[-1] / "initdb", "-D", folder / "data", "-U", "postgres", "-A",
            "trust", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale", "C", cwd=folder,
        )  # fmt: skip
        with peer(
            *prefix, binaries[-1] / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p",
            port, "-k", folder, "-F", tcp=port, cwd=folder,
        ):  # fmt: skip
            ready = [str(binaries[-1] / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
            # it listens before it has started up, and refuses then: 57P03
            until(lambda: subprocess.run(ready, check=False).returncode == 0)
            yield port


def _whom() -> str:
    return _NOBODY if _ROOT else getpass.getuser()


@contextmanager
def _open_folder(owner: str | None = None) -> Iterator[Path]:
    """One that a server which gave its rights away can read; pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="peer-"))
    try:
        folder.chmod(0o755)
        if owner is not None:
            shutil.chown(folder, owner, owner)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def snmpd(folder: Path) -> Iterator[int]:
    """Answers the community public with what it is and how long it runs."""
    port = free_port()
    config = folder / "snmpd.conf"
    config.write_text(
        "rocommunity public 127.0.0.1\nsysDescr a box\nsysLocation here\nsysContact nobody\n"
    )
    with peer(
        "snmpd", "-f", "-C", "-c", config, "-Lo", "-r", "-I", "system_mib,sysORTable", "-p",
        folder / "pid", f"udp:127.0.0.1:{port}", udp=port,
        env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder)},
    ):  # fmt: skip
        yield port


@contextmanager
def haproxy(folder: Path) -> Iterator[tuple[int, Path]]:
    """The port of a front that has no server behind it, and the socket that says how it goes."""
    port, control = free_port(), folder / "control"
    config = folder / "haproxy.cfg"
    config.write_text(
        f"global\n stats socket {control}\ndefaults\n mode http\n timeout connect 5s\n"
        f" timeout client 30s\n timeout server 30s\nfrontend front\n bind 127.0.0.1:{port}\n"
        " default_backend back\nbackend back\n server s1 127.0.0.1:1 check\n"
    )
    with peer("haproxy", "-db", "-f", config, tcp=port):
        yield port, control


@contextmanager
def checking_haproxy(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """Its front, the port of the server that it looks for often, and the socket that says what it
    has found; the server is told first whose connection it is (PROXY).
    """
    front, server, control = free_port(), free_port(), folder / "control"
    config = folder / "haproxy.cfg"
    config.write_text(
        f"global\n stats socket {control}\ndefaults\n mode tcp\n timeout connect 5s\n"
        f" timeout client 30s\n timeout server 30s\nfrontend front\n bind 127.0.0.1:{front}\n"
        f" default_backend back\nbackend back\n server s1 127.0.0.1:{server} send-proxy"
        " check inter 50ms rise 1 fall 1\n"
    )
    with peer("haproxy", "-db", "-f", config, tcp=front):
        yield front, server, control


@contextmanager
def smtpd() -> Iterator[int]:
    """aiosmtpd, of Debian's Python."""
    port = free_port()
    with peer("/usr/bin/python3", "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", tcp=port):
        yield port


@contextmanager
def pages(folder: Path) -> Iterator[int]:
    """The web server of Python's standard library."""
    port = free_port()
    folder = folder / "pages"
    folder.mkdir()
    (folder / "page.txt").write_text("hello\n")
    with peer(
        "/usr/bin/python3", "-m", "http.server", port, "--bind", "127.0.0.1", "--directory",
        folder, tcp=port,
    ):  # fmt: skip
        yield port


@contextmanager
def http_proxy(folder: Path, *lines: str) -> Iterator[int]:
    """tinyproxy, with lines of tinyproxy.conf(5)."""
    port = free_port()
    config = folder / "tinyproxy.conf"
    log = f'LogFile "{folder}/tinyproxy.log"'
    usual = (f"Port {port}", "Listen 127.0.0.1", "Allow 127.0.0.1", "Timeout 60", log)
    config.write_text("\n".join((*usual, *lines, "")))
    with peer("tinyproxy", "-d", "-c", config, tcp=port):
        yield port


@contextmanager
def socks_proxy(*options: str) -> Iterator[int]:
    """microsocks; `options` -u and -P: who may use it."""
    port = free_port()
    with peer("microsocks", "-i", "127.0.0.1", "-p", port, *options, tcp=port):
        yield port
