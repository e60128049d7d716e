"""derive: continuous integration for mathematics that people wrote by hand."""

__version__ = "0.1.0"
