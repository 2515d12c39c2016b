"""A device is not read to its end, which it has not; whatever else is a file is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.engine.endpoint.send import maker
from workbench.engine.model import commands as c
from workbench.engine.model.endless_file import check_end
from workbench.engine.model.responders.lookup import Lookup
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.protocol.lookup_rows import rows_of
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions
from workbench.texts import Problem

ZERO = "/dev/zero"
pytestmark = pytest.mark.skipif(not Path(ZERO).exists(), reason="no /dev/zero here")


def test_only_devices_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "file", tmp_path / "pipe", tmp_path, Path("/dev/null")):
        check_end(path)
    (tmp_path / "link").symlink_to(ZERO)
    for path in (Path(ZERO), tmp_path / "link"):
        with pytest.raises(Problem, match="is a device"):
            check_end(path)
    with pytest.raises(FileNotFoundError):
        check_end(tmp_path / "nothing")


def test_each_that_reads_a_file_refuses_them() -> None:
    settings = EndpointSettings("a", Role.STREAM, address="127.0.0.1:1")
    with pytest.raises(Problem, match="is a device"):
        maker(c.Send("a", file=ZERO), settings, iter(range(9)), in_pieces=False)
    with pytest.raises(Problem, match="is a device"):
        rows_of(Lookup(file=ZERO, by="id", take=(("a", "b"),)))
    with pytest.raises(ScenarioProblem, match="is a device"):
        parse(f'cases = "{ZERO}"\n', given=Given(permissions=Permissions(any_file=True)))
