"""The check-up: how another program's WebSocket takes correct and broken frames and heads."""
