"""Datasets, their canonical form, formats and namespaces."""
