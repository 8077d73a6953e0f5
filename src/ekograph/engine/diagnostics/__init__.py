"""What is wrong with a query, found in its text."""
