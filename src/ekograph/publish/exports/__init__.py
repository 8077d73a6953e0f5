"""Files made of a publication: dumps, tables, a static site."""
