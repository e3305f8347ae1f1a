"""What a business brings along when it begins with Coo."""
