"""Payments: bank statements and payment files, read into facts."""
