"""Bytes as text and text as bytes, for what is sent and received. No sockets, no Qt."""
