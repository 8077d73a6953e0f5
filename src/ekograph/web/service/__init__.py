"""The snapshot in service, its engines, health and metrics."""
