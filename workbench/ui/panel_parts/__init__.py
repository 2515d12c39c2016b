"""What panels are made of; server and client share every part."""
