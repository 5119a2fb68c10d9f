"""When tasks ran, and where: a lane for each worker, and how many ran at a time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from ..cli.text import clip, duration
from .graph import swatch
from .markup import Html, css, element, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...core.run.records import TaskRecord

MAX_BARS = 3000
MAX_LANES = 48
MAX_MARKS = 500
LABEL, WIDTH, MARGIN, LANE, GAP, AXIS = 190, 960, 36, 16, 4, 22
BINS = 400
CURVE = 72
_DAY = 86_400.0
_STEPS = (10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0, 43_200.0, _DAY)
_SCHEMES = ("serial", "threads", "processes", "ipython")


class Span(NamedTuple):
    """When a task ran, from the start of the run, and on what."""

    begin: float
    end: float
    task: TaskRecord


Lanes = dict[str, list[Span]]


def spans_of(tasks: Iterable[TaskRecord]) -> list[Span]:
    """Return the tasks that ran, as far as it is known when."""
    found = []
    for task in tasks:
        begin = task.began or task.dispatched
        end = task.ended or begin + task.seconds
        if task.attempts and end > 0 and end >= begin:
            # A short task may have been told of only at its end.
            found.append(Span(max(0.0, end - task.seconds) if not task.began and task.seconds else begin, end, task))
    return found


def timeline(spans: Sequence[Span]) -> Html:
    """Return the drawing: each task a bar, or, where they are many, how busy each lane was."""
    if not spans:
        return element("p", "It is not known when tasks ran.", class_="soft")
    total = max(span.end for span in spans) or 1e-9
    lanes = _lanes(spans)
    bars = len(spans) <= MAX_BARS
    drawn = [
        part
        for row, (name, members) in enumerate(lanes.items())
        for part in _lane(name, members, row * (LANE + GAP), total, bars=bars)
    ]
    height = len(lanes) * (LANE + GAP) + AXIS
    chart = element(
        "svg", *_axis(total, height - AXIS), *drawn, width=LABEL + WIDTH + MARGIN, height=height, role="img",
        aria_label="When each task ran",
    )  # fmt: skip
    note = (
        "" if bars else f"{len(spans):,} tasks are too many to tell apart: the height of a lane says how busy it was."
    )
    told = element("p", note, class_="soft") if note else None
    return joined([element("div", chart, class_="scroll"), _legend(spans, bars=bars), *([told] if told else [])])


def _lanes(spans: Sequence[Span]) -> Lanes:
    """Return the spans by worker; by scheme where there are too many workers."""
    for named in (_worker_of, _scheme_of):
        lanes: Lanes = {}
        for span in spans:
            lanes.setdefault(named(span.task), []).append(span)
        if len(lanes) <= MAX_LANES:
            break
    return dict(sorted(lanes.items(), key=lambda lane: _natural(lane[0])))


def _worker_of(task: TaskRecord) -> str:
    where = task.worker or (f"process {task.pid}" if task.pid else "")
    return " · ".join(part for part in (task.scheme, task.host, where) if part)


def _scheme_of(task: TaskRecord) -> str:
    return task.scheme


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key by which ``worker 2`` comes before ``worker 10``."""
    words = name.split()
    return [(int(word), "") if word.isascii() and word.isdigit() and len(word) < 10 else (-1, word) for word in words]


def _axis(total: float, bottom: int) -> Iterable[Html]:
    for tick in ticks(total):
        x = LABEL + WIDTH * tick / total
        yield element("line", class_="grid", x1=x, x2=x, y1=0, y2=bottom)
        anchor = "end" if tick and x > LABEL + WIDTH - MARGIN else None
        told = duration(tick).removesuffix(" 0 s").removesuffix(" 0 min") if tick else "0"
        yield element(
            "text", told, class_="small", x=x + (2 if anchor is None else -2), y=bottom + 15, text_anchor=anchor
        )


def ticks(total: float, about: int = 8) -> list[float]:
    """Return round times from 0 to ``total``, about so many."""
    rough = total / about
    step = next((step for step in _STEPS if step >= rough > _STEPS[0] / 2), 0.0)
    if not step:
        unit = _DAY if rough > _STEPS[0] else 1.0
        power = 10.0 ** math.floor(math.log10(rough / unit))
        step = unit * next(step * power for step in (1, 2, 5, 10) if step * power >= rough / unit * 0.999)
    return [number * step for number in range(int(total / step) + 1)]


def _lane(name: str, spans: Sequence[Span], y: int, total: float, *, bars: bool) -> Iterable[Html]:
    yield element("text", element("title", name), clip(name, 28), class_="small", x=0, y=y + 12)
    yield element("rect", class_="lane", x=LABEL, y=y, width=WIDTH, height=LANE)
    if bars:
        yield from (_bar(span, y, total) for span in spans)
        return
    yield element("path", class_=_colour(spans[0].task.scheme), d=_busy_path(busy(spans, total), y))
    failed = [span for span in spans if span.task.state.value == "failed"][:MAX_MARKS]
    yield from (_bar(span, y, total) for span in failed)


def _bar(span: Span, y: int, total: float) -> Html:
    task = span.task
    failed = task.state.value == "failed"
    told = f"{task.title}: {task.state.value} in {duration(task.seconds)}, from {duration(span.begin)}"
    return element(
        "rect",
        element("title", told),
        class_=css("failed") if failed else _colour(task.scheme),
        x=LABEL + WIDTH * span.begin / total,
        y=y + 1,
        width=max(0.8, WIDTH * (span.end - span.begin) / total - 0.4),
        height=LANE - 2,
        rx=1,
    )


def busy(spans: Iterable[Span], total: float) -> list[float]:
    """Return for each of ``BINS`` equal parts of the run how many tasks ran in it, on average."""
    found = [0.0] * BINS
    for begin, end, _ in spans:
        first, last = begin / total * BINS, min(end / total * BINS, BINS)
        for place in range(int(first), min(int(last) + 1, BINS)):
            found[place] += max(0.0, min(last, place + 1) - max(first, place))
    return found


def _busy_path(levels: Sequence[float], y: int) -> str:
    highest = max(1.0, *levels)
    step = WIDTH / BINS
    steps = [f"V{y + LANE - (LANE - 2) * level / highest:.1f}h{step:g}" for level in levels]
    return f"M{LABEL} {y + LANE}{''.join(steps)}V{y + LANE}z"


def concurrency(spans: Sequence[Span]) -> Html:
    """Return a curve of how many tasks ran at a time."""
    if not spans:
        return Html("")
    total = max(span.end for span in spans) or 1e-9
    levels = busy(spans, total)
    highest = max(*levels, 1e-9)
    step = WIDTH / BINS
    path = "".join(f"L{LABEL + place * step:.1f} {CURVE - (CURVE - 14) * level / highest:.1f}"
                   for place, level in enumerate(levels))  # fmt: skip
    return element(
        "div",
        element(
            "svg",
            *_axis(total, CURVE),
            element("path", class_="area", d=f"M{LABEL} {CURVE}{path}L{LABEL + WIDTH} {CURVE}z"),
            element("text", "tasks at a time", class_="small", x=0, y=CURVE - 4),
            element("text", f"up to {highest:.1f}".removesuffix(".0"), class_="small", x=0, y=14),
            width=LABEL + WIDTH + MARGIN,
            height=CURVE + AXIS,
            role="img",
            aria_label="How many tasks ran at a time",
        ),
        class_="scroll",
    )


def _colour(scheme: str) -> str:
    return css(scheme) if scheme in _SCHEMES else "other"


def _legend(spans: Sequence[Span], *, bars: bool) -> Html:
    schemes = sorted({span.task.scheme for span in spans})
    shown = [element("span", swatch(_colour(scheme)), scheme or "unknown") for scheme in schemes]
    if any(span.task.state.value == "failed" for span in spans):
        shown.append(element("span", swatch(css("failed")), "failed" if bars else "failed (marked)"))
    return element("div", *shown, class_="legend")
