"""Orders and positions of an account: what is kept, sent, heard, compared with the broker, and stopped."""
