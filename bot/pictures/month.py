"""The month as a picture: the money, the pipeline as bars, and what the models cost by day."""

from __future__ import annotations

from datetime import date
from typing import Final

from bot import texts
from bot.pictures import paper
from bot.pictures.figures import Figures, Stage, spent_words
from bot.pictures.paper import INSIDE, MARGIN, MUTED, Sheet, cut
from bot.wording.amounts import counted
from ledger.domain.amounts import amount_words

LINE: Final = 17.0
RIGHT: Final = paper.WIDTH - MARGIN
BAR: Final = 13.0
CHART: Final = 62.0
BIG: Final = 17.0
SECTION: Final = 30.0
LEAST: Final = 3.0
"""Points: something that happened is never a bar of nothing."""

_COLOURS: Final = {
    "lead": paper.BLUE,
    "sent": paper.TEAL,
    "accepted": paper.TEAL,
    "invoiced": paper.TEAL,
    "paid": paper.GREEN,
}


def month_pdf(figures: Figures, company: str, *, cap: int) -> bytes:
    """The picture as a PDF page. `cap`: what models may cost a day, in micro-units of USD."""
    sheet = Sheet()
    title = texts.MONTH_TITLE.format(month=f"{figures.first:%B %Y}")
    y = _head(sheet, title, _under(figures, company))
    y = _money(sheet, figures, y)
    y = _pipeline(sheet, figures.pipeline, y)
    y = _spending(sheet, figures, cap, y)
    return sheet.pdf(y + MARGIN, title)


def _under(figures: Figures, company: str) -> str:
    until = figures.until
    return texts.MONTH_UNDER.format(company=company, day=f"{until.day} {until:%b}")


def _head(sheet: Sheet, title: str, under: str) -> float:
    y = MARGIN + paper.TITLE
    sheet.text(
        MARGIN, y, cut(title, INSIDE, size=paper.TITLE, bold=True), size=paper.TITLE, bold=True
    )
    y += LINE + 3
    sheet.text(MARGIN, y, cut(under, INSIDE), colour=MUTED)
    return y + 8


def _heading(sheet: Sheet, text: str, y: float, right: str = "") -> float:
    y += SECTION
    sheet.text(MARGIN, y, text, size=paper.LABEL + 1, bold=True)
    if right:
        room = INSIDE - paper.width_of(text, size=paper.LABEL + 1, bold=True) - 12
        sheet.text(RIGHT, y, cut(right, room, size=12), size=12, colour=MUTED, anchor="end")
    return y + 6


def _money(sheet: Sheet, figures: Figures, y: float) -> float:
    """Three figures side by side, as large as the widest of them allows."""
    named = (
        (texts.MONTH_INVOICED, figures.invoiced, paper.INK),
        (texts.MONTH_PAID, figures.paid, paper.GREEN),
        (texts.MONTH_OPEN, figures.open, paper.AMBER if figures.open.minor else paper.INK),
    )
    column = INSIDE / len(named)
    words = [amount_words(amount) for _, amount, _ in named]
    widest = max(paper.width_of(each, size=BIG, bold=True) for each in words)
    size = min(BIG, BIG * (column - 8) / widest)
    y += LINE
    for place, ((label, _, colour), amount) in enumerate(zip(named, words, strict=True)):
        x = MARGIN + place * column
        sheet.text(x, y, label, size=12, colour=MUTED)
        sheet.text(x, y + LINE + 4, amount, size=size, bold=True, colour=colour)
    y += LINE + 6
    return _remarks(sheet, figures, y)


def _remarks(sheet: Sheet, figures: Figures, y: float) -> float:
    """What the three figures do not say: other currencies, and what is late."""
    remarks = []
    if figures.others:
        others = ", ".join(map(amount_words, figures.others))
        remarks.append((texts.MONTH_OTHERS.format(amounts=others), MUTED))
    if figures.overdue.minor:
        late = amount_words(figures.overdue)
        remarks.append((texts.MONTH_OVERDUE.format(amount=late), paper.RED))
    for words, colour in remarks:
        y += LINE
        sheet.text(MARGIN, y, cut(words, INSIDE, size=12), size=12, colour=colour)
    return y


def _pipeline(sheet: Sheet, stages: tuple[Stage, ...], y: float) -> float:
    """One bar a stage, as long as its share of the largest count."""
    y = _heading(sheet, texts.MONTH_PIPELINE, y)
    most = max((each.count for each in stages), default=0)
    for each in stages:
        y += LINE + 2
        label = f"{texts.STAGES[each.name]}: {each.count}"
        sheet.text(MARGIN, y, label, size=paper.LABEL)
        if each.amount is not None and each.count:
            sheet.text(RIGHT, y, amount_words(each.amount), size=12, colour=MUTED, anchor="end")
        y += 5
        sheet.bar(MARGIN, y, INSIDE, BAR, paper.SHADE)
        if each.count:
            wide = max(LEAST, INSIDE * each.count / most)
            sheet.bar(MARGIN, y, wide, BAR, _COLOURS[each.name])
        y += BAR + 4
    return y


def _spending(sheet: Sheet, figures: Figures, cap: int, y: float) -> float:
    """A bar a day, under the day's cap where the spending comes near it."""
    y = _heading(sheet, texts.MONTH_SPEND, y, spent_words(figures.total_spent, cap))
    if figures.total_spent:
        y = _days(sheet, figures, cap, y + 8)
    work = texts.MONTH_WORK.format(
        calls=counted(figures.calls, "model call"),
        mails=counted(figures.mails, "mail"),
        decisions=counted(figures.decisions, "decision"),
    )
    y += LINE + 2
    sheet.text(MARGIN, y, cut(work, INSIDE, size=12), size=12, colour=MUTED)
    return y


def _days(sheet: Sheet, figures: Figures, cap: int, y: float) -> float:
    most = max(figures.spent)
    scale = CHART / max(most, cap if most * 2 >= cap else most)
    base, step = y + CHART, INSIDE / len(figures.spent)
    for place, cost in enumerate(figures.spent):
        tall = max(LEAST, cost * scale) if cost else 1
        colour = (paper.RED if cost > cap else paper.TEAL) if cost else paper.HAIRLINE
        sheet.bar(MARGIN + place * step + 1, base - tall, step - 2, tall, colour)
    if most * 2 >= cap:
        at = base - cap * scale
        sheet.line(MARGIN, at, RIGHT, at, paper.AMBER, strokeDashArray=[4, 3])
    for day in _marked(figures.first, len(figures.spent)):
        x = MARGIN + (day - 0.5) * step
        sheet.text(x, base + 14, str(day), size=paper.SMALL, colour=MUTED, anchor="middle")
    return base + 16


def _marked(first: date, days: int) -> tuple[int, ...]:
    """The days named below the bars; never two so close that they touch."""
    return (first.day, 8, 15, 22, days)
