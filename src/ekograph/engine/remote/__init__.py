"""Another SPARQL store as the engine."""
