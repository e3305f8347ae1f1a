"""Slack: one adapter of the chat port. It translates, and adds no rule of its own."""
