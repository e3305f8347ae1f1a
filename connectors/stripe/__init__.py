"""Stripe: what it delivers by webhook, read into facts; its fees and payouts, fetched."""
