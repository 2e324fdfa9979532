"""Postflight tells a team whether a deployment succeeded."""

__version__ = "0.1.0"
