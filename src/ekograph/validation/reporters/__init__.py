"""A report as text, JSON, SARIF or annotations."""
