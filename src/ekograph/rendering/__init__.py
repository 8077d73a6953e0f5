"""Pages for people and RDF for machines, as pure functions of a dataset."""
