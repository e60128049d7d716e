"""Verdicts as certificates: data that ``derive/recheck`` checks without this program."""
