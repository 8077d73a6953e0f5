"""Connections of clients on which workers answer short queries by themselves."""
