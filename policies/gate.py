"""The gate: what the rules see of a proposed command, and what they say."""

from __future__ import annotations
