"""Where the records of tests are kept, and what a test report shows of them."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from workbench.journal.exports.plain_text import TextLines
from workbench.session import Session
from workbench.texts import tr

ROWS: Final = 20
"""Rows of the log that a report shows."""
_NO_NAME: Final = re.compile(r"\W+")


class RecordPlace:
    """The folder of a test's record.

    Attributes:
        path: that of the record.
        failed: the test failed; set before the folder is left.
    """

    def __init__(self, folder: Path, wanted: str) -> None:
        self.path = folder / "record.swb"
        self.failed = False
        self._wanted = wanted

    @property
    def stays(self) -> bool:
        """Whether the record outlives the test."""
        return self._wanted == "all" or (self._wanted == "failed" and self.failed)

    @property
    def told(self) -> str:
        """Where it is, in a sentence."""
        return tr("testing.record" if self.stays else "testing.no_record", path=str(self.path))


@contextmanager
def kept(item: pytest.Item) -> Iterator[RecordPlace]:
    """A place for the record of a test; afterwards it is deleted, unless --swb-records says
    otherwise.
    """
    folder = _folder(item)
    place = RecordPlace(folder, item.config.getoption("swb_records"))
    try:
        yield place
    finally:
        if not place.stays:
            shutil.rmtree(folder, ignore_errors=True)


def _folder(item: pytest.Item) -> Path:
    """A folder beside the tmp_path of tests, kept for three runs as those are."""
    name = _NO_NAME.sub("_", item.name)[:30]
    factory = getattr(item.config, "_tmp_path_factory", None)  # missing with -p no:tmpdir
    if isinstance(factory, pytest.TempPathFactory):
        return factory.mktemp(f"workbench-{name}")
    return Path(tempfile.mkdtemp(prefix="workbench-"))


def last_rows(session: Session) -> str:
    """The end of the log, for a person."""
    session.journal.flush()
    with closing(session.journal.reader()) as reader:
        count = reader.count()
        first = max(1, count - ROWS + 1)
        shown = TextLines(reader, every_row=False).of(reader.page(first, ROWS))
    return shown.rstrip("\n")
