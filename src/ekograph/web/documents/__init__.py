"""Pages and files: printed ahead, made on demand, or of an older version."""
