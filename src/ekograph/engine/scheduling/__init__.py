"""Which query may run, for how long, and at what priority."""
