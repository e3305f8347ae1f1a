"""Payments: bank statements and payment files, read into facts."""

from connectors.payments.detect import payment_kind, read_payments

__all__ = ["payment_kind", "read_payments"]
