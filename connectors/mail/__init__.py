"""Mail: reading whatever comes in, and writing into a maildir what was approved."""
