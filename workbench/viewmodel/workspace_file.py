"""The file of a workspace: which window writes it, and what is wrong with it."""

from __future__ import annotations

import itertools
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from workbench.journal.lock import try_lock
from workbench.resources import user_dir
from workbench.texts import Problem, reason_of
from workbench.viewmodel import workspace
from workbench.viewmodel.workspace import EMPTY, Workspace

NAME: Final = "workspace.json"
LARGEST: Final = 64 << 20
"""Bytes; what is larger no window has written."""


class WorkspaceFile:
    """The workspace's file; of several windows only the first writes it.

    Attributes:
        ours: whether this one writes it.
    """

    def __init__(self, path: Path) -> None:
        """Take the file unless another window has it; its folder is created."""
        self.path = path
        self._last: str | None = None
        self._descriptor: int | None = None
        self.ours = False
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
            descriptor = os.open(path.with_name(path.name + ".lock"), flags, 0o600)
            self.ours = try_lock(descriptor, shared=False)
            if self.ours:
                self._descriptor = descriptor
            else:
                os.close(descriptor)

    def read(self) -> tuple[Workspace, Problem | None]:
        """What was kept, or an empty workspace; and what somebody should know about it."""
        try:
            if self.path.stat().st_size > LARGEST:
                raise ValueError("too large")
            text = self.path.read_text(encoding="utf-8")
            found = workspace.read(text)
        except FileNotFoundError:
            return EMPTY, self._unsaved()
        except (workspace.NewerFormat, ValueError, RecursionError) as error:
            return EMPTY, self._put_aside(newer=isinstance(error, workspace.NewerFormat))
        except OSError as error:
            self.release()  # a file that cannot be read is not overwritten
            return EMPTY, Problem(
                "workspace.not_read", path=str(self.path), reason=reason_of(error)
            )
        return found, self._unsaved()

    def _unsaved(self) -> Problem | None:
        return None if self.ours else Problem("workspace.second")

    def _put_aside(self, *, newer: bool) -> Problem:
        """Rename the file, so that nothing is lost; if that fails it is not overwritten."""
        if not self.ours:
            return Problem("workspace.second")
        names = (
            self.path.with_name(f"{self.path.stem}.aside-{n}.json") for n in itertools.count(1)
        )
        kept = next(name for name in names if not name.exists())
        try:
            self.path.rename(kept)
        except OSError:
            self.release()
            kept = self.path
        return Problem("workspace.newer" if newer else "workspace.damaged", path=str(kept))

    def write(self, kept: Workspace) -> None:
        """Write the workspace if it differs from what was written last: completely or not at all,
        readable only by its owner (0600). It survives a kill of the program.

        Raises:
            Problem: it cannot be written.
        """
        if not self.ours:
            return
        text = workspace.written(kept)
        if text == self._last:
            return
        new = self.path.with_name(self.path.name + ".new")
        try:
            with suppress(FileNotFoundError):
                new.unlink()
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
            with os.fdopen(os.open(new, flags, 0o600), "w", encoding="utf-8", newline="\n") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())  # a power cut leaves the former one, or this one whole
            new.replace(self.path)
        except (OSError, UnicodeEncodeError) as error:
            reason = reason_of(error) if isinstance(error, OSError) else str(error)
            raise Problem("workspace.not_written", path=str(self.path), reason=reason) from error
        self._last = text

    def release(self) -> None:
        """Let another window write it. Idempotent."""
        self.ours = False
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def usual_place() -> Path:
    """Its place in the user's configuration folder."""
    return user_dir("config") / NAME
