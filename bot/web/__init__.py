"""The web server: health, and the doors at which chats deliver."""
