"""The simulated gateway's side of the wire protocol: frames, requests, replies, and one client's session."""
