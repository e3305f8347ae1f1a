"""Expenses: read from words and receipts, asked about, found on the account."""
