"""New records, written into the Turtle files of a site."""
