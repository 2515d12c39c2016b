"""What bytes mean and what is answered; no sockets, no clock."""
