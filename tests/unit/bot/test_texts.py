from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import string

import pytest

from bot import texts
from bot.texts import Trouble

TROUBLES = {name: value for name, value in vars(texts).items() if isinstance(value, Trouble)}
PLAIN = {
    f"{name}[{key}]": text
    for name, value in vars(texts).items()
    if name.isupper()
    for key, text in (value.items() if isinstance(value, dict) else [("", value)])
    if isinstance(text, str)
}


class Anything(dict[str, object]):
    def __missing__(self, key: str) -> object:
        return "x"


@pytest.mark.parametrize("name", TROUBLES)
def test_every_trouble_says_what_is_wrong_and_what_to_do(name: str) -> None:
    trouble = TROUBLES[name]
    cause, remedy = (
        string.Formatter().vformat(part, (), Anything()) for part in (trouble.cause, trouble.remedy)
    )
    assert cause.strip()
    assert len(remedy.strip()) >= 9
    assert remedy[-1] in ".:?`"


@pytest.mark.parametrize("name", PLAIN)
def test_every_text_can_be_filled_in(name: str) -> None:
    assert "{" not in string.Formatter().vformat(PLAIN[name], (), Anything()) or "{{" in PLAIN[name]


def test_no_text_shouts_or_doubles_its_spaces() -> None:
    for name, text in PLAIN.items():
        assert "!!" not in text, name
        columns = name.startswith("DEMO_")  # the demo's summary is set in columns
        assert columns or not re.search(r"\S  +\S", text), name


def test_every_name_of_the_wording_stands_in_one_module_only() -> None:
    places: dict[str, list[str]] = {}
    for info in pkgutil.iter_modules(texts.__path__, "bot.texts."):
        module = importlib.import_module(info.name)
        for name in re.findall(
            r"^([A-Z][A-Z0-9_]+): Final", inspect.getsource(module), re.MULTILINE
        ):
            places.setdefault(name, []).append(info.name)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
