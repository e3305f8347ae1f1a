"""The addresses of the Slack on loopback: Web API, uploads, private files, response_urls."""

from __future__ import annotations

import json
import traceback
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler
from slack_blocks import faults_of_message
from slack_faults import Call, Fault
from slack_methods import METHODS
from slack_workspace import RESPONSE_LIFE, RESPONSE_USES, Json, Refused

if TYPE_CHECKING:
    from slack_server import SlackServer

_JSON_ARGUMENTS: Final = (
    "attachments",
    "blocks",
    "chunks",
    "files",
    "manifest",
    "metadata",
    "prompts",
    "view",
)
_LARGEST: Final = 64 * 1024 * 1024


class SlackWeb:
    """What answers under the address of the server."""

    def __init__(self, server: SlackServer) -> None:
        self.server = server
        self._posted: dict[str, float] = {}

    def application(self) -> web.Application:
        app = web.Application(client_max_size=_LARGEST, middlewares=[self._own_mistakes])
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link/", self.server.sockets.connect)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_get("/files-pri/{place}/{rest:.*}", self._download)
        app.router.add_post("/response/{id}", self._respond)
        return app

    @web.middleware
    async def _own_mistakes(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A mistake of this server is no fault of the client's: a test has to see it."""
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except Exception:
            self.server.complaints.append(traceback.format_exc())
            raise

    # --- the Web API -----------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        args, token = await _arguments(request)
        call = Call(request.match_info["method"], args)
        self.server.calls.append(call)
        fault = self.server.faults.next(call.method, args) or self._too_fast(call)
        if fault and fault.kind in {"limit", "fail", "cut"}:
            return self._broken(fault, request)
        refused = fault and fault.kind == "refuse"
        call.answer = (
            {"ok": False, "error": fault.error} if fault and refused else self._run(call, token)
        )
        call.executed = not refused
        await self._tell()
        self.server.news()
        if fault and fault.kind == "lose":
            call.answer = None
            return self._cut(request)
        if fault and fault.wait:
            await fault.wait()
        return web.json_response(call.answer, headers=self._headers(call))

    def _broken(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        self.server.news()
        if fault.kind == "cut":
            return self._cut(request)
        if fault.kind == "fail":
            return web.Response(status=500, text="fatal_error")
        after = {"Retry-After": str(fault.retry_after)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=after)

    def _cut(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _too_fast(self, call: Call) -> Fault | None:
        """Slack takes about one message a second in a conversation."""
        if not self.server.faults.pace or call.method != "chat.postMessage":
            return None
        channel, moment = str(call.args.get("channel")), self.server.world.clock().timestamp()
        if moment - self._posted.get(channel, 0.0) < self.server.faults.pace:
            return Fault(call.method, "limit", retry_after=1)
        self._posted[channel] = moment
        return None

    def _run(self, call: Call, token: str) -> Json:
        method = METHODS.get(call.method)
        if method is None:
            return {"ok": False, "error": "unknown_method", "req_method": call.method}
        try:
            self._let_in(token, method.token, method.scopes)
            return {"ok": True, **method.run(self.server.world, call.args)}
        except Refused as refused:
            return {"ok": False, "error": refused.error, **refused.more}

    def _let_in(self, token: str, kind: str, scopes: tuple[str, ...]) -> None:
        if not kind:
            return
        if not token:
            raise Refused("not_authed")
        if token in self.server.revoked:
            raise Refused("token_revoked")
        if token not in {self.server.bot_token, self.server.app_token, self.server.config_token}:
            raise Refused("invalid_auth")
        if not token.startswith(kind):
            raise Refused("not_allowed_token_type")
        if kind == "xoxb-" and scopes and not self.server.scopes & set(scopes):
            raise Refused(
                "missing_scope", needed=scopes[0], provided=",".join(sorted(self.server.scopes))
            )

    def _headers(self, call: Call) -> dict[str, str]:
        method = METHODS.get(call.method)
        return {
            "x-oauth-scopes": ",".join(sorted(self.server.scopes)),
            "x-accepted-oauth-scopes": ",".join(method.scopes if method else ()),
        }

    async def _tell(self) -> None:
        """What the app did itself comes back to it as events, as Slack has it."""
        told, self.server.world.told = self.server.world.told, []
        for channel, event in told:
            await self.server.message_event(channel, event)

    # --- files and answers to interactions -------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.server.world.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404, text="not found")
        if request.content_type.startswith("multipart/"):
            data = b"".join([bytes(await p.read()) async for p in await request.multipart()])
        else:
            data = await request.read()
        if len(data) != file.length:
            return web.Response(status=400, text="length mismatch")
        file.data = data
        return web.Response(text=f"OK - {len(data)}")

    async def _download(self, request: web.Request) -> web.Response:
        """A private file; without a good token Slack shows its sign-in page, with status 200."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if (
            token != self.server.bot_token
            or token in self.server.revoked
            or "files:read" not in self.server.scopes
        ):
            return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")
        file = self.server.world.files.get(request.match_info["place"].rpartition("-")[2])
        if file is None or file.data is None:
            return web.Response(status=404)
        kind = self.server.world.file_json(file)["mimetype"]
        return web.Response(body=file.data, content_type=kind)

    async def _respond(self, request: web.Request) -> web.Response:
        response = self.server.world.responses.get(request.match_info["id"])
        if response is None or self.server.world.passed(response.given) > RESPONSE_LIFE:
            return web.Response(status=404, text="expired_url")
        if response.used >= RESPONSE_USES:
            return web.Response(status=404, text="used_url")
        response.used += 1
        content: Json = json.loads(await request.text())
        if faults := faults_of_message(content.get("blocks") or []):
            self.server.complaints += faults
            return web.Response(status=400, text="invalid_blocks")
        self.server.say(response.channel, response.user, content, response.message)
        return web.json_response({"ok": True})


async def _arguments(request: web.Request) -> tuple[Json, str]:
    """The arguments of a call, from the query, a form or JSON; and the token."""
    args: Json = dict(request.query)
    if request.method == "POST":
        if request.content_type == "application/json":
            text = await request.text()
            args |= json.loads(text) if text else {}
        else:
            args |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    for name in _JSON_ARGUMENTS:
        if isinstance(args.get(name), str):
            args[name] = _parsed(args[name])
    given = str(args.pop("token", "") or "")
    return args, _bearer(request) or given


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
