"""A language server for Turtle and SPARQL (Language Server Protocol 3.17), over standard input and output."""
