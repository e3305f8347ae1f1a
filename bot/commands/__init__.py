from bot.commands.run import Commands
from bot.commands.session import Session
from bot.commands.words import parse

__all__ = ["Commands", "Session", "parse"]
