"""What a business brings along: its address book, its open invoices, the tone of its own mails."""
