"""Connections handed to a worker that answers their next queries itself."""
