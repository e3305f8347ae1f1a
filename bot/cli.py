"""The door of `coo`: whatever happens behind it, a person reads words and never a traceback."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""What shells expect of a program that Ctrl-C ended: 128 + SIGINT."""


def main() -> None:
    """The entry point. What it imports takes a moment, and Ctrl-C may come in that moment."""
    try:
        from bot.settings import one_thread  # noqa: PLC0415  # see above

        one_thread()
        from bot.command_line.door import entered  # noqa: PLC0415  # see above

        code = entered()
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


if __name__ == "__main__":
    main()
