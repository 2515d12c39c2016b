"""What bytes mean and what is answered: layers, responders, framing. No sockets, no clock."""
