"""Whether a person would see the text of an HTML element: its style, also the inherited one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

Colour = tuple[int, int, int]
_WHITE: Colour = (255, 255, 255)
_PICTURE: Colour = (-999, -999, -999)
_NAMED: dict[str, Colour] = {
    "white": _WHITE, "snow": (255, 250, 250), "ivory": (255, 255, 240), "black": (0, 0, 0),
    "whitesmoke": (245, 245, 245), "ghostwhite": (248, 248, 255), "red": (255, 0, 0),
    "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
    "blue": (0, 0, 255), "green": (0, 128, 0), "yellow": (255, 255, 0), "navy": (0, 0, 128),
}  # fmt: skip
_NEAR = 36
"""Summed difference of the three channels below which text cannot be told from its ground."""

_HIDING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|mso-hide:all|(?<![-\w])opacity:0?(?:\.0\d*)?(?:;|!|$)"
    r"|max-(?:height|width):0(?:px|pt|em|%)?(?:;|!|$)"
    r"|(?<![-\w])(?:height|width):0(?:px|pt|em|%)?(?:;|!)(?=.*overflow:hidden)"
    r"|overflow:hidden.*(?<![-\w])(?:height|width):0(?:px|pt|em|%)?(?:;|!|$)"
    r"|text-indent:-\d{3,}|(?:left|top|right):-\d{3,}|clip:rect\(0"
)
_SIZE = re.compile(
    r"(?:^|;)font(?:-size)?:(?:[^;]*?[^\w.;-])?(\d*\.?\d+)(px|pt|em|rem|%|)(?:;|!|/|,|$)"
)
_SMALLEST = 2.0
_STYLE = 4_000
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,2000})\}")
_RULES = 50
_SELECTOR = re.compile(r"[\w#.-]+(?:(?:\s+|\s*>\s*)[\w#.-]+)?")


class Look(Struct, frozen=True):
    """How text in an element looks.

    `gone`: nothing inside can be seen. `tiny` and the colours may change further inside.
    """

    gone: bool = False
    tiny: bool = False
    colour: Colour = (0, 0, 0)
    ground: Colour = _WHITE

    @property
    def seen(self) -> bool:
        """Whether text right here can be seen."""
        apart = sum(abs(a - b) for a, b in zip(self.colour, self.ground, strict=True))
        return not self.gone and not self.tiny and apart >= _NEAR


def look_of(attributes: dict[str, str | None], sheet: str, around: Look) -> Look:
    """The look of an element inside one that looks like `around`.

    `sheet` is what the mail's style sheets say about it; its own style counts last.
    """
    style = f"{sheet};{_squeezed(attributes.get('style') or '')}"
    named = _declared(style, "color") or attributes.get("color")
    return Look(
        gone=around.gone or "hidden" in attributes or _HIDING.search(style) is not None,
        tiny=_tiny(style, around=around.tiny),
        colour=around.ground if named == "transparent" else _colour(named, around.colour),
        ground=_ground(style, attributes.get("bgcolor"), around.ground),
    )


def sheet_rules(sheet: str) -> Iterator[tuple[str, str]]:
    """(selector, style) of a style sheet's rules that bear on being seen.

    Rules inside @media and selectors of more than two steps are left alone.
    """
    sheet = re.sub(r"/\*.*?(?:\*/|\Z)", "", sheet[:100_000], flags=re.DOTALL)
    sheet = re.sub(r"@[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", sheet)
    for selectors, style in _RULE.findall(sheet)[:_RULES]:
        squeezed = _squeezed(style)
        if _HIDING.search(squeezed) or "color:" in squeezed or "font" in squeezed:
            for selector in selectors.split(",")[:10]:
                if _SELECTOR.fullmatch(selector.strip()):
                    yield selector.strip(), squeezed


def _squeezed(style: str) -> str:
    """Lower case, without comments, with single spaces and none around colons."""
    style = re.sub(r"/\*.*?\*/", "", style[:_STYLE].lower())
    return re.sub(r"\s*([:;,!()])\s*|\s+", lambda gap: gap[1] or " ", style).strip()


def _declared(style: str, name: str) -> str | None:
    """The last value a style gives a property."""
    values = re.findall(rf"(?:^|;){name}:([^;!]+)", style)
    return values[-1].strip() if values else None


def _tiny(style: str, *, around: bool) -> bool:
    sizes = _SIZE.findall(style)
    if not sizes:
        return around
    size, unit = sizes[-1]
    if unit in {"em", "%"} and around:
        return True
    points = float(size) * {"em": 12, "rem": 12, "%": 0.12}.get(unit, 1)
    return points < _SMALLEST


def _ground(style: str, attribute: str | None, around: Colour) -> Colour:
    declared = _declared(style, "background-color") or _declared(style, "background")
    if "url(" in style:
        return _PICTURE  # nothing is known to look like it
    return _colour(declared or attribute, around)


def _colour(text: str | None, otherwise: Colour) -> Colour:
    """The colour a text names; `otherwise` where it is none known here."""
    text = (text or "").strip().lower()
    if text in _NAMED:
        return _NAMED[text]
    digits = re.search(r"#([0-9a-f]{3,8})\b", text)
    if digits and len(digits[1]) in {3, 4}:
        red, green, blue = (int(sign * 2, 16) for sign in digits[1][:3])
        return red, green, blue
    if digits and len(digits[1]) in {6, 8}:
        return int(digits[1][:2], 16), int(digits[1][2:4], 16), int(digits[1][4:6], 16)
    numbers = re.match(r"rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3})", text.replace(" ", ""))
    return (int(numbers[1]), int(numbers[2]), int(numbers[3])) if numbers else otherwise
