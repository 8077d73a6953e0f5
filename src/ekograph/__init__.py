"""Publishes a folder of Turtle as checked linked data."""

__version__ = "0.1.0"
