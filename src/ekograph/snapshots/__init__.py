"""The folder of a published snapshot, and the repository of all of them."""
