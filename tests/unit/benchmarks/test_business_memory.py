"""The business corpus is in order: what is measured on it means something."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from benchmarks.memory import UNANSWERABLE, companies, episodes_of, measured

CORPUS = companies("business")
ITEMS = [item for company in CORPUS for item in company["items"]]
QUESTIONS = [question for company in CORPUS for question in company["questions"]]


def ids(company: dict[str, Any]) -> list[str]:
    return [item["id"] for item in company["items"]]


def test_the_corpus_is_large_enough_to_tell_two_rankings_apart() -> None:
    assert len(CORPUS) >= 4
    assert len(ITEMS) >= 300
    assert len([each for each in QUESTIONS if each["category"] != UNANSWERABLE]) >= 100


@pytest.mark.parametrize("company", CORPUS, ids=[each["id"] for each in CORPUS])
def test_every_item_has_its_five_fields_and_an_id_of_its_own(company: dict[str, Any]) -> None:
    for item in company["items"]:
        assert set(item) == {"id", "text", "speaker", "at", "session"}
        assert item["text"].strip() == item["text"] != ""
        assert item["speaker"]
        assert datetime.fromisoformat(item["at"]).year == 2025
    assert not [each for each, times in Counter(ids(company)).items() if times > 1]


@pytest.mark.parametrize("company", CORPUS, ids=[each["id"] for each in CORPUS])
def test_a_thread_is_told_in_the_order_in_which_it_happened(company: dict[str, Any]) -> None:
    threads: dict[int, list[datetime]] = {}
    for episode, item in zip(episodes_of(company), company["items"], strict=True):
        threads.setdefault(item["session"], []).append(episode.at)
    assert all(moments == sorted(moments) for moments in threads.values())


@pytest.mark.parametrize("company", CORPUS, ids=[each["id"] for each in CORPUS])
def test_every_question_names_items_that_exist_and_a_known_category(
    company: dict[str, Any],
) -> None:
    for question in company["questions"]:
        assert set(question) == {"text", "gold", "category"}
        assert question["category"] in {1, 2, 3, 4, UNANSWERABLE}
        assert question["gold"], question["text"]
        assert set(question["gold"]) <= set(ids(company)), question["text"]
        assert len(set(question["gold"])) == len(question["gold"])
    assert {1, 2, 3, 4, UNANSWERABLE} == {each["category"] for each in company["questions"]}


def test_nothing_is_said_or_asked_twice() -> None:
    for texts in ([each["text"] for each in ITEMS], [each["text"] for each in QUESTIONS]):
        assert not [each for each, times in Counter(texts).items() if times > 1]


def test_no_question_repeats_its_answer_and_most_share_few_words_with_it() -> None:
    shares = []
    for company in CORPUS:
        texts = {item["id"]: _words(item["text"]) for item in company["items"]}
        for question in company["questions"]:
            asked = _words(question["text"])
            told = set().union(*(texts[each] for each in question["gold"]))
            shares.append(len(asked & told) / len(asked))
    assert max(shares) < 0.8
    assert sum(share <= 0.25 for share in shares) > len(shares) / 2


def test_it_holds_nobodys_address_number_or_account() -> None:
    for item in ITEMS:
        assert not re.search(r"@|https?:|www\.", item["text"]), item["text"]
        assert not re.search(r"\b[A-Z]{2}\d{2}[ \d]{8,}", item["text"]), item["text"]  # an IBAN
        assert not re.search(r"\+?\d[\d /-]{7,}\d", _without_dates(item["text"])), item["text"]


async def test_a_question_by_the_very_words_finds_its_item_among_the_first() -> None:
    company = CORPUS[0]
    some = [item for item in company["items"] if len(item["text"]) > 60][:10]
    asked = [{"text": item["text"], "gold": [item["id"]], "category": 4} for item in some]
    figures = await measured([{**company, "questions": asked}], "words")
    assert figures["recall_at_5"] == 1.0
    assert figures["mrr_at_10"] >= 0.8
    assert figures["by_company"] == {company["id"]: {**figures["by_category"]["4"]}}
    assert figures["items"] == len(company["items"])


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", text.lower()) if len(word) > 3}


def _without_dates(text: str) -> str:
    return re.sub(r"\b(?:R-)?\d{4}-\d{2,3}\b", "", text)
