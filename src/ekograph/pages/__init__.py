"""What is read: pages for people and RDF for machines, as pure functions of the dataset."""
