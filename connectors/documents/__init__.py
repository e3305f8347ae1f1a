"""Reads files that strangers sent: bounded, and in a process of its own that may die of them."""
