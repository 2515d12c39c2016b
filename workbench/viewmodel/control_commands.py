"""THE table of controls that act on a socket: objectName → the command classes it may perform.

Panels perform through `check`, so a control cannot act outside this table; a test walks the
window and the table both ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workbench.engine.model import commands as c

Commands = tuple[type[c.Command], ...]

_GATE: Final[Commands] = (c.Pause, c.Resume)
_SET_UP: Final[Commands] = (c.Configure,)

BINDINGS: Final[Mapping[str, Commands]] = {
    "server.family": _SET_UP,
    "server.type": _SET_UP,
    "server.host": _SET_UP,
    "server.port": _SET_UP,
    "server.backlog": (c.Configure, c.Listen),
    "server.timeout": _SET_UP,
    "server.responder": _SET_UP,
    "server.greeting": _SET_UP,
    "server.encoding": _SET_UP,
    "server.rules_match": _SET_UP,
    "server.rules_value": _SET_UP,
    "server.rules_reply": _SET_UP,
    "server.rules_encoding": _SET_UP,
    "server.rules_delay": _SET_UP,
    "server.rules_then": _SET_UP,
    "server.rules_add": _SET_UP,
    "server.rules_remove": _SET_UP,
    "server.rules_up": _SET_UP,
    "server.rules_down": _SET_UP,
    "server.on_peer_close": _SET_UP,
    "server.accept_gate": _GATE,
    "server.accept_one": (c.Step,),
    "server.receive_gate": _GATE,
    "server.receive_one": (c.Step,),
    "server.send_gate": _GATE,
    "server.send_one": (c.Step,),
    "server.recvfrom_once": (c.Recv,),
    "server.pace": (c.SetPace, c.Configure),
    "server.next_call": (c.Step, c.Recv),
    "server.options": _SET_UP,
    "server.messages": _SET_UP,
    "server.messages_value": _SET_UP,
    "server.option_set": (c.Configure, c.SetOption),
    "server.listen": (c.Configure, c.Start, c.Listen),
    "server.stop": (c.Stop,),
    "server.send": (c.Send,),
    "server.half_close": (c.Shutdown,),
    "server.abort": (c.Abort,),
    "server.close": (c.Close,),
    "client.family": _SET_UP,
    "client.type": _SET_UP,
    "client.host": _SET_UP,
    "client.port": _SET_UP,
    "client.timeout": _SET_UP,
    "client.bufsize": _SET_UP,
    "client.count": _SET_UP,
    "client.connect": (c.Configure, c.Start, c.Connect),
    "client.send": (c.Send, c.Cancel),
    "client.receive_gate": _GATE,
    "client.receive_one": (c.Step,),
    "client.send_gate": _GATE,
    "client.send_one": (c.Step,),
    "client.recvfrom_once": (c.Recv,),
    "client.other_way": (c.Start, c.Call),
    "client.pace": (c.SetPace, c.Configure),
    "client.next_call": (c.Step, c.Recv),
    "client.options": _SET_UP,
    "client.option_set": (c.Configure, c.SetOption),
    "client.local": _SET_UP,
    "client.messages": _SET_UP,
    "client.messages_value": _SET_UP,
    "client.again_times": _SET_UP,
    "client.again_after": _SET_UP,
    "client.again_most": _SET_UP,
    "client.half_close": (c.Shutdown,),
    "client.abort": (c.Abort,),
    "client.close": (c.Close, c.Stop),
    "window.stop_all": (c.Stop,),
    "window.mark_text": (c.Mark,),
}

VIEW_ONLY: Final[frozenset[str]] = frozenset(
    {
        "server.state",
        "server.connections",
        "server.queue",
        "server.message",
        "server.target",
        "server.payload",
        "server.why",
        "server.way_out",
        "server.calls",
        "server.more",
        "server.chips",
        "server.option_value",
        "server.other_way",
        "server.conversation",
        "server.show_as",
        "server.save_talk",
        "server.talk",
        "server.reply",
        "server.why_row",
        "server.rules",
        "server.rules_open",
        "server.rules_trouble",
        "client.save_talk",
        "client.talk",
        "client.scope",
        "client.state",
        "client.message",
        "client.conversation",
        "client.payload",
        "client.encoding",
        "client.escapes",
        "client.append",
        "client.checksum_order",
        "client.checksum_from",
        "client.checksum_to",
        "client.file_path",
        "client.file_browse",
        "client.file_size",
        "client.save_name",
        "client.save_message",
        "client.save_cancel",
        "client.payload_trouble",
        "client.use_encoding",
        "client.placeholders",
        "client.repeat",
        "client.interval",
        "client.saved",
        "client.form",
        "client.show_as",
        "client.why",
        "client.way_out",
        "client.calls",
        "client.connections",
        "client.more",
        "client.chips",
        "client.option_value",
        "client.preview",
    }
)
"""Controls that show, or that only prepare what another control then does."""


def check(control: str, command: c.Command) -> c.Command:
    """The command, if the table lets this control perform it.

    Raises:
        TypeError: the control is not bound to that class.
    """
    if not isinstance(command, BINDINGS.get(control, ())):
        raise TypeError(f"{control} is not bound to {type(command).__name__}")
    return command
