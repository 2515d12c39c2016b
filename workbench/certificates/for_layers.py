"""FilesOfSession: the certificates and key logs that the settings of a session's endpoints name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from workbench.engine.model.layer_files import Ask, Loadable


class FilesOfSession:
    """The `LayerFiles` of a session: it knows test: names, the user's files and the record's
    folder.
    """

    def __init__(self, record: Callable[[], Path]) -> None:
        """`record`: the session's record, a file or the folder of its segments."""
        self._record = record

    def to_show(
        self, cert: str, key: str | None, password: Ask
    ) -> AbstractContextManager[Loadable]:
        """Raises Problem as `resolve.to_show` does."""
        from workbench.certificates import resolve  # imported only where TLS is used

        return resolve.to_show(cert, key, password)

    def trusted_file(self, value: str) -> Path:
        """Raises Problem as `resolve.trusted_file` does."""
        from workbench.certificates import resolve

        return resolve.trusted_file(value)

    def keylog_file(self, name: str) -> Path:
        """A bare file name is placed beside the record."""
        path = Path(name).expanduser()
        return path if path.parent != Path() else self._record().parent / path
