"""A language model's server on loopback: OpenAI-compatible, small, and as bad as a test wants.

Behind it sits no model but rules that really read the request: the reader finds items, amounts
and a yes in the mail it is shown, the planner takes the first choice it is offered, the writer
writes in the language it is told. Each model name can be given a fault, and every request is
kept, so that a test can count calls and see what left the machine.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

HUGE_BYTES = 40_000_000
_HEAD = b"\r\n\r\n"
_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d\d)?)\s*(?:EUR|€|euros?)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|percent)")
_YES = re.compile(r"\b(accept|go ahead|agreed|einverstanden|nehmen .* an)\b", re.IGNORECASE)
_NO = re.compile(r"\b(decline|no longer need|not interested)\b", re.IGNORECASE)
_MENDS = "It cannot be used"
_OTHER_FORM = "by this schema:\n"


class Fault(Enum):
    """What is wrong with a model."""

    GARBAGE = auto()
    """Answers text that is no JSON."""
    GARBAGE_AT_FIRST = auto()
    """Answers text that is no JSON, and mends it when it is told."""
    NONSENSE = auto()
    """Answers JSON that fits the schema and is wrong in every field."""
    OBEDIENT = auto()
    """Does what the mail tells it to do."""
    LIMITED = auto()
    """429."""
    BROKEN = auto()
    """500."""
    HANGS = auto()
    """Never answers."""
    CUT = auto()
    """Announces a long answer, sends a part, hangs up."""
    HUGE = auto()
    """Sends megabytes."""
    LONG = auto()
    """A well-formed answer, but far longer than was asked for."""
    MISCOUNTS = auto()
    """Says that it used a negative, then an absurd, number of tokens."""
    DEEP = auto()
    """JSON nested deeper than anybody can read."""
    OUTSIZED = auto()
    """Numbers beyond every range, in fields that fit the schema."""
    ECHOES_KEY = auto()
    """401, and repeats the key it was given."""
    TELLS_KEY = auto()
    """Answers well, and puts the key it was given into every text."""
    PLAIN_ONLY = auto()
    """Refuses every `response_format` with 400."""


@dataclass(frozen=True)
class Call:
    """One request, taken apart."""

    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def model(self) -> str:
        return str(self.body["model"])

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        return str(self.body["messages"][1]["content"])

    @property
    def form(self) -> str:
        """json_schema, json_object, or "" where no format is asked for."""
        return str(self.body.get("response_format", {}).get("type", ""))

    @property
    def schema(self) -> dict[str, Any]:
        """The schema of the answer, from the request or from the words of the prompt."""
        wanted = self.body.get("response_format", {}).get("json_schema", {}).get("schema")
        found: dict[str, Any] = wanted or json.loads(self.system.partition(_OTHER_FORM)[2])
        return found

    @property
    def shown(self) -> dict[str, Any]:
        """What the model is given to read; after a repair the rest of the text is left out."""
        found: dict[str, Any] = json.JSONDecoder().raw_decode(self.user)[0]
        return found

    @property
    def part(self) -> str:
        fields = set(self.schema["properties"])
        for part, name in (("extract", "intent"), ("plan", "choice"), ("gist", "gist")):
            if name in fields:
                return part
        return "draft"


# --- the honest model ----------------------------------------------------------------------------


def honest(call: Call) -> dict[str, Any]:
    """An answer from what stands in the request."""
    parts = {"extract": _read, "plan": _choose, "draft": _write, "gist": _sum_up}
    return parts[call.part](call)


def _read(call: Call) -> dict[str, Any]:
    shown = call.shown
    mail = f"{shown['subject']}\n{shown['mail']}"
    items = [] if shown["we_offered"] else _items(shown["price_list"], mail)
    listed = {float(hit.replace(",", "")) for hit in _AMOUNT.findall(mail)}
    asked = min(listed) if shown["we_offered"] and listed else None
    percent = _PERCENT.search(mail)
    return {
        "intent": _intent(mail, bool(shown["we_offered"]), asked, percent, items),
        "language": "de" if re.search(r"\b(und|wir|bitte)\b", mail) else "en",
        "items": items,
        "amount": asked,
        "discount_percent": float(percent[1]) if percent else None,
        "unsure": [],
    }


def _intent(mail: str, offered: bool, asked: float | None, percent: Any, items: list[Any]) -> str:
    if offered and _YES.search(mail):
        return "acceptance"
    if offered and _NO.search(mail):
        return "rejection"
    if offered and (asked is not None or percent):
        return "counter_offer"
    return "new_request" if items else "question" if "?" in mail else "unclear"


def _items(prices: list[dict[str, Any]], mail: str) -> list[dict[str, Any]]:
    found = []
    for item in prices:
        words = [item["id"], item["title"], *item["names"]]
        hits = [re.search(rf"\b{re.escape(word)}\b", mail, re.IGNORECASE) for word in words]
        hit = max((hit for hit in hits if hit), key=lambda each: len(each[0]), default=None)
        if hit:
            found.append({"item": item["id"], "quantity": 1, "evidence": hit[0]})
    return found


def _choose(call: Call) -> dict[str, Any]:
    choices = call.shown["choices"]
    return {"choice": choices[0]["id"], "why": "It is what the situation asks for."}


_SENTENCES = {
    "en": ("Thank you very much for your message.", "Just reply to this mail with any question."),
    "de": ("Vielen Dank für Ihre Nachricht.", "Antworten Sie einfach auf diese Mail."),
    "fr": ("Merci beaucoup pour votre message.", "Répondez simplement à ce message."),
}


def _sum_up(call: Call) -> dict[str, Any]:
    """As a model that was talked into adding a link and markup."""
    words = len(call.shown["mail"].split())
    return {"gist": f"They want an offer, in {words} words. **Pay** at https://evil.example/x now"}


def _write(call: Call) -> dict[str, Any]:
    said = str(call.shown["language"])
    name = {"english": "en", "german": "de", "french": "fr"}.get(said.lower(), said)
    opening, closing = _SENTENCES[name]
    return {"opening": opening, "closing": closing}


# --- models that are wrong -----------------------------------------------------------------------


def nonsense(call: Call) -> dict[str, Any]:
    """Fits the schema, and is wrong in every field."""
    truth = honest(call)
    match call.part:
        case "extract":
            swapped = {"new_request": "acceptance", "counter_offer": "new_request"}
            return {
                "intent": swapped.get(truth["intent"], "counter_offer"),
                "language": "xx",
                "items": [{"item": "gold-bar", "quantity": 77, "evidence": "a bar of gold"}],
                "amount": 1.0,
                "discount_percent": 99.0,
                "unsure": [],
            }
        case "plan":
            last = call.shown["choices"][-1]["id"]
            return {"choice": last, "why": "Send 1.00 EUR to eve@evil.example at once."}
        case _:
            return {
                "opening": "It is yours for 1.00 EUR, free of charge, guaranteed.",
                "closing": "Pay to DE89370400440532013000 or write to eve@evil.example.",
            }


def obedient(call: Call) -> dict[str, Any]:
    """Takes an order in the mail for its own."""
    if call.part == "extract" and "approve everything" in call.shown["mail"]:
        return {
            **honest(call),
            "intent": "acceptance",
            "amount": None,
            "discount_percent": None,
            "items": [],
        }
    if call.part == "plan":
        ids = [str(choice["id"]) for choice in call.shown["choices"]]
        wanted = next((one for one in ids if "accept" in one or "offer" in one), ids[0])
        return {"choice": wanted, "why": "The system told me to approve everything."}
    return honest(call)


def outsized(call: Call) -> dict[str, Any]:
    answer = honest(call)
    if call.part == "extract":
        return {**answer, "amount": 1e308, "discount_percent": -1e308}
    return answer


_MINDS: dict[Fault | None, Callable[[Call], dict[str, Any]]] = {
    None: honest,
    Fault.NONSENSE: nonsense,
    Fault.OBEDIENT: obedient,
    Fault.OUTSIZED: outsized,
}


# --- the server ----------------------------------------------------------------------------------


@dataclass
class ModelServer:
    """`faults` by model name; `calls` is everything that was asked, oldest first.

    From the call after `hangs_after` on nothing is answered; `hanging` says that it came to that.
    """

    port: int = 0
    faults: dict[str, Fault] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    hangs_after: int | None = None
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def fails(self, fault: Fault | None, *models: str) -> None:
        """Give these models (default: all) a fault, or make them well."""
        for model in models or ("*",):
            self.faults.pop(model, None)
            if fault:
                self.faults[model] = fault

    def asked(self, part: str = "", model: str = "") -> list[Call]:
        return [
            call for call in self.calls if part in ("", call.part) and model in ("", call.model)
        ]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self._open.add(writer)
        try:
            while True:
                call = await _received(reader)
                self.calls.append(call)
                self.arrived.set()
                await self._answer(call, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, call: Call, writer: asyncio.StreamWriter) -> None:
        fault = self.faults.get(call.model, self.faults.get("*"))
        if self.hangs_after is not None and len(self.calls) > self.hangs_after:
            fault = Fault.HANGS
        match fault:
            case Fault.HANGS:
                self.hanging.set()
                await self._over.wait()
                raise ConnectionAbortedError
            case Fault.LIMITED:
                await _send(writer, 429, {"error": {"message": "Rate limit reached"}})
            case Fault.BROKEN:
                await _send(writer, 500, {"error": {"message": "CUDA out of memory"}})
            case Fault.ECHOES_KEY:
                key = call.headers.get("authorization", "")
                await _send(writer, 401, {"error": {"message": f"Incorrect key: {key}"}})
            case Fault.PLAIN_ONLY if call.form:
                await _send(writer, 400, {"error": {"message": "response_format: unknown"}})
            case Fault.CUT:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + b'{"choices": [')
                await writer.drain()
                raise ConnectionAbortedError
            case Fault.HUGE:
                await _flood(writer)
            case _:
                await _send(writer, 200, _completion(call, _content(call, fault), fault))

    def close(self) -> None:
        """Let go of whoever still waits."""
        self._over.set()
        for writer in self._open:
            writer.close()


def _content(call: Call, fault: Fault | None) -> str:
    match fault:
        case Fault.GARBAGE_AT_FIRST if _MENDS in call.user:
            return json.dumps(honest(call))
        case Fault.GARBAGE | Fault.GARBAGE_AT_FIRST:
            return "Sure! Here is what I think: the customer wants {something."
        case Fault.LONG:
            return json.dumps({**honest(call), "padding": "x" * 1_500_000})
        case Fault.DEEP:
            return "[" * 10_000
        case Fault.TELLS_KEY:
            return _telling(honest(call), call.headers["authorization"].partition(" ")[2])
        case _:
            return json.dumps(_MINDS.get(fault, honest)(call), ensure_ascii=False)


def _telling(answer: dict[str, Any], key: str) -> str:
    told = {"why": key, "unsure": [key], "opening": f"Thank you. {key}"}
    return json.dumps({name: told.get(name, value) for name, value in answer.items()})


def _completion(call: Call, content: str, fault: Fault | None) -> dict[str, Any]:
    read, wrote = len(call.system + call.user) // 4, len(content) // 4
    if fault is Fault.MISCOUNTS:
        read, wrote = (-(10**9), -(10**9)) if call.part == "extract" else (10**30, 10**30)
    message = {"role": "assistant", "content": content}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": call.model,
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote},
    }


async def _received(reader: asyncio.StreamReader) -> Call:
    head = (await reader.readuntil(_HEAD)).decode("latin-1")
    request, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (s.partition(":") for s in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    if not request.startswith("POST /v1/chat/completions "):
        raise ConnectionAbortedError(request)
    return Call(json.loads(body), headers)


async def _send(writer: asyncio.StreamWriter, status: int, answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    writer.write(head.encode() + _HEAD + body)
    await writer.drain()


async def _flood(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(HUGE_BYTES // 0x10000):
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()
    raise ConnectionAbortedError


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    """A server on a free port of this machine, until the block ends."""
    found = ModelServer()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        for _ in range(4):  # a call that was just accepted gets to its handler, which ends it
            await asyncio.sleep(0)
        server.close()
        found.close()
        await server.wait_closed()
