"""Promises as people see them: the list, what is due, and the words for both."""
