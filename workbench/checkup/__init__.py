"""The check-up: how another program's WebSocket handles correct and broken frames and heads."""
