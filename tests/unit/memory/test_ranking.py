"""How candidates are ranked: words, likeness, who is named, contact and items."""

from datetime import UTC, datetime

from memory.phrasing import Form
from memory.ranking import Candidate, Likeness, Question, named, ranked


def candidate(n, **changes):
    fields = {"id": f"e{n}", "at": n, "contact": "", "who": "", "items": frozenset()}
    return Candidate(n=n, **{**fields, **changes})


YEAR = 365 * 24 * 3600 * 1_000_000


def question(text="", contacts=(), items=(), now=0):
    return Question(text, frozenset(contacts), frozenset(items), now)


def order(*args):
    return [each.n for _, each in ranked(*args)]


def test_without_vectors_words_decide_and_age_breaks_ties():
    among = [candidate(1), candidate(2), candidate(3)]
    assert order(question(), among, {1: 2.0, 2: 1.0, 3: 1.0}, Likeness()) == [1, 3, 2]


def test_what_is_said_in_other_words_can_beat_a_shared_word():
    among = [candidate(1), candidate(2)]
    likeness = Likeness(around={1: 0.1, 2: 0.7}, sentences={1: 0.1, 2: 0.8})
    assert order(question(), among, {1: 1.0, 2: 0.4}, likeness) == [2, 1]


def test_a_text_that_is_alike_by_chance_only_gains_nothing():
    among, likeness = [candidate(1), candidate(2)], Likeness(around={1: 0.6, 2: 0.19})
    scores = {each.n: score for score, each in ranked(question(), among, {1: 1.0}, likeness)}
    assert scores == {1: 1.0, 2: 0.0}


def test_a_short_line_without_sentences_counts_as_its_own_sentence():
    likeness = Likeness(around={1: 0.6, 2: 0.6}, sentences={2: 0.3})
    assert order(question(), [candidate(1), candidate(2)], {}, likeness) == [1, 2]


def test_who_is_named_comes_first_unless_two_are():
    among = [candidate(1, who="Ada Example"), candidate(2, who="Ben Other")]
    assert order(question("What did Ada want?"), among, {1: 1.0, 2: 1.1}, Likeness()) == [1, 2]
    assert order(question("Ada and Ben?"), among, {1: 1.0, 2: 1.1}, Likeness()) == [2, 1]


def test_a_name_is_a_whole_word():
    assert named("adamant adaptation", ["Ada"]) == ""
    assert named("ADA!", ["Ada", ""]) == "Ada"


def test_items_count_in_proportion():
    among = [candidate(1, items=frozenset({"a"})), candidate(2, items=frozenset({"a", "b"}))]
    assert order(question(items=("a", "b")), among, {1: 1.0, 2: 0.95}, Likeness()) == [2, 1]


def test_age_decides_between_near_equals_only():
    among = [candidate(1, at=0), candidate(2, at=3 * YEAR)]
    now = question(now=3 * YEAR)
    assert order(now, among, {1: 1.0, 2: 0.97}, Likeness()) == [2, 1]
    assert order(now, among, {1: 1.0, 2: 0.94}, Likeness()) == [1, 2]


def test_whatever_its_age_an_episode_keeps_most_of_its_score():
    old = candidate(1, at=-100 * YEAR)
    ((score, _),) = ranked(question(), [old], {1: 1.0}, Likeness())
    assert score == 0.95


def test_no_candidates_no_answer():
    assert ranked(question("x"), [], {}, Likeness()) == []


def test_the_line_after_a_question_is_raised_since_it_may_be_the_answer():
    asked = candidate(1, form=int(Form.ASKS | Form.ENDS_ASKING))
    answer, other = candidate(2, after=1), candidate(3)
    relevance = {1: 1.0, 2: 0.9, 3: 0.95}
    assert order(question(), [asked, answer, other], relevance, Likeness()) == [2, 3, 1]


def test_a_line_after_a_plain_one_gains_nothing():
    among = [candidate(1), candidate(2, after=1), candidate(3)]
    assert order(question(), among, {1: 1.0, 2: 0.9, 3: 0.95}, Likeness()) == [1, 3, 2]


def test_a_time_in_the_text_counts_where_the_question_is_when():
    among = [candidate(1), candidate(2, form=int(Form.TELLS_TIME))]
    assert order(question("When?"), among, {1: 1.0, 2: 0.95}, Likeness()) == [2, 1]
    assert order(question("Why?"), among, {1: 1.0, 2: 0.95}, Likeness()) == [1, 2]


def test_what_happened_in_the_month_that_is_named_comes_before_the_rest():
    june = int(datetime(2025, 6, 12, tzinfo=UTC).timestamp() * 1e6)
    among = [candidate(1), candidate(2, at=june)]
    assert order(question("the offer of June"), among, {1: 1.0, 2: 0.95}, Likeness()) == [2, 1]
