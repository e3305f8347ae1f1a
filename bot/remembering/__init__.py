"""What a person wants remembered: read from ordinary sentences, told with its sources."""
