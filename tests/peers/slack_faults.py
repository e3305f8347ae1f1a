"""What goes wrong with calls of the Web API, and the record of the calls."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from slack_workspace import Json


@dataclass
class Call:
    """One call of a method: what was asked, when, and what was answered."""

    method: str
    args: Json
    at: float = field(default_factory=time.monotonic)
    answer: Json | None = None
    """None: the caller got none (limited, cut, lost)."""
    executed: bool = False

    @property
    def error(self) -> str:
        return str((self.answer or {}).get("error", ""))


@dataclass
class Fault:
    """Something that goes wrong with the next calls of a method ("*": of any)."""

    method: str
    kind: str
    times: int = 1
    retry_after: int = 1
    error: str = ""
    wait: Callable[[], Awaitable[object]] | None = None
    matching: Callable[[Json], bool] = lambda _args: True


class Faults:
    """What a test lets go wrong. Faults are used up in the order they were given."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.pace = 0.0
        """Seconds between two posts in one conversation; sooner ones are limited."""

    def limit(self, method: str, *, retry_after: int = 1, times: int = 1) -> None:
        """429 with Retry-After."""
        self.waiting.append(Fault(method, "limit", times, retry_after=retry_after))

    def fail(self, method: str, *, times: int = 1) -> None:
        """500, and nothing was done."""
        self.waiting.append(Fault(method, "fail", times))

    def lose(
        self, method: str, *, times: int = 1, matching: Callable[[Json], bool] = lambda _: True
    ) -> None:
        """The call is carried out, and the connection cut before the answer."""
        self.waiting.append(Fault(method, "lose", times, matching=matching))

    def cut(self, method: str, *, times: int = 1) -> None:
        """The connection is cut, and nothing was done."""
        self.waiting.append(Fault(method, "cut", times))

    def slow(self, method: str, wait: Callable[[], Awaitable[object]], *, times: int = 1) -> None:
        """The call is carried out, and its answer waits for `wait`."""
        self.waiting.append(Fault(method, "slow", times, wait=wait))

    def refuse(self, method: str, error: str, *, times: int = 1) -> None:
        """`ok: false` with an error of the test's choice."""
        self.waiting.append(Fault(method, "refuse", times, error=error))

    def next(self, method: str, args: Json) -> Fault | None:
        for fault in self.waiting:
            if fault.method in {method, "*"} and fault.matching(args):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None
