"""Routes that need a framework: search, CKAN, OAI-PMH, OpenAPI."""
