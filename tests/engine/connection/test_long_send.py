"""What is long goes through the layers in pieces that nobody else's bytes are lost in."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.engine.connection.file_pieces import PIECE as READ
from workbench.engine.connection.file_pieces import BigFile, FilePieces
from workbench.engine.connection.long_send import PIECE, LongSend


@pytest.mark.parametrize("size", [PIECE + 1, 2 * PIECE, 3 * PIECE - 1])
def test_bytes_in_pieces(size: int) -> None:
    data = bytes(i % 251 for i in range(size))
    send = LongSend(data)
    found = b""
    while send.left:
        piece = send.next()
        assert 0 < len(piece) <= PIECE
        found += bytes(piece)
    assert found == data
    assert send.out == -(-size // PIECE)


def test_a_file_with_what_is_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a" * (READ + 5))
    send = LongSend(FilePieces(BigFile(path), b"tail"))
    found = b""
    while send.left:
        found += bytes(send.next())
    assert found == b"a" * (READ + 5) + b"tail"


def test_what_is_short_is_none() -> None:
    assert not LongSend.is_long(b"x" * PIECE)
    assert LongSend.is_long(b"x" * (PIECE + 1))
