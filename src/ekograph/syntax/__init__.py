"""RDF written down: one module per syntax that needs more than a line; same quads, same bytes, on any machine."""
