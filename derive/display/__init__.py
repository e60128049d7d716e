"""Claims and their proofs laid out for people to read: text, claim files, pages."""
