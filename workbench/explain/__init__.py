"""What an event means, from evidence in the record."""
