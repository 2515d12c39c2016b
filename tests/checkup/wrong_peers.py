"""WebSocket peers for check-ups: `websockets` as it is, and peers that are wrong in one way each.

A wrong server reads frames right, and then does what its kind says.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Final

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import WebSocketException

GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MOST: Final = 1 << 22
RIGHT: Final = "right"


@contextmanager
def _program(*args: str) -> Iterator[subprocess.Popen[str]]:
    """This file as a program of its own: what it leaves open goes with it."""
    with subprocess.Popen(
        [sys.executable, __file__, *args], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def _server(kind: str) -> Iterator[int]:
    with _program("serve", kind) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


def right_server() -> AbstractContextManager[int]:
    """An echo by `websockets`; its port."""
    return _server(RIGHT)


def wrong_server(kind: str) -> AbstractContextManager[int]:
    """A server that is wrong as `kind` says; its port."""
    return _server(kind)


def right_client(address: str) -> AbstractContextManager[object]:
    """An echo by `websockets` that connects again and again, until nobody listens any more."""
    return _program("connect", address)


def wrong_client(address: str) -> AbstractContextManager[object]:
    """The same by a client that takes everything."""
    return _program("connect_wrong", address)


async def _serve_right() -> None:
    async def echo(socket: ServerConnection) -> None:
        with suppress(WebSocketException):
            async for message in socket:
                await socket.send(message)

    async with serve(echo, "127.0.0.1", 0, max_size=MOST) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await asyncio.Future()


async def _serve_wrong(kind: str) -> None:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await _Wrong(kind, reader, writer).serve()
        writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0, limit=MOST)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Future()


async def _connect_wrong(address: str) -> None:
    """Whatever the answer is, and whatever comes, it is taken."""
    host, _, port = address.removeprefix("ws://").rpartition(":")
    request = (
        f"GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n"
    )
    while True:
        try:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(request.encode())
            await reader.readuntil(b"\r\n\r\n")
            await _Wrong("masks", reader, writer).talk()
        except ConnectionRefusedError:
            return
        except (asyncio.IncompleteReadError, OSError):
            pass
        writer.close()


async def _connect_right(address: str) -> None:
    while True:
        try:
            async with connect(address, max_size=MOST, proxy=None) as socket:
                async for message in socket:
                    await socket.send(message)
        except ConnectionRefusedError:
            return
        except (OSError, WebSocketException):
            continue


class _Wrong:
    def __init__(
        self,
        kind: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.kind, self.reader, self.writer = kind, reader, writer

    def send(self, opcode: int, payload: bytes) -> None:
        masked = self.kind == "masks"
        bit = 0x80 if masked else 0
        size = len(payload)
        head = bytes([0x80 | opcode])
        if size < 126:
            head += bytes([bit | size])
        elif size < 65536:
            head += bytes([bit | 126]) + struct.pack(">H", size)
        else:
            head += bytes([bit | 127]) + struct.pack(">Q", size)
        self.writer.write(head + (bytes(4) if masked else b"") + payload)

    async def open(self) -> None:
        head = await self.reader.readuntil(b"\r\n\r\n")
        if self.kind == "hangs":
            await asyncio.Future()
        keys = [
            line.split(b":", 1)[1].strip()
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"sec-websocket-key:")
        ]
        key = keys[0] if keys else b""
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        if self.kind.isdigit() and (b"=99" in head or b"Version: 12" in head):
            self.writer.write(b"HTTP/1.1 %s No\r\nContent-Length: 0\r\n\r\n" % self.kind.encode())
            return
        if self.kind == "wrong_accept":
            accept = accept[::-1]
        self.writer.write(
            b"HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )

    async def frame(self) -> tuple[int, bytes]:
        first, second = await self.reader.readexactly(2)
        size = second & 127
        if size == 126:
            (size,) = struct.unpack(">H", await self.reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", await self.reader.readexactly(8))
        mask = await self.reader.readexactly(4) if second & 128 else bytes(4)
        payload = await self.reader.readexactly(min(size, 1 << 30))
        key = (mask * (len(payload) // 4 + 1))[: len(payload)]
        plain = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
        return first, plain.to_bytes(len(payload), "big")

    async def serve(self) -> None:
        await self.open()
        await self.talk()

    async def talk(self) -> None:
        message, kept = b"", 1
        while True:
            first, payload = await self.frame()
            opcode = first & 15
            if first & 0x70 and self.kind == "dies":
                os._exit(1)
            if first & 0x70 and self.kind == "drops":
                return
            if opcode == 8:
                self.send(8, payload[:2])
                await self.writer.drain()
                if self.kind == "stays":
                    await asyncio.Future()
                return
            if opcode == 9:
                if self.kind != "no_pong":
                    self.send(10, payload if self.kind != "other_pong" else b"?")
            elif opcode != 10:
                message += payload
                kept = opcode or kept
                if first & 128:
                    self.send(kept, message[:100] if self.kind == "cuts" else message)
                    message = b""
            await self.writer.drain()


def main(what: str, argument: str) -> None:
    """Run one of them."""
    if what == "connect":
        asyncio.run(_connect_right(argument))
    elif what == "connect_wrong":
        asyncio.run(_connect_wrong(argument))
    else:
        asyncio.run(_serve_right() if argument == RIGHT else _serve_wrong(argument))


if __name__ == "__main__":
    main(*sys.argv[1:])
