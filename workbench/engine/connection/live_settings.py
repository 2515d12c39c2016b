"""LiveSettings: an endpoint's settings in effect, and the responder and layers made of them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import replace

from workbench.engine.model.layer_files import LayerFiles, PlainFiles
from workbench.engine.model.responders.reply import ResponderRuntime
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.tls_settings import let_go
from workbench.engine.protocol.layer import Layer
from workbench.engine.protocol.stack import (
    TLS,
    MakeLayer,
    layer_names,
    ready_layer,
    ready_layers,
)
from workbench.texts import Problem

Link = Callable[[str], str]
"""Where another endpoint is; raises Problem."""


class ReadBuffer:
    """The one buffer that all reads of an endpoint share.

    Attributes:
        size: bytes of a read for which no size was given.
        shown: that number as the log shows it.
    """

    __slots__ = ("_whole", "shown", "size")

    def __init__(self, size: int) -> None:
        self._whole = memoryview(bytearray(max(1, size)))
        self.resize(size)

    def resize(self, size: int) -> None:
        """Use another size from the next read on."""
        self.size = size
        self.shown = str(size)

    def view(self, size: int) -> memoryview:
        """At least `size` bytes; valid until the next read. Raises OSError: there is no memory."""
        if size > len(self._whole):
            try:
                self._whole = memoryview(bytearray(size))
            except MemoryError as error:
                raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)) from error
        return self._whole

    def args(self, size: int) -> str:
        """A size as the log shows it."""
        return self.shown if size == self.size else str(size)


class LiveSettings:
    """The only owner of an endpoint's settings. Changed on the endpoint's thread, read from any.

    Attributes:
        settings: in effect; those that only a set-up uses apply from the next one on.
        reads: the buffer, as large as they say.
        responder_runtime: their responder, made ready by the newest `prepare`.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        files: LayerFiles | None = None,
        link: Link | None = None,
    ) -> None:
        """`files`: finds the files that the settings name. `link`: gives the address of an
        endpoint.
        """
        self.settings = settings
        self.reads = ReadBuffer(settings.bufsize)
        self.responder_runtime = ResponderRuntime(None, None)
        self._refused: Problem | None = None
        self._made_of: tuple[object, ...] | None = None
        self._files = files or PlainFiles()
        self._link = link
        self._layers: Mapping[str, MakeLayer] = {}

    @property
    def timeout(self) -> float | None:
        """Seconds as settimeout() takes them: None waits for ever, 0 not at all."""
        return self.settings.timeout

    def prepare(self) -> None:
        """Compile the responder and make the layers ready, before the first socket.

        Raises:
            Problem: as `compile_responder` and `ready_layers` do; or other settings were just
                refused, and whoever starts the endpoint does not mean those that it still has.
        """
        refused, self._refused = self._refused, None
        if refused is not None:
            raise refused
        self._layers = ready_layers(self.settings, self._files, self._layers)
        self.responder_runtime = self.compiled(self.settings.responder)
        self._made_of = _about(self.settings)
        self.settings = _without_password(self.settings)

    def holds_key(self, settings: EndpointSettings) -> bool:
        """Whether the private key is loaded for these settings and its files are unchanged, so that
        nobody needs to be asked for a password.
        """
        fits: Callable[[EndpointSettings], bool] | None = getattr(
            self._layers.get(TLS), "fits", None
        )
        return fits is not None and fits(settings)

    def compiled(self, responder: Responder) -> ResponderRuntime:
        """A responder compiled: another one, or the present one again. Raises Problem."""
        return _runtime_of(replace(self.settings, responder=responder), self._link)

    def take(self, settings: EndpointSettings, *, anew: bool = False) -> None:
        """Use other settings. A responder that stays the same keeps its memory and counts, unless
        `anew`.

        Raises:
            Problem: their responder cannot be made ready, or a layer; then nothing has changed.
        """
        self._refused = None
        layers = ready_layers(settings, self._files, self._layers)
        about = _about(settings)
        if anew or about != self._made_of or settings.responder.reads_files():
            self.responder_runtime = _runtime_of(settings, self._link)
            self._made_of = about
        self.settings, self._layers = _without_password(settings), layers
        if settings.bufsize != self.reads.size:
            self.reads.resize(settings.bufsize)

    def refuse(self, problem: Problem) -> None:
        """Refuse the next start with this reason: its settings cannot be used."""
        self._refused = problem

    def new_layers(self) -> tuple[Layer, ...]:
        """The layers of a new connection, the lowest first. Raises Problem as `prepare` does."""
        return tuple(self.new_layer(name) for name in layer_names(self.settings))

    def new_layer(self, name: str) -> Layer:
        """The layer of this name for an open connection. Raises Problem as `prepare` does."""
        if name not in self._layers:
            made = ready_layer(name, self.settings, self._files)
            self._layers = {**self._layers, name: made}
        return self._layers[name]()

    def rename(self, name: str) -> None:
        """Give the endpoint another name."""
        self.settings = replace(self.settings, name=name)

    def relink(self, name: str) -> None:
        """Note that the endpoint which the address leads to has another name."""
        self.settings = replace(self.settings, address=f"@{name}")

    def set_timeout(self, seconds: float | None) -> None:
        self.settings = replace(self.settings, timeout=seconds)


def _without_password(settings: EndpointSettings) -> EndpointSettings:
    """The settings without the password of a loaded key."""
    if settings.tls is None or not settings.tls.key_password:
        return settings
    return replace(settings, tls=let_go(settings.tls))


def _about(settings: EndpointSettings) -> tuple[object, ...]:
    """What the compiled responder depends on."""
    return settings.responder, settings.encoding, settings.messages


def _runtime_of(settings: EndpointSettings, link: Link | None) -> ResponderRuntime:
    from workbench.engine.protocol.lookup_rows import rows_of  # once an endpoint starts
    from workbench.engine.protocol.responder import compile_responder

    made = settings.responder
    return compile_responder(made, settings.encoding, settings.messages, rows_of, link)
