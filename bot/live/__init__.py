"""Watching and going live: what is asked again, and the first real mail."""
