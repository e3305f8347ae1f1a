"""Whether a mail is from whom it says, as the operator's own receiving server found.

Anybody can write an Authentication-Results field (RFC 8601). One counts only where it bears the
name of the server that the operator trusts, and of those only the topmost: servers write theirs
above what came in.
"""

from __future__ import annotations

from typing import Final

from authres import AuthenticationResultsHeader, AuthResError

from connectors.mail.headers import Headers

PASS: Final = "pass"  # noqa: S105 - a result, no password
FAIL: Final = "fail"
NONE: Final = "none"
_FIELD: Final = "authentication-results"
_MOST: Final = 20
_FAILED: Final = frozenset({"fail", "softfail", "permerror", "policy"})


def authenticated(headers: Headers, sender: str, server: str) -> str:
    """`pass`, `none`, or `fail` with what failed (`fail: dmarc=fail`); "" where none is trusted.

    DMARC decides. Without it a pass of DKIM or SPF counts only for the sender's own domain.
    """
    if not server:
        return ""
    results = _results(headers, server)
    words = ", ".join(f"{method}={result}" for method, result, _ in results)
    dmarc = [result for method, result, _ in results if method == "dmarc"]
    if PASS in dmarc:
        return PASS
    domain = sender.rpartition("@")[2].casefold()
    if not dmarc and any(result == PASS and _aligned(domain, of) for _, result, of in results):
        return PASS
    failed = any(result in _FAILED for _, result, _ in results)
    return f"{FAIL}: {words}" if failed else NONE


def _results(headers: Headers, server: str) -> list[tuple[str, str, str]]:
    """Method, result and the domain it is about, of the server's own field."""
    for value in headers.all(_FIELD)[:_MOST]:
        text = " ".join(value.decode("utf-8", "replace").split())
        try:
            field = AuthenticationResultsHeader.parse(f"Authentication-Results: {text}")
        except AuthResError:
            continue
        if str(field.authserv_id).casefold() == server.casefold():
            return [
                (str(each.method).lower(), str(each.result).lower(), _domain(each.properties))
                for each in field.results
                if str(each.method).lower() in {"spf", "dkim", "dmarc"}
            ]
    return []


def _domain(properties: object) -> str:
    """The domain that a result is about: who signed, or who sent by the envelope."""
    found = {
        (each.type, each.name): str(each.value).rpartition("@")[2].casefold()
        for each in (properties if isinstance(properties, list) else [])
    }
    keys = (("header", "d"), ("header", "i"), ("smtp", "mailfrom"), ("header", "from"))
    return next((found[key] for key in keys if found.get(key)), "")


def _aligned(domain: str, other: str) -> bool:
    """Whether one is the other or lies within it."""
    if not domain or not other:
        return False
    return domain == other or domain.endswith(f".{other}") or other.endswith(f".{domain}")
