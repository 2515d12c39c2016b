"""The check-up: how another program's WebSocket takes frames and heads, right ones and broken."""
