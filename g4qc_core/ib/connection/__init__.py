"""One connection to a gateway: the socket, the handshake, decoding, and answers matched to requests."""
