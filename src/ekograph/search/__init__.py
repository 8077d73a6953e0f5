"""Search over the names of things: an index in one SQLite file, written at publication and queried when asked."""
