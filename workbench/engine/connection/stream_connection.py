"""StreamConnection: one byte stream (or SOCK_SEQPACKET) from connect or accept to its close."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from functools import partial
from time import perf_counter_ns
from typing import Final

from workbench.engine.connection.connection import Connection, ConnectionOwner
from workbench.engine.connection.pending_call import Ended, PendingCall
from workbench.engine.connection.send_queue import Outgoing, Payload
from workbench.engine.connection.stack_runner import StackRunner
from workbench.engine.model.commands import How
from workbench.engine.model.ending import Ending
from workbench.engine.model.errors import LayerError, describe
from workbench.engine.model.events import Cause
from workbench.engine.model.responders.reply import OnPeerClose, Reply, ResponderRuntime
from workbench.engine.model.settings import GateMode
from workbench.engine.model.snapshot import CloseCause
from workbench.engine.model.ticket import Ticket
from workbench.engine.protocol.layer import End
from workbench.engine.protocol.responder_layer import SILENT, ResponderLayer
from workbench.engine.protocol.stack import Stack
from workbench.engine.sockets.event_loop import Job
from workbench.engine.sockets.poller import HANGUP
from workbench.engine.sockets.traced_socket import SockAddress, TracedSocket
from workbench.texts import Problem

AT_ONCE: Final = 1 << 16
"""Bytes of a read up to which a separate buffer is allocated and handed on as it is; a larger one
costs more than the copies that it saves.
"""
LAST_READ: Final = 1.0
"""Seconds that a polite end reads and drops what still comes."""
LAST_WORDS: Final = 10.0
"""Seconds that a peer may take to read the layers' last words: one that never reads must not hold
its place for ever.
"""


class StreamConnection(Connection):
    """A stream that is connected or connecting, of a client or accepted by a listener."""

    waits_for_ack = True
    in_thread = False
    """A connect waits in C on a thread of its own: leave the socket alone."""
    _sending_error: Exception | None = None
    """Set when sending has failed: what the peer sent before is still read."""
    _drains = False
    """Set during a polite end, which reads and drops what still comes."""

    def __init__(self, owner: ConnectionOwner, traced: TracedSocket) -> None:
        super().__init__(owner, traced)
        stack = Stack(
            self.live.new_layers(),
            ResponderLayer(SILENT, self.delayed, messages=False),
            self.live.new_layer,
            logged=traced.keep,
        )
        self._runner = StackRunner(self.context, traced, self.outbox, stack, self)
        self._answers = bool(stack.layers)
        self._echoes = False

    @property
    def _layered(self) -> bool:
        """Whether the connection has layers by now."""
        return bool(self._runner.stack.layers)

    @property
    def agreed(self) -> tuple[tuple[str, str], ...]:
        return self._runner.agreed

    @property
    def can_send(self) -> bool:
        usable = self._sending_error is None and not self._runner.stack.ended
        return super().can_send and usable

    # -- connecting ---------------------------------------------------------------------------

    def connect(self, sockaddr: SockAddress, op: PendingCall) -> None:
        """connect(), non-blocking. It ends the op now, or later; what fails at once is raised.

        Raises:
            OSError, OverflowError, TypeError, ValueError: as the call did; the socket is closed,
                the op is not ended.
        """
        path = isinstance(sockaddr, str | bytes)
        self.errno = None  # of a send that came before
        self.connecting = op
        self.connect_ns = self.context.now()
        if path and self.live.timeout is None and self.traced.type != socket.SOCK_DGRAM:
            self._connect_in_thread(sockaddr, op)
            return
        try:
            self.traced.connect(sockaddr, op.ticket)
        except (OSError, OverflowError, TypeError, ValueError) as error:
            if path or not isinstance(error, BlockingIOError):
                # EAGAIN of a path is a full accept queue: settimeout(x) does not wait for it
                self._give_up(error, op)
                raise
            if self.live.timeout == 0:
                op.end(error)  # 0 does not wait; how the connect comes out is logged all the same
            else:
                op.start_deadline(self.context, self._connect_expired)
            self.refresh()
        else:
            self.established()

    def _connect_in_thread(self, sockaddr: SockAddress, op: PendingCall) -> None:
        """An AF_UNIX connect to a full queue waits in C; no selector can wait for it."""
        self.in_thread = True

        def work() -> Job:
            failure: Exception | None = None
            try:
                self.traced.connect(sockaddr, op.ticket, wait=True)
            except (OSError, OverflowError, TypeError, ValueError) as error:
                failure = error

            def back() -> None:
                self.in_thread = False
                if not self.open:
                    return
                if failure is not None:
                    self.connect_failed(failure)
                else:
                    self.established()

            return back

        self.context.loop.in_thread(work)

    def finish_connect(self) -> None:
        """The loop reports that a pending connect() has an outcome."""
        op = self.connecting
        assert op is not None
        try:
            self.traced.finish_connect(op.begun, op.args, op.ticket)
        except OSError as error:
            self.connect_failed(error)
            return
        self.established()

    def established(self) -> None:
        """The connection is established: note its addresses, start its layers."""
        self.opening, self.connecting = self.connecting, None
        self.connected_ns = self.context.now()
        self._owner.connect_finished(self)
        op = self.opening
        if op is not None:  # `timeout` runs anew for the layers
            op.begun = perf_counter_ns()
            op.start_deadline(self.context, self._opening_expired)
        self.refresh()

    def _opening_expired(self, op: PendingCall) -> None:
        if self.opening is op:
            self.opening = None
            error = self._late(op.ticket)
            self._runner.stop(error)
            self.close(CloseCause.TIMED_OUT, op.ticket)
            op.end(error)

    def _late(self, cause: Cause | None) -> Exception:
        """The error that says what the peer failed to do in time."""
        error = self._runner.late(cause)
        self.errno = self.errno or describe(error).errno
        return error

    def _fail_opening(self, error: Exception) -> None:
        op, self.opening = self.opening, None
        if op is not None:
            op.end(error)
        self._runner.stop(error)

    def connect_failed(self, error: Exception) -> None:
        """The connect failed: keep a kernel reading, close the socket, end the call."""
        op = self.connecting
        self._give_up(error, op)
        if op is not None:
            op.end(error)

    def _give_up(self, error: Exception, op: PendingCall | None) -> None:
        self.connecting = None
        self.traced.sample(last=True)
        if op is not None and op.failing is not None:
            op.failing(error)
        ours = isinstance(error, TimeoutError) and error.errno is None
        self.close(
            CloseCause.TIMED_OUT if ours else CloseCause.FAILED,
            op.ticket if op is not None else None,
            describe(error).errno,
        )

    def _connect_expired(self, op: PendingCall) -> None:
        if self.connecting is not op:
            return
        error = TimeoutError("timed out")
        self.traced.end("connect", op.args, op.begun, error, op.ticket)
        self.connect_failed(error)

    # -- layers -------------------------------------------------------------------------------

    def answer_by(self, runtime: ResponderRuntime) -> None:
        messages = self._runner.stack.gives_messages or self.traced.type != socket.SOCK_STREAM
        made = runtime.for_connection(stream=not messages, tell=self.tell)
        self._runner.replace_responder(ResponderLayer(made, self.delayed, messages=messages))
        self._echoes = made.answer is Reply and not self._layered
        self._answers = made.answer is not None or self._layered
        if self.open:
            self.refresh()

    def silence(self) -> None:
        self.answer_by(SILENT)

    def begin(self) -> None:
        self._runner.start()

    def aim(self, target: str) -> None:
        """Remember whom the user meant, where the socket itself goes to a proxy or follows an
        @link.
        """
        self._runner.aim(target)

    def write(self, payload: Payload, ticket: Ticket | None, *, ended: Ended | None = None) -> None:
        """Send through the layers, where there are any."""
        if not self._layered:
            self.outbox.write(payload, ticket, ended=ended)
            return
        self._runner.send(payload, ticket, ended)

    def ask_layer(
        self, name: str, request: object, ticket: Ticket, *, ended: Ended | None = None
    ) -> None:
        """Ask the layer of this name for something. Raises Problem: the connection has none."""
        if not self._layered:
            raise Problem("engine.ws_no_layer", name=name)
        self._runner.ask(name, request, ticket, ended)

    def write_raw(
        self, below: str | None, data: bytes, ticket: Ticket, *, ended: Ended | None = None
    ) -> None:
        if self._layered:
            self._runner.raw(below, data, ticket, ended)
        else:
            super().write_raw(below, data, ticket, ended=ended)

    def put_in(self, layer: str, ticket: Ticket, *, ended: Ended | None = None) -> None:
        """Insert a layer; the call ends when its handshake is done or has failed.

        Raises:
            Problem: there is no such layer, it is there already, or what came before it would be
                taken for what came through it.
        """
        if self.opening is not None or self.connected_ns is None or not self.open:
            raise Problem("engine.layer_not_now", name=layer)
        op = PendingCall("start_layer", 0, ticket, ended=ended)
        self.opening = op
        try:
            self._runner.put_in(layer)
        except Problem:
            self.opening = None
            raise
        if self.opening is op:
            op.start_deadline(self.context, self._opening_expired)
        self.layer_joined()

    def layer_joined(self) -> None:
        self._answers, self._echoes = True, False  # the short path is no longer taken
        if self.open:
            self.refresh()

    def queue_changed(self) -> None:
        if self._layered:
            self._runner.go_on()
        super().queue_changed()

    def waits_to_send(self) -> bool:
        return super().waits_to_send() or self._runner.waits

    def held_by_layers(self) -> int:
        return self._runner.held

    def say_last_words(self) -> None:
        if self._layered:
            self._runner.close()

    def shutdown(self, how: How, op: PendingCall) -> None:
        if how is not How.READ and self._runner.waits:
            self._runner.after(partial(super().shutdown, how, op))
        else:
            super().shutdown(how, op)

    def layers_opened(self) -> None:
        """End the connect that waited for the handshakes of the layers."""
        self.usable_ns = self.context.now()
        op, self.opening = self.opening, None
        if op is not None:
            op.end()

    def layers_late(self) -> bool:
        """Close a peer that is silent, unless our own gate or a slow record held it up."""
        if not self.open:
            return True
        if self.hold() is not None or not self.gates.may_send:
            return False
        seconds = self.live.settings.handshake_timeout
        awaited = self._runner.stack.awaited
        self.context.note("handshake_expired", f"{awaited!r}, {seconds:g}", self.traced.id)
        self.traced.sample()
        self._fail_opening(self._late(None))
        self.close(CloseCause.TIMED_OUT)
        return True

    def layers_ended(self, end: End) -> None:
        """End the connection as the layer says; its word is the error of the calls that wait."""
        self.errno = self.errno or end.word or None
        if self._layered:
            self._fail_opening(LayerError(end.word or "END", end.fault))
            if self.delayed:
                self.drop_delayed(None)
        if self.open and end.ending in {Ending.CLOSE, Ending.POLITE}:
            self.context.loop.after(LAST_WORDS, partial(self.close, CloseCause.TIMED_OUT))
        match end.ending:
            case _ if not self.open:
                pass
            case Ending.CLOSE:
                self.close_once_sent(CloseCause.LOCAL)
            case Ending.RESET:
                self.abort(None)
            case Ending.HALF_CLOSE:
                self.shutdown(How.WRITE, PendingCall("shutdown", 0, None))
            case Ending.POLITE:
                self._drains = True
                self.shutdown(How.WRITE, PendingCall("shutdown", 0, None, ended=self._said_all))

    @property
    def ends_by_itself(self) -> bool:
        """Also one whose layers have ended, while the peer takes their last words."""
        return super().ends_by_itself or self._drains

    def layers_broke(self, problem: Problem) -> None:
        """Tell every waiting call why and close this socket; other connections go on."""
        self.end_all(problem)
        self.close(CloseCause.FAILED)

    def _said_all(self, error: BaseException | None) -> None:
        """The layers' last words and our FIN are sent; a plain close() now could reset them."""
        if error is not None or self.peer_finished:
            self.close(CloseCause.LOCAL)
            return
        self.context.loop.after(LAST_READ, lambda: self.close(CloseCause.LOCAL))

    def _reset_opening(self, error: OSError) -> None:
        """The peer reset a handshake: have its layers say what failed."""
        op = self.opening
        told = self._runner.reset(error, op.ticket if op is not None else None)
        if op is not None and self.opening is op:
            self.opening = None
            op.end(told)

    def end_all(self, reason: BaseException, cause: Cause | None = None) -> None:
        super().end_all(reason, cause)
        op, self.opening = self.opening, None
        if op is not None:
            op.end(reason)
        self._runner.stop(reason)

    # -- data ---------------------------------------------------------------------------------

    def read(self) -> None:
        """One recv(), asked for or by itself."""
        op = self.ops[0] if self.ops else None
        reads = self.live.reads
        size = op.size if op is not None else reads.size
        ticket = op.ticket if op is not None else None
        try:
            buffer = reads.view(size)
            if self.traced.type == socket.SOCK_STREAM:
                count = self.traced.recv_into(buffer, size, reads.args(size), ticket)
                ended = not count
            else:
                count, ended = self.traced.recv_message(buffer, size, ticket)
        except BlockingIOError:
            return
        except OSError as error:
            if op is not None:
                self.end_op(op, error)
            self._broke(error)
            return
        if op is not None:
            self.end_op(op)
        if ended:
            if not self.broken:  # after an error recv() gives b"" whatever the peer did
                self._finished_by_peer()
            return
        self.bytes_in += count
        self.reads += 1
        if self._answers:
            self._runner.receive(buffer[: min(count, size)])
            if self.delayed.waiting or self.outbox.size:
                self.refresh()

    def is_plain(self) -> bool:
        """No call waits and there is no layer: what comes is only echoed or counted."""
        return (
            (self._echoes or not self._answers)
            and not (self.ops or self.outbox.items or self.delayed.waiting)
            and self.gates.send is GateMode.AUTO
            and self.live.reads.size <= AT_ONCE
            and self.traced.type == socket.SOCK_STREAM
        )

    def read_plainly(self, mask: int) -> None:
        """recv() and send() without queue, buffer or objects: the hot path of an echo."""
        reads = self.live.reads
        try:
            data, kept = self.traced.recv(reads.size, reads.shown)
        except BlockingIOError:
            return
        except OSError as error:
            self._broke(error)
            return
        if not data:
            self._finished_by_peer()
            return
        self.bytes_in += len(data)
        self.reads += 1
        if not self._echoes:
            return
        try:
            count = self.traced.send(data, None, "", kept)
            self.sends += 1
        except BlockingIOError:
            count = 0
        except OSError as error:
            self.sending_failed(error)
            return
        self.bytes_out += count
        if count < len(data):
            self.outbox.keep(data[count:])

    def _finished_by_peer(self) -> None:
        """Act on the end of the stream: the peer's FIN or, if reading was shut down here, what the
        kernel returns then. What we still have to send may go out.
        """
        if self._sending_error is not None:
            self._broke(self._sending_error)
            return
        first = not self.peer_finished
        self.peer_finished = True
        if first:
            self.traced.sample()
            self.close_cause = None if self.deaf else CloseCause.PEER
        if self._drains:
            self.close(CloseCause.LOCAL)
        elif self._layered:
            self._runner.receive_end()
            if self.opening is not None:
                self._fail_opening(LayerError("END_OF_STREAM"))
        else:
            self.peer_ended()
        self.refresh()
        if first and self.open:
            self._owner.connection_lost(self)

    def peer_ended(self) -> None:
        """The peer will send nothing more: close too, if `on_peer_close` says so."""
        if self.delayed and self._layered and self._runner.refuses():
            self.drop_delayed(None)  # nothing goes through the layers any more
        if self.open and self.on_peer_close is OnPeerClose.CLOSE:
            self.close_once_sent(CloseCause.LOCAL if self.deaf else CloseCause.PEER)

    def interest(self) -> int:
        """After the peer's FIN only a hang-up is waited for."""
        if self.in_thread:
            return 0
        mask = super().interest()
        if not mask and self.peer_finished and not self.broken:
            return HANGUP
        return mask

    def look_for_error(self) -> None:
        """After the end of the stream no read reports a reset, so SO_ERROR is asked."""
        error = self.traced.pending_error()
        if error is None:
            return
        # tcp_reset() of Linux leaves EPIPE where the FIN had come before the reset
        reset = isinstance(error, ConnectionResetError | BrokenPipeError)
        told = ConnectionResetError(errno.ECONNRESET, "") if reset else error
        if self.deaf:
            note = "reset_when_deaf" if reset else "error_when_deaf"
        else:
            note = "reset_after_fin" if reset else "error_after_fin"
        self.traced.tell(note, repr(describe(error).errno), told)
        self._broke(told)

    def send_one(self, item: Outgoing) -> int:
        ticket = item.op.ticket if item.op is not None else None
        if item.rows:
            self._runner.log(item.rows, ticket)
            item.rows = ()
        count = self.traced.send(item.data, ticket)
        self.bytes_out += count
        self.sends += 1
        return count

    def sending_failed(self, error: Exception) -> None:
        """A message that is too long fails alone; after our own FIN the peer may go on sending."""
        code = error.errno if isinstance(error, OSError) else None
        if code == errno.EMSGSIZE and self.traced.type != socket.SOCK_STREAM:
            self.traced.sample()
        elif code == errno.EPIPE and self.finished and not self.peer_finished:
            self.traced.sample()
            self.drop_unsent(error)
        elif not self.peer_finished and (
            self.traced.type != socket.SOCK_STREAM or self.traced.quick()[1]
        ):
            self._read_the_rest(error)
        else:
            self._broke(error)

    def _read_the_rest(self, error: Exception) -> None:
        """Nothing can be sent any more, but what the peer sent before is still to be read."""
        self.traced.sample()
        self.errno = describe(error).errno
        self._sending_error = error
        self.silence()
        self.drop_unsent(error)
        self.refresh()

    def _broke(self, error: Exception) -> None:
        """An error ended the stream: a listener closes it, a client's is left to the user."""
        self.traced.sample(last=True)
        self.errno = describe(error).errno
        if isinstance(error, ConnectionResetError | BrokenPipeError):
            self.close_cause = (
                CloseCause.RESET if isinstance(error, ConnectionResetError) else self.close_cause
            )
            if self._layered:
                self._reset_opening(error)
        self.broken = True
        self.end_all(error)
        if self.on_peer_close is OnPeerClose.CLOSE:
            self.close(CloseCause.FAILED)
        else:
            self.refresh()
            self._owner.connection_lost(self)


def new_stream(
    owner: ConnectionOwner, traced: TracedSocket, cause: Cause | None
) -> StreamConnection:
    """The connection of a socket that was just made.

    Raises:
        Problem: its layers cannot be made; the socket is closed.
    """
    try:
        return StreamConnection(owner, traced)
    except Exception as error:
        with suppress(OSError):
            traced.close(cause)
        if isinstance(error, Problem):
            raise
        raise owner.context.fault(error, traced.id, cause) from error
