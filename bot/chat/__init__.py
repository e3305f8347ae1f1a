"""Chat with a person: what is posted, where it went, and what comes back. Adapters translate."""
