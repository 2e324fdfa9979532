"""A simulated HomeVerse: its database and its metric files, before and after a deployment. What `postflight demo` measures."""

from .story import Story, simulate

__all__ = ["Story", "simulate"]
