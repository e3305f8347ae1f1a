"""The text a person would see of an HTML mail; what is hidden from them is left out."""

from __future__ import annotations

import re

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from connectors.mail.text import one_line
from connectors.mail.visibility import Look, look_of, sheet_rules

_SILENT = frozenset({
    "head", "title", "style", "script", "template", "noscript", "object", "embed", "svg",
    "math", "audio", "video", "canvas", "iframe", "frame", "map", "area", "input", "select",
    "textarea", "-comment", "!doctype",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt",
    "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot",
    "thead", "tr", "ul",
})  # fmt: skip
_SPACED = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote"])
_CELLS = frozenset(["td", "th"])

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_AUTO_CLOSED = frozenset({
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "br", "hr", "img", "input", "meta",
    "link", "wbr", "col", "base",
})  # fmt: skip
_DATA_URI = re.compile(r"data:[^\"'<>\s)]{100,}")
_DEEPEST = 500
_STYLED = 5_000
_QUOTES = 10
_LONGEST_TAG = re.compile(r"<[^<>]{16000}")
_ANY_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(?:[^<>]*>|[^<>]*\Z)", re.DOTALL)


class Seen(Struct, frozen=True):
    """The visible text and what was found on the way."""

    text: str
    notes: tuple[str, ...] = ()


def visible_text(html: str) -> Seen:
    """The visible text: one line a block, quotes behind "> ", links with their full address.

    Work is linear: markup that would make the HTML parser quadratic (it was measured at 333 s
    for 300,000 nested tags) is read as text without its tags.
    """
    html = _DATA_URI.sub("data:", html.replace("\0", ""))
    if _LONGEST_TAG.search(html) or _depth(html) > _DEEPEST:
        plain = _ANY_TAG.sub(" ", html)
        return Seen(plain, ("HTML nested or tagged beyond reason, its tags were dropped",))
    return _Walk(LexborHTMLParser(html)).seen()


def _depth(html: str) -> int:
    """An upper bound for how deep tags nest, leaving out those that close one another."""
    depth = deepest = 0
    for slash, name in _TAG.findall(html):
        if name.lower() in _AUTO_CLOSED:
            continue
        depth = max(0, depth - 1) if slash else depth + 1
        deepest = max(deepest, depth)
    return deepest


class _Open(Struct):
    """An element the walk is inside of; `href` and the text before it, for links."""

    node: LexborNode
    look: Look
    pre: bool = False
    href: str = ""
    mark: int = 0


class _Walk:
    """One pass over the tree, without recursion."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._root = tree.root
        self._sheets = _sheets(tree)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._notes: dict[str, None] = {}

    def seen(self) -> Seen:
        """Walk and join."""
        stack: list[_Open] = []
        node = self._root
        while node is not None:
            inside = self._enter(node, stack)
            if inside and node.first_child is not None:
                node = node.first_child
                continue
            node = self._onward(node, stack, entered=inside)
        self._break()
        return Seen(_joined(self._lines), tuple(self._notes))

    def _onward(self, node: LexborNode, stack: list[_Open], *, entered: bool) -> LexborNode | None:
        """Leave `node`, and its parents while they have no more children."""
        if entered:
            self._leave(stack.pop())
        while node.next is None:
            if not stack:
                return None
            opened = stack.pop()
            node = opened.node
            self._leave(opened)
        return node.next

    def _enter(self, node: LexborNode, stack: list[_Open]) -> bool:
        """Whether the walk goes into the node; texts are taken here."""
        tag = node.tag or ""
        if tag == "-text":
            self._say(node.text_content or "", stack)
            return False
        if tag in _SILENT:
            return False
        around = stack[-1] if stack else _Open(node, Look())
        look = self._look(node, around.look)
        if look.gone:
            self._hid(node.text() or "")
            return False
        self._open(tag)
        stack.append(
            _Open(node, look, around.pre or tag == "pre", _href(node, tag), len(self._line))
        )
        return True

    def _look(self, node: LexborNode, around: Look) -> Look:
        attributes, sheet = node.attributes, self._sheets.get(node.mem_id, "")
        return look_of(attributes, sheet, around) if attributes or sheet else around

    def _hid(self, text: str) -> None:
        if text.strip():
            self._notes["hidden text left out"] = None

    def _open(self, tag: str) -> None:
        if tag in _BLOCKS or tag == "br":
            self._break(blank=tag in _SPACED)
        if tag in _CELLS and self._line:
            self._line.append("\t")
        if tag == "li":
            self._line.append("- ")
        self._quotes += tag == "blockquote"

    def _leave(self, opened: _Open) -> None:
        tag = opened.node.tag or ""
        if opened.href:
            self._link(opened)
        if tag in _BLOCKS:
            self._break(blank=tag in _SPACED, keep=opened.pre and bool(self._line))
        self._quotes -= tag == "blockquote"

    def _link(self, opened: _Open) -> None:
        """Put the full address behind a link's text; say so where the text names another."""
        shown = "".join(self._line[opened.mark :]).strip()
        target = opened.href.removeprefix("mailto:")
        if shown.rstrip("/") in {target.rstrip("/"), opened.href}:
            return
        named = re.search(r"(?:https?://|www\.)([\w.-]+)", shown)
        host = re.match(r"https?://(?:[^/@]*@)?([\w.-]+)", target)
        if named and host and not _same_site(named[1], host[1]):
            self._notes["a link shows another address than it opens"] = None
        self._line.append(f" ({target})" if shown else target)

    def _say(self, text: str, stack: list[_Open]) -> None:
        if stack and not stack[-1].look.seen:
            self._hid(text)
            return
        if stack and stack[-1].pre:
            first, *rest = text.split("\n")
            self._line.append(first)
            for line in rest:
                self._break(keep=True)
                self._line.append(line)
            return
        self._line.append(re.sub(r"[ \t\r\n\f]+", " ", text))

    def _break(self, *, blank: bool = False, keep: bool = False) -> None:
        """End the line; `blank` leaves one empty line, `keep` keeps an empty one."""
        line = "".join(self._line)
        line = line.rstrip() if keep else re.sub(r" {2,}", " ", line).strip(" ")
        self._line = []
        prefix = "> " * min(self._quotes, _QUOTES)
        if line or keep:
            self._lines.append(prefix + line)
        if blank and self._lines and self._lines[-1].strip("> "):
            self._lines.append(prefix.rstrip())


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _sheets(tree: LexborHTMLParser) -> dict[int, str]:
    """What the mail's own style sheets say about each node they bear on."""
    styles: dict[int, str] = {}
    for sheet in tree.css("style")[:20]:
        for selector, style in sheet_rules(sheet.text() or ""):
            for node in _css(tree, selector):
                styles[node.mem_id] = f"{styles.get(node.mem_id, '')};{style}"[-600:]
            if len(styles) > _STYLED:
                return styles
    return styles


def _css(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return tree.css(selector)
    except SelectolaxError:
        return []


def _href(node: LexborNode, tag: str) -> str:
    """The full address of a link that leads out; "" for anything else."""
    href = one_line(node.attributes.get("href") or "") if tag == "a" else ""
    return href if re.match(r"(?:https?|ftp|mailto|tel):", href, re.IGNORECASE) else ""


def _same_site(left: str, right: str) -> bool:
    left, right = (name.lower().rstrip(".").removeprefix("www.") for name in (left, right))
    return left == right or left.endswith("." + right) or right.endswith("." + left)
