"""Turtle 1.2 as text: tokens, one lossless tree with offsets, its triples, its faults, its layout. Knows no files."""
