"""SPARQL: one contract, two engines."""
