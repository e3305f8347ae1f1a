"""How fast and how large the ledger is. Run `python -m benchmarks.ledger`."""
