"""All wording that people read, by theme; used as `texts.NAME`, so each name is there once.

A `Trouble` always says what to do about it; a test checks.
"""

from bot.texts.attention import *  # noqa: F403  # see above
from bot.texts.audit import *  # noqa: F403  # see above
from bot.texts.billing import *  # noqa: F403  # see above
from bot.texts.books import *  # noqa: F403  # see above
from bot.texts.bringing import *  # noqa: F403  # see above
from bot.texts.cards import *  # noqa: F403  # see above
from bot.texts.command_line import *  # noqa: F403  # see above
from bot.texts.commands import *  # noqa: F403  # see above
from bot.texts.confirming import *  # noqa: F403  # see above
from bot.texts.copies import *  # noqa: F403  # see above
from bot.texts.digest import *  # noqa: F403  # see above
from bot.texts.doctor import *  # noqa: F403  # see above
from bot.texts.documents import *  # noqa: F403  # see above
from bot.texts.erasure import *  # noqa: F403  # see above
from bot.texts.going_live import *  # noqa: F403  # see above
from bot.texts.manners import *  # noqa: F403  # see above
from bot.texts.memory import *  # noqa: F403  # see above
from bot.texts.notices import *  # noqa: F403  # see above
from bot.texts.pairing import *  # noqa: F403  # see above
from bot.texts.parts import *  # noqa: F403  # see above
from bot.texts.past import *  # noqa: F403  # see above
from bot.texts.pictures import *  # noqa: F403  # see above
from bot.texts.posts import *  # noqa: F403  # see above
from bot.texts.promises import *  # noqa: F403  # see above
from bot.texts.prove import *  # noqa: F403  # see above
from bot.texts.remembering import *  # noqa: F403  # see above
from bot.texts.scenario import *  # noqa: F403  # see above
from bot.texts.setup import *  # noqa: F403  # see above
from bot.texts.slack import *  # noqa: F403  # see above
from bot.texts.talking import *  # noqa: F403  # see above
from bot.texts.telegram import *  # noqa: F403  # see above
from bot.texts.trouble import Trouble as Trouble
from bot.texts.web import *  # noqa: F403  # see above
