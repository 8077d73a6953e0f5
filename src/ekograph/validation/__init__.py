"""From source files to findings, each at its place."""
