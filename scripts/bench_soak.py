#!/usr/bin/env python3
"""A soak: 20 000 events a second into a record that keeps its newest part, watched from outside.

    .venv/bin/python scripts/bench.py soak [--seconds 600] [--keep 60s] [--looks 20]

A mark is set and a connection is reset on the way: their segments have to stay. Printed are memory,
descriptors, threads and what the folder takes, look by look; afterwards whether the segments that
are left are those that were promised. 1 where they are not.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from bench_servers import BOUND, environment  # noqa: E402

MARK: Final = "kept by the soak"
RESET: Final = "ECONNRESET"


def serve(folder: str, keep: str) -> None:
    """An echo server whose record keeps so much; a line on stdin sets a mark, the end ends it."""
    from workbench.engine.model import commands as c
    from workbench.engine.model.responders.echo import Echo
    from workbench.engine.model.settings import EndpointSettings, Role
    from workbench.journal.keep import parse
    from workbench.session import Session

    with Session(Path(folder), keep=parse(keep)) as session:
        session.add(
            EndpointSettings("bench", Role.LISTENER, address="127.0.0.1:0", responder=Echo())
        )
        session.perform(c.Start("bench")).wait(10)
        print(session.link("bench").rpartition(":")[2], flush=True)
        for _ in sys.stdin:
            session.perform(c.Mark(MARK))


def reset(port: int) -> None:
    """Connect, and reset the connection (SO_LINGER with no time, socket(7))."""
    with socket.create_connection(("127.0.0.1", port), 20) as sock:
        sock.sendall(b"x")
        sock.recv(1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def look(pid: int, record: Path) -> dict[str, float]:
    """What a process and its record take now (proc(5))."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in status)
    files, size = list(record.iterdir()), 0
    for item in files:
        with suppress(FileNotFoundError):  # it goes with its segment
            size += item.stat().st_size
    return {
        "memory_mb": round(int(values["VmRSS"].split()[0]) / 1024, 1),
        "descriptors": len(list(Path(f"/proc/{pid}/fd").iterdir())),
        "threads": int(values["Threads"]),
        "segments": sum(item.suffix == ".swb" for item in files),
        "record_mb": round(size / 1e6, 1),
    }


def checked(record: Path, seconds: float) -> dict[str, object]:
    """What is left of the record, and whether it is what was promised."""
    from workbench.journal.joined import open_record

    with closing(open_record(record)) as reader:
        last = reader.count()
        gaps = reader.gaps(0, last)
        upto = gaps[-1].stop if gaps else 1
        end, begin = reader.page(last, 1)[0].t_ns, reader.page(upto, 1)[0].t_ns
        at, missing, marks, resets = 1, 0, 0, 0
        while at <= last:
            rows = reader.page(at, 5_000)
            if not rows:
                at = next((gap.stop for gap in gaps if at in gap), last + 1)
                continue
            for row in rows:
                missing += row.seq != at and not any(at in gap for gap in gaps)
                marks += row.kind == "command" and row.call == "note" and MARK in row.args
                resets += row.errno == RESET
                at = row.seq + 1
        return {
            "rows": last,
            "gaps": [(gap.start, gap.stop - 1) for gap in gaps],
            "newest_s": round((end - begin) / 1e9, 1),
            "rows_missing_elsewhere": missing,
            "marks": marks,
            "resets": resets,
            "as_promised": bool(
                (not gaps or (end - begin) / 1e9 >= seconds) and not missing and marks and resets
            ),
        }


def soak(seconds: float, keep: str, looks: int) -> int:
    from workbench.journal.keep import parse

    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "soak"
        server = subprocess.Popen(
            [sys.executable, "-P", __file__, "--serve", str(record), keep],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(ROOT),
        )  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        port = int(server.stdout.readline())
        load = subprocess.Popen(
            [sys.executable, "-P", str(ROOT / "scripts" / "bench.py"), "--offer", str(port),
             str(seconds)],
        )  # fmt: skip
        try:
            begun = time.perf_counter()
            for number in range(1, looks + 1):
                time.sleep(max(0.0, begun + seconds * number / looks - time.perf_counter()))
                seen = look(server.pid, record)
                print(json.dumps({"s": round(time.perf_counter() - begun), **seen}), flush=True)
                if number == max(1, looks // 4):
                    server.stdin.write("mark\n")
                    server.stdin.flush()
                elif number == max(1, looks // 4) + 1:
                    reset(port)
            load.wait(BOUND)
            server.stdin.close()
            server.wait(BOUND)
            server.stdout.close()
        finally:
            for process in (server, load):
                process.kill()  # nothing where it has ended
                process.wait()
        found = checked(record, parse(keep).seconds or 0.0)
        print(json.dumps({**found, "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else 0}))
        return int(not found["as_promised"])


def main(argv: list[str]) -> int:
    if argv[:1] == ["--serve"]:
        serve(*argv[1:])
        return 0
    parser = argparse.ArgumentParser(prog="bench.py soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, metavar="S")
    parser.add_argument("--keep", default="60s", metavar="60s|200MB")
    parser.add_argument("--looks", type=int, default=20, metavar="N")
    args = parser.parse_args(argv)
    return soak(args.seconds, args.keep, args.looks)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
