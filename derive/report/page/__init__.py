"""The report to look at: one page that needs no network, and no script to be read."""

from __future__ import annotations

from derive.report.page.article import article, derivations
from derive.report.page.graph import related, users
from derive.report.page.page import Told, page

__all__ = ["Told", "article", "derivations", "page", "related", "users"]
