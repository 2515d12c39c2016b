"""What the window shows, as plain data, and the policies behind it. No Qt."""
