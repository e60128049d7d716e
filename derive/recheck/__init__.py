"""A second, standalone checker of certificates: the standard library only, and nothing else of derive."""
