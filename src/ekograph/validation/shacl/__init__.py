"""SHACL validation by the fast engine or the reference engine."""
