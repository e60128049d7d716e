"""The hash function BLAKE2b."""

try:
    from _blake2 import blake2b  # ``hashlib`` is the same, but loads OpenSSL first
except ImportError:
    from hashlib import blake2b

__all__ = ["blake2b"]
