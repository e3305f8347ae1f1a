from __future__ import annotations

import asyncio
import gc
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
import respx

from connectors.endpoint import ModelFailed
from connectors.model import Completion, OpenAIModel, Prompt
from connectors.model_http import MOST_BYTES, model_client

KEY = "sk-very-secret-0123456789"
PROMPT = Prompt(
    model="gpt-5-mini",
    system="Read the mail.",
    user="Hello",
    schema_name="slots",
    schema={"type": "object", "properties": {"intent": {"type": "string"}}},
    max_tokens=50,
    timeout=5.0,
)
URL = "http://127.0.0.1:9/v1"


def answer(text: str | None = '{"intent":"lead"}', **choice: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, **choice.pop("message", {})}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-5-mini",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message, **choice}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 7, "total_tokens": 19},
    }


async def failed(model: OpenAIModel, prompt: Prompt = PROMPT) -> ModelFailed:
    """The error of a call that must not succeed; the key stands nowhere in its story."""
    with pytest.raises(ModelFailed) as caught:
        await model.complete(prompt)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert KEY not in told
    return caught.value


# --- what is sent, and how each answer is read (no socket) --------------------------------------


@pytest.fixture
def wire() -> respx.Router:
    return respx.Router(assert_all_called=False)


@pytest.fixture
async def model(wire: respx.Router) -> AsyncIterator[OpenAIModel]:
    client = model_client(httpx.MockTransport(wire.async_handler))
    model = OpenAIModel(base_url=URL, api_key=KEY, client=client)
    yield model
    await model.close()


async def test_a_call_asks_for_strict_json_and_says_what_it_took(
    wire: respx.Router, model: OpenAIModel
) -> None:
    route = wire.post(f"{URL}/chat/completions").respond(json=answer())
    completion = await model.complete(PROMPT)
    assert completion.text == '{"intent":"lead"}'
    assert (completion.prompt_tokens, completion.answer_tokens) == (12, 7)
    sent = msgspec.json.decode(route.calls.last.request.content)
    assert sent["response_format"]["json_schema"]["strict"] is True
    assert sent["response_format"]["json_schema"]["schema"] == PROMPT.schema
    assert sent["max_tokens"] == 50
    assert sent["messages"][0] == {"role": "system", "content": "Read the mail."}


async def test_openai_itself_is_spoken_to_in_its_own_words(wire: respx.Router) -> None:
    base = "https://api.openai.com/v1"
    route = wire.post(f"{base}/chat/completions").respond(json=answer())
    client = model_client(httpx.MockTransport(wire.async_handler))
    await OpenAIModel(base_url=base, api_key=KEY, client=client).complete(PROMPT)
    sent = msgspec.json.decode(route.calls.last.request.content)
    assert sent["max_completion_tokens"] == 50
    assert "max_tokens" not in sent
    assert "temperature" not in sent


async def test_a_server_that_refuses_schemas_is_asked_in_plain_words_and_only_once(
    wire: respx.Router, model: OpenAIModel
) -> None:
    refusal = httpx.Response(400, json={"error": {"message": "response_format not supported"}})
    replies = [refusal, refusal, httpx.Response(200, json=answer())]
    route = wire.post(f"{URL}/chat/completions").mock(side_effect=replies)
    assert (await model.complete(PROMPT)).text == '{"intent":"lead"}'
    forms = [msgspec.json.decode(call.request.content) for call in route.calls]
    kinds = [form.get("response_format", {}).get("type") for form in forms]
    assert kinds == ["json_schema", "json_object", None]
    assert '"intent"' in forms[2]["messages"][0]["content"]
    route.mock(side_effect=[httpx.Response(200, json=answer())])
    await model.complete(PROMPT)
    assert "response_format" not in msgspec.json.decode(route.calls.last.request.content)


async def test_a_request_no_form_of_which_is_understood_ends(
    wire: respx.Router, model: OpenAIModel
) -> None:
    route = wire.post(f"{URL}/chat/completions").respond(400, json={"error": "too long"})
    error = await failed(model)
    assert error.reason == "error"
    assert "400" in error.cause
    assert "too long" in error.cause
    assert route.call_count == 3


async def test_a_markdown_fence_around_the_answer_is_taken_off(
    wire: respx.Router, model: OpenAIModel
) -> None:
    wire.post(f"{URL}/chat/completions").respond(json=answer('```json\n{"intent":"x"}\n```'))
    assert (await model.complete(PROMPT)).text == '{"intent":"x"}'


@pytest.mark.parametrize(
    ("status", "reason"), [(429, "ratelimit"), (500, "error"), (503, "error"), (401, "error")]
)
async def test_an_error_of_the_server_is_named_and_never_tried_again_by_itself(
    wire: respx.Router, model: OpenAIModel, status: int, reason: str
) -> None:
    route = wire.post(f"{URL}/chat/completions").respond(status, json={"error": {"message": "no"}})
    error = await failed(model)
    assert error.reason == reason
    assert str(status) in error.cause
    assert route.call_count == 1


async def test_a_server_that_repeats_the_key_does_not_get_it_into_the_error(
    wire: respx.Router, model: OpenAIModel
) -> None:
    echo = f"Incorrect API key provided: {KEY}; header was Bearer {KEY}"
    wire.post(f"{URL}/chat/completions").respond(401, json={"error": {"message": echo}})
    error = await failed(model)
    assert "Incorrect API key" in error.cause


async def test_a_redirect_is_not_followed_since_the_key_would_go_along(
    wire: respx.Router, model: OpenAIModel
) -> None:
    wire.post(f"{URL}/chat/completions").respond(
        307, headers={"Location": "http://elsewhere.example/v1/chat/completions"}
    )
    elsewhere = wire.post("http://elsewhere.example/v1/chat/completions").respond(json=answer())
    assert (await failed(model)).reason == "error"
    assert not elsewhere.called


@pytest.mark.parametrize(
    ("body", "reason", "cause"),
    [
        (answer(None, message={"refusal": "I cannot"}), "refused", "refused"),
        (answer("", finish_reason="content_filter"), "refused", "refused"),
        (answer('{"inte', finish_reason="length"), "error", "Cut off after 50 tokens"),
        ({**answer(), "choices": []}, "error", "nothing"),
    ],
)
async def test_an_answer_that_is_none_says_why_and_what_it_cost(
    wire: respx.Router, model: OpenAIModel, body: dict[str, Any], reason: str, cause: str
) -> None:
    wire.post(f"{URL}/chat/completions").respond(json=body)
    error = await failed(model)
    assert error.reason == reason
    assert cause in error.cause
    assert (error.prompt_tokens, error.answer_tokens) == (12, 7)


async def test_a_server_that_counts_no_tokens_is_counted_upwards(
    wire: respx.Router, model: OpenAIModel
) -> None:
    body = {key: value for key, value in answer().items() if key != "usage"}
    wire.post(f"{URL}/chat/completions").respond(json=body)
    completion = await model.complete(PROMPT)
    assert completion.prompt_tokens >= len("Read the mail.Hello") // 2
    assert completion.answer_tokens >= len('{"intent":"lead"}') // 2


@pytest.mark.parametrize(
    "body", [b"", b"<html>hi</html>", b"[]", b'{"choices": "no"}', b"\xff\xfe"]
)
async def test_garbage_is_an_error_not_an_answer(
    wire: respx.Router, model: OpenAIModel, body: bytes
) -> None:
    wire.post(f"{URL}/chat/completions").respond(content=body)
    error = await failed(model)
    assert error.reason == "error"
    assert "not what a model sends" in error.cause


# --- the same over a real socket ----------------------------------------------------------------

Serve = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def request_of(reader: asyncio.StreamReader) -> None:
    """Read one request to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
    await reader.readexactly(length)


async def accepted() -> None:
    """Let a connection that was accepted a moment ago get to whoever serves it.

    asyncio needs rounds of its own for the transport, for the handler and for that to begin.
    Where the server is closed before, nobody owns the socket: it is found open in a later test.
    """
    for _ in range(4):
        await asyncio.sleep(0)


@asynccontextmanager
async def loopback(serve: Serve) -> AsyncIterator[OpenAIModel]:
    """A model on a server that answers every request with `serve`."""

    serving: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        # A caller at its deadline may hang up at any moment, also before it has asked anything:
        # whatever happens, the socket is closed, and closed here and not by the next test's loop.
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await request_of(reader)
            await serve(writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    model = OpenAIModel(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY)
    try:
        yield model
    finally:
        await model.close()
        await accepted()
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await server.wait_closed()


def reply(status: str, body: bytes, kind: str = "application/json") -> Serve:
    async def serve(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return serve


async def test_a_real_server_is_asked_and_answers() -> None:
    async with loopback(reply("200 OK", msgspec.json.encode(answer()))) as model:
        completion = await model.complete(PROMPT)
    assert isinstance(completion, Completion)
    assert completion.text == '{"intent":"lead"}'
    assert completion.milliseconds >= 0


@pytest.mark.parametrize(
    ("status", "reason"), [("429 Too Many Requests", "ratelimit"), ("500 Broken", "error")]
)
async def test_a_real_server_that_fails_is_named(status: str, reason: str) -> None:
    async with loopback(reply(status, b'{"error":{"message":"no"}}')) as model:
        assert (await failed(model)).reason == reason


async def test_a_real_server_that_sends_garbage_is_named() -> None:
    async with loopback(reply("200 OK", b"<h1>proxy</h1>", "text/html")) as model:
        assert (await failed(model)).reason == "error"


async def test_a_server_that_hangs_meets_the_deadline() -> None:
    async def hang(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with loopback(hang) as model:
        error = await failed(model, msgspec.structs.replace(PROMPT, timeout=0.05))
    assert error.reason == "deadline"
    assert "0.05 s" in error.cause


async def test_a_server_that_drips_byte_by_byte_meets_the_deadline_too() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0)

    async with loopback(drip) as model:
        error = await failed(model, msgspec.structs.replace(PROMPT, timeout=0.1))
    assert error.reason == "deadline"


async def test_an_endless_answer_is_cut_off_while_it_comes_in() -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while sent < 50 * MOST_BYTES:
            writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            await writer.drain()
            sent += 0x10000

    async with loopback(flood) as model:
        error = await failed(model)
    assert error.reason == "error"
    assert str(MOST_BYTES) in error.cause
    assert sent < 10 * MOST_BYTES


async def test_a_server_that_is_not_there_is_named_without_the_key() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    model = OpenAIModel(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY)
    error = await failed(model)
    await model.close()
    assert error.reason == "error"
    assert f"127.0.0.1:{port}" in error.cause


@pytest.mark.parametrize("rounds", range(6))
async def test_a_caller_who_comes_as_the_server_leaves_leaves_no_socket_open(rounds: int) -> None:
    async with loopback(reply("200 OK", b"")) as model:
        address = ("127.0.0.1", int(urlsplit(model.base_url).port or 0))
        with closing(socket.create_connection(address)):
            for _ in range(rounds):
                await asyncio.sleep(0)
    gc.collect()  # what nobody closed warns here, and a warning is an error
