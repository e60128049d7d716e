"""Searching tactics: untrusted proposals that the kernel verifies before it uses them."""
