"""Descriptions of the dataset for portals, harvesters and search engines."""
