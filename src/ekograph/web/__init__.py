"""The counter: hands out over HTTP what the press has printed."""
