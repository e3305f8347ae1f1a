"""Commitments: a subscriber that records who promised what, what became of it, and what is due."""
