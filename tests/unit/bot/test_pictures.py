"""Pictures that Coo draws: what stands on them, that it can be read, and that it is the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from bot.channel import Attached, Card, CardKind, Reply
from bot.pictures.attaching import MOST_PAGES, PAGE_WIDTH, opened
from bot.pictures.figures import Figures, Stage, month_of, spent_words
from bot.pictures.long_answers import in_short
from bot.pictures.moments import Moment, Who
from bot.pictures.month import month_pdf
from bot.pictures.paper import SCALE, WIDTH, cut, png, width_of, wrapped
from bot.pictures.raster import NotAPage, pages
from bot.pictures.timeline import FIRST, LAST, timeline
from ledger.domain.errors import BlobMissing
from ledger.domain.values import Money

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Box = tuple[float, float, float, float]


def words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    text = page.get_textpage()
    found = str(text.get_text_bounded())
    for each in (text, page, document):
        each.close()
    return " ".join(found.split())


def boxes_of(pdf: bytes) -> tuple[list[Box], float, float]:
    """Where each run of text stands, and how large the page is."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    text = page.get_textpage()
    boxes = [text.get_rect(place) for place in range(text.count_rects())]
    size = page.get_size()
    for each in (text, page, document):
        each.close()
    return boxes, *size


def overlapping(boxes: Sequence[Box]) -> list[tuple[Box, Box]]:
    """Pairs that touch by more than the slope of an italic or a descender."""
    return [
        (one, other)
        for place, one in enumerate(boxes)
        for other in boxes[place + 1 :]
        if min(one[2], other[2]) - max(one[0], other[0]) > 1
        and min(one[3], other[3]) - max(one[1], other[1]) > 2
    ]


def moment(place: int, what: str = "Ada wrote", more: str = "") -> Moment:
    return Moment(at=NOW + timedelta(hours=7 * place), who=Who.CUSTOMER, what=what, more=more)


def month(**changes: object) -> Figures:
    base: dict[str, object] = {
        "first": date(2026, 11, 1),
        "until": date(2026, 11, 24),
        "pipeline": (
            Stage("lead", 4),
            Stage("sent", 3, Money(900_000, "EUR")),
            Stage("accepted", 0, Money(0, "EUR")),
        ),
        "invoiced": Money(285_600, "EUR"),
        "paid": Money(100_000, "EUR"),
        "open": Money(185_600, "EUR"),
        "overdue": Money(0, "EUR"),
        "spent": (0,) * 30,
    }
    return Figures(**(base | changes))  # type: ignore[arg-type]  # checked by the struct itself


def drawn_month(**changes: object) -> bytes:
    return month_pdf(month(**changes), "Studio Nord", cap=5_000_000)


# --- the timeline --------------------------------------------------------------------------------


def test_a_timeline_names_every_moment_with_its_day_and_hour() -> None:
    told = (moment(0, more="A new website"), moment(4, "You approved", "Nora"))
    words = words_of(timeline("2 · Our website", "closed: paid", told, NOW))
    for each in ("2 · Our website", "closed: paid", "Ada wrote", "A new website", "You approved"):
        assert each in words
    assert "Tue 24 Nov" in words
    assert "Wed 25 Nov" in words
    assert "12:00" in words
    assert "Customer" in words


def test_a_timeline_of_a_hundred_moments_shows_its_two_ends_and_counts_the_middle() -> None:
    told = tuple(moment(place, f"moment {place}!") for place in range(100))
    words = words_of(timeline("A long case", "", told, NOW))
    assert "moment 0!" in words
    assert "moment 99!" in words
    assert "moment 50!" not in words
    assert f"{100 - FIRST - LAST} moments left out here" in words


def test_nothing_overlaps_or_leaves_the_page_however_long_the_names_are() -> None:
    endless = "Donaudampfschifffahrtsgesellschaftskapitänswitwe " * 8
    told = tuple(moment(place, endless, endless) for place in range(12))
    boxes, width, height = boxes_of(timeline(endless, endless, told, NOW, alive=True))
    assert not overlapping(boxes)
    assert all(left >= 0 and right <= width for left, _, right, _ in boxes)
    assert all(bottom >= 0 and top <= height for _, bottom, _, top in boxes)


def test_an_empty_case_says_so_instead_of_drawing_nothing() -> None:
    assert "Nothing has happened yet." in words_of(timeline("New", "", (), NOW))


def test_the_same_case_is_the_same_picture_to_the_last_bit() -> None:
    told = (moment(0), moment(3, "Offer sent"))
    one, other = (png(timeline("Case", "running", told, NOW)) for _ in range(2))
    assert one == other
    assert png(timeline("Case", "running", told[:1], NOW)) != one


def test_a_picture_is_twice_as_fine_as_it_is_wide() -> None:
    picture = Image.open(BytesIO(png(timeline("Case", "", (moment(0),), NOW))))
    assert picture.width == WIDTH * SCALE
    assert picture.format == "PNG"


# --- the month -----------------------------------------------------------------------------------


def test_a_month_says_its_money_its_pipeline_and_what_models_cost() -> None:
    spent = (0,) * 10 + (1_250_000,) + (0,) * 19
    words = words_of(drawn_month(spent=spent, calls=7, mails=3, decisions=2))
    for each in (
        "November 2026",
        "Studio Nord, until 24 Nov",
        "€2,856.00",
        "€1,000.00",
        "€1,856.00",
        "Offers sent: 3",
        "€9,000.00",
        "1.25 USD, at most 5.00 a day",
        "7 model calls, 3 mails sent, 2 decisions of yours",
    ):
        assert each in words


def test_an_overdue_sum_and_other_currencies_are_named_and_not_added_up() -> None:
    words = words_of(drawn_month(overdue=Money(5_000, "EUR"), others=(Money(120_000, "CHF"),)))
    assert "€50.00 of it is overdue." in words
    assert "Also invoiced: CHF 1,200.00" in words


def test_a_month_without_anything_is_drawn_too() -> None:
    words = words_of(drawn_month(pipeline=(Stage("lead", 0),)))
    assert "cost nothing" in words
    assert "New cases: 0" in words


def test_sums_of_a_thousand_millions_keep_to_their_columns() -> None:
    much = Money(123_456_789_012_345, "EUR")
    boxes, width, _ = boxes_of(drawn_month(invoiced=much, paid=much, open=much))
    assert not overlapping(boxes)
    assert max(right for _, _, right, _ in boxes) <= width


def test_a_month_begins_and_ends_on_the_operators_own_clock() -> None:
    december = month_of(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert (december.start.month, december.end.month) == (12, 1)
    assert december.has(december.start)
    assert not december.has(december.end)


def test_small_sums_of_model_money_keep_their_places() -> None:
    assert spent_words(4_200, 5_000_000) == "0.0042 USD, at most 5.00 a day"
    assert spent_words(0, 5_000_000) == "cost nothing"


# --- type ----------------------------------------------------------------------------------------


def test_a_text_is_cut_to_its_room_with_an_ellipsis() -> None:
    short = cut("A very long title of a case indeed", 90)
    assert short.endswith("…")
    assert width_of(short) <= 90
    assert cut("short", 90) == "short"


def test_a_text_is_wrapped_to_so_many_lines_and_no_more() -> None:
    lines = wrapped("word " * 60, 120, most=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert wrapped("", 120) == []


# --- pages of documents --------------------------------------------------------------------------


def document(count: int = 1) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, invariant=1)
    for place in range(count):
        canvas.drawString(72, 700, f"page {place + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


class Kept:
    """A store of documents by their hash."""

    def __init__(self, **found: bytes) -> None:
        self._found = found

    async def put(self, data: bytes, *, person: str = "") -> str:
        raise NotImplementedError

    async def get(self, sha256: str) -> bytes:
        if sha256 not in self._found:
            raise BlobMissing(sha256)
        return self._found[sha256]


def asking(*blobs: str) -> Reply:
    files = tuple(
        Attached(name=f"{each}.pdf", media_type="application/pdf", blob=each) for each in blobs
    )
    return Reply(cards=(Card(kind=CardKind.APPROVAL, about="a", title="t", attachments=files),))


async def test_a_document_on_a_card_comes_with_a_picture_of_its_page_and_itself() -> None:
    data = document()
    (card,) = (await opened(asking("inv"), Kept(inv=data))).cards
    page, whole = card.attachments
    assert whole.data == data
    assert page.data == pages(data, width=PAGE_WIDTH)[0]
    assert (page.name, page.media_type) == ("inv-1.png", "image/png")
    assert Image.open(BytesIO(page.data)).width == PAGE_WIDTH


async def test_only_the_first_pages_of_a_long_document_become_pictures() -> None:
    (card,) = (await opened(asking("inv"), Kept(inv=document(9)))).cards
    assert len(card.attachments) == MOST_PAGES + 1


async def test_a_document_that_was_erased_meanwhile_is_left_out() -> None:
    (card,) = (await opened(asking("gone", "inv"), Kept(inv=document()))).cards
    assert [each.name for each in card.attachments] == ["inv-1.png", "inv.pdf"]


async def test_a_document_that_is_no_pdf_is_sent_without_a_picture() -> None:
    (card,) = (await opened(asking("inv"), Kept(inv=b"no pdf"))).cards
    assert [each.name for each in card.attachments] == ["inv.pdf"]
    with pytest.raises(NotAPage, match="cannot be shown as a picture"):
        pages(b"no pdf", width=100)


# --- long answers --------------------------------------------------------------------------------


def test_a_long_answer_is_its_beginning_and_a_file_with_all_of_it() -> None:
    lines = tuple(f"line {place} " + "x" * 80 for place in range(200))
    short = in_short(Reply(title="The story", lines=lines, hints=("go on",)), 4_000)
    (file,) = short.attachments
    assert file.media_type == "text/plain"
    assert file.data.decode().splitlines()[2:] == list(lines)
    assert short.lines == lines[: len(short.lines)]
    assert short.hints == (f"{200 - len(short.lines)} lines more stand in the file.", "go on")


def test_an_answer_that_fits_stays_as_it_is() -> None:
    reply = Reply(title="Short", lines=("one", "two"))
    assert in_short(reply, 4_000) is reply
