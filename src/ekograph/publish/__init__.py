"""The press: from checked sources to an immutable snapshot."""
