"""Which Latin words may stand in a Chinese text, each kind with its reason."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_CALLS = (
    "socket bind listen accept connect send sendto sendmsg recv recvfrom recvmsg shutdown close "
    "setsockopt getsockopt settimeout getsockname getpeername getaddrinfo gethostname"
)
_STATES = (
    "LISTEN SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT1 FIN_WAIT2 CLOSE_WAIT CLOSING LAST_ACK "
    "TIME_WAIT CLOSE CLOSED OPEN BOUND CONNECTING FAILED SETTING UP"
)
_PROTOCOLS = (
    "SOCKS5 CONNECT TCP UDP Unix SEQPACKET seqpacket stream datagram ICMP ARP ACK SYNs? FIN RST EOF MTU rtt Nagle "
    "Keepalive Linger unix HTTP RFC WebSocket TLS Ping Pong FIN RSV[123]? UTF "
    "MASK PING PONG RSA WSS? Base64 TEXT BINARY CONTINUATION wrong"
)
_FORMATS = (
    "UTF GBK GB18030 Big5 Shift JIS Latin ASCII Unicode XOR CRC LRC Modbus CCITT sum8 CRLF LF NUL "
    "PEM DER PKCS JSON JUnit CSV TOML Python jsonl csv text hex swb python pytest schema scenario"
)


def _any(words: str) -> str:
    return rf"\b(?:{'|'.join(words.split())})\b"


ALLOWED: Final = {
    "fields of the kernel are looked up by their names": r"tcpi_\w+|net\.core\.somaxconn|user\.max_user_namespaces|somaxconn|ListenOverflows|ListenDrops|FIONREAD|SIOCOUTQ",
    "commands and their options are typed": r"--mode \w+|(?<![\w-])--?[a-z][a-z-]*|pip install \S+|python3 \S+|\bSCENARIO\b"
    r"|\b(?:run|lab(?!-)|export|check|xvfb-run|ssh -X|ulimit|TMPDIR|inet6?|all|NAME|VALUE)\b",
    "programs of a command line, schemes and what they lack here": r"\b(?:curl|nc|ncat|https?|wss?|shell|DTLS)\b(?:://)?",
    "values of --mode are typed": r"\b(?:kernel|gate|closed|bound)\b",
    "rules and tools of the system are typed": r"ct count over|reject with tcp reset|\bnft(?:ables)?\b|\bunshare(?: --?\w+)*",
    "the product's name": r"Socket Workbench|socket-workbench",
    "another product's name, and files": r"Packet Sender|\bmessages\.toml\b",
    "the two languages name themselves": r"\bEN\b|English",
    "addresses and paths are typed like this": r"@[\w-]+|(?:tcp|tls|wss?)://|(?:temp|abstract):\w*|localhost|\bhostname\b|(?<!\w)/[\w./-]+|ff\b"
    r"|::ffff|\bfe80\b|%eth\d|\b[0-9a-f]{2}(?: [0-9a-f]{2})*\b",
    "endpoints are named by the program, in commands and records too": r"\b(?:server|client|udp|lab|[a-z]+)-\d+(?:\.\d+)?|\blab-(?:server|client)\b",
    "constants and options are code": r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b",
    "errnos and exceptions are code": r"\b(?:WSA)?E[A-Z][A-Z0-9]{2,}\b|\b[A-Za-z]+Error\b|errno",
    "states are the kernel's words": _any(_STATES),
    "method names are code": _any(_CALLS),
    "backlog is the argument's name": r"\bbacklog\b",
    "protocols and their signs are called so in Chinese books": rf"\bSec-WebSocket-[A-Z]\w+|{_any(_PROTOCOLS)}|IPv[46]|\b(?:SHA-1|Base64|IANA|TEXT|BINARY)\b",
    "formats and encodings have no other names": _any(_FORMATS),
    "systems and libraries": _any("Linux macOS FreeBSD Windows Debian Ubuntu Qt PySide6"),
    "units": r"(?<![A-Za-z])(?:ms|us|µs|MiB|KiB|MB|GB)\b",
    "keys carry these words": r"\b(?:Ctrl|Shift|Alt|Enter|Esc|Tab|Delete|PgDn|PgUp|F\d+)\b",
    "code in a text stands in backquotes": r"`[^`]+`",
    "escapes and placeholders are typed like this": r"\\[a-z\\]\w*|\\x?HH+|\\uHHHH|\{?\{(?:counter|time|random:\d)\}\}?",
    "the filter's language is typed": r"-?\b(?:call|errno|size|endpoint|kind|error|failed|nothing):\S*|size[<>]\d+",
    "words of a scenario file and fields of its events are typed": r"\[\[?[\w.]+\]\]?|\b[a-z]+(?:_[a-z]+)+\b|\b(?:true|false|file|cause|within)\b|\"(?:all|none|fin|reset)\""
    r"|\bbufsize\b|connection = \"any\"|name = \"value\"",
    "keys and fields of messages are typed": r"\b(?:messages|ends|length|size|idle|add|at|max|wrap|le|reply|id|pieces|name|times|pause|must|until)\b"
    r"|\b(?:var7|ber)\b|\bu\d+(?:le)?\b|\"http\"",
    "keys and fields of WebSocket are typed": r"\b(?:layers|opcode|fin|rsv|mask|form|none|key|version|method|path|status|accept|choose|websocket|keylog|header|code|reason|keys\.log|env|do|then|ping|pong)\b"
    r"|permessage-deflate|Bearer abc|\b37fa213d\b|\b(?:Sec-WebSocket-[A-Z]\w+|Upgrade|Connection|Host|Origin|Cookie|Authorization|Basic|Close|GET)\b",
    "keys and fields of TLS are typed": r"\b(?:cert|ca|sni|alpn|ciphers|verify|minimum|maximum|keylog|resume|tls)\b"
    r"|\b(?:handshake|certificate|required|optional|finished|hello|serverAuth|clientAuth|CN|https|CVE)\b"
    r"|-----BEGIN[A-Z ]*-*|\b(?:DEFAULT|SECLEVEL|ECDHE|AESGCM|openssl)\b"
    r"|\b(?:ALPN|SNI|OpenSSL|PEM|STARTTLS|SAN|DER)\b|\"http/1\.1\"|\"[a-z]+\.test\"|\"test:[a-z-]+\"|(?<![\w-])test:(?:[a-z-]+|(?= ))",
    "code stands in backticks": r"`[^`]*`",
    "gaps of argparse": r"%\(\w+\)[rs]",
    "what Python itself says": r"timed out",
    "what came back, as short as a number": r"^ok$|→ ok\b",
    "a key of the filter is typed": r"\btext:…",
    "the file has this name": r"\bhosts\b",
    "names of files": r"\*\.\w+",
    "time zones": r"\bUTC\b",
}


@cache  # a window shows the same texts in all its states
def untranslated(text: str, also: str = "") -> tuple[str, ...]:
    """Latin words of a Chinese text that no reason allows; `also`: what this text may hold."""
    rest = re.sub(also, " ", text) if also else text
    rest = rest.replace("&", "")
    for allowed in ALLOWED.values():
        rest = re.sub(allowed, " ", rest)
    return tuple(re.findall(r"[A-Za-z]{2,}", rest))


@cache
def gapped(text: str) -> tuple[str, ...]:
    """What stands before a space behind Chinese punctuation, which has room of its own; several
    spaces are between the parts of a line.
    """
    return tuple(re.findall(".[，。；：？！、](?= (?! ))", text))


@cache
def chinese(text: str) -> tuple[str, ...]:
    """Chinese of an English text, but for what is sent and the language's own name."""
    rest = re.sub("连接已创建|hello, 服务器|服务器|中文", "", text)
    return tuple(re.findall("[\u4e00-\u9fff]+", rest))


# What has one name in every text: patterns of the other names.
OTHER_NAMES: Final = {
    "en": {
        "server": r"\b[Dd]aemon",
        "listener": r"[Ss]erver('s)? socket|[Ll]istening server",
        "peer": r"[Cc]lient('s)? IP|[Rr]emote",
        "Abort (RST)": r"\bKill|^Reset\b|[Ff]orce[ds]? close",
        "Half-close (SHUT_WR)": r"[Dd]isconnect",
        "Close / Remove": r"(?<!-)[Cc]lose (for )?both|[Dd]elete (the |this )?tab",
        "Connect 6 clients": r"\b[Bb]urst",
        "waits for ever": r"[Ff]orever|[Ii]nfinit|[Uu]nlimited|[Ii]ndefinite",
        "chosen by the kernel": r"(port|address)[^.]*\b(auto|automatic(ally)?|random(ly)?)\b",
        "reply": r"[Rr]esponder|[Aa]uto-?reply",
        "call by call": r"[Ss]tep mode|[Ss]tep by step|[Ss]ingle.step",
        "accept queue": r"([Ll]isten|[Pp]ending|[Cc]onnection|[Bb]acklog) queue",
        "unread; unsent": r"\b[Ll]ag\b|[Bb]uffered bytes",
        "end of stream (peer finished sending)": r"^(?!.*(finished|end of stream)).*\bEOF\b",
        "conversation; record": r"\b[Ss]ession|[Tt]ranscript",
        "scenario": r"by script|[Tt]est script|[Mm]acro",
        "mark": r"[Bb]ookmark|[Aa]nnotat",
        "lab": r"[Ee]xperiment",
        "Newest": r"^&?[Ff]ollow\b|\band follow\b|[Aa]uto-?scroll|\b[Tt]ail\b",
        "events lost; dropped by the kernel": r"^(?!.*([Kk]ernel|listener|firewall|SYN|connections)).*[Dd]ropped",
        "held; failed": r"\b(steps?|runs?|cases?|scenarios?) passed",
        "reset (RST)": r"\btorn down|RST packet",
        "group (multicast)": r"\bmcast",
        "answer": r"\b[Rr]espon(ds|ded)\b",
        "opening request": r"[Uu]pgrade request",
        "Close frame; close code": r"[Cc]lose (message|packet)|closing code",
    },
    "zh_CN": {
        "服务端": r"(?<!域名)(?<!代理)(?<!hello, )服务器|伺服器",
        "监听套接字": r"服务端套接字|监听者|监听器|侦听|关闭监听(?!套接字)|监听已关闭",
        "对端": r"远端|远程|对方|客户端 ?IP",
        "强制中断 (RST)": r"强制关闭|强行|杀死|强制断开",
        "半关闭 (SHUT_WR)": r"断开|半断",
        "关闭连接 / 移除": r"按“关闭”|删除标签",
        "同时连接 6 个客户端": r"突发|并发连接|批量连接",
        "一直等待": r"永远|永久|无限|不限时",
        "由内核分配": r"自动分配|随机端口|自动选择端口",
        "自动应答": r"应答器|响应器|自动回复|自动响应",
        "逐个调用": r"单步|步进|逐步|“下一步”|^下一步$",
        "全连接队列": r"(?<!全)连接队列|接受队列|监听队列|等待队列",
        "未读; 未发出": r"滞后|未发送|未接收",
        "对端已发送完毕 (EOF)": r"^(?!.*发送完毕).*EOF",
        "收发内容; 记录": r"会话|对话(?!框)",
        "测试场景": r"(?<!测试)场景|用脚本|测试脚本",
        "标记": r"(?<!证)书签|标注|备注",
        "实验": r"实验室",
        "跟随最新": r"跟踪|自动滚动|最新的行|跳到最新",
        "事件丢失; 内核丢弃": r"^(?!.*(内核|监听套接字|防火墙|SYN|连接)).*(丢弃|丢掉)",
        "通过; 未通过": r"成立|(?<!，)符合预期",
        "复位 (RST)": r"重置",
        "组播": r"多播",
        "应答": r"回答|响应",
        "握手请求": r"(打开|开启)请求",
        "Close 帧; 关闭码": r"关闭帧|关闭代码",
    },
}


def other_names(key: str, text: str, language: str) -> list[str]:
    """Names of the table's things that are not the table's; code in backquotes is typed so."""
    text = re.sub(r"`[^`]+`", "`", text)
    return [
        f"{key}: {text!r} ({use})"
        for use, pattern in OTHER_NAMES[language].items()
        if re.search(pattern, text)
    ]
