"""Search over the names of a site's things: an index in one SQLite file, made at publication and read when asked."""
