"""HTTP/1.1: connections, negotiation, responses, problems."""
