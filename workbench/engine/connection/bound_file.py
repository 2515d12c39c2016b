"""BoundFile: what bind() of an AF_UNIX socket makes in the file system."""

from __future__ import annotations

from pathlib import Path


class BoundFile:
    """The file of a bound AF_UNIX socket. It is unlinked by whoever bound it, and only while it is
    still the same file.
    """

    def __init__(self, path: str) -> None:
        """Raises OSError: the file is already gone."""
        self.path = Path(path).absolute()
        found = self.path.lstat()
        self._identity = (found.st_dev, found.st_ino)

    def remove(self) -> bool:
        """Unlink the file. False: it is gone, or its name belongs to another file by now."""
        try:
            found = self.path.lstat()
            if (found.st_dev, found.st_ino) != self._identity:
                return False
            self.path.unlink()
        except OSError:
            return False
        return True
