"""`coo prove`: kills the real process at every named moment of a case, and shows the end."""
