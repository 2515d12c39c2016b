"""The TLS layer: settings become an ssl context, handshake messages become rows."""
