"""The WebSocket layer (RFC 6455) with permessage-deflate (RFC 7692): no socket, no clock."""
