"""The books as people see them: a month in chat, the same as files for an accountant, expenses."""
