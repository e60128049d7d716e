"""Certificates: what a verdict rests on, as JSON that the standalone checker in ``derive/recheck`` reads."""

from derive.certificate.certify import certify

__all__ = ["certify"]
