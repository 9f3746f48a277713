"""How time grows with the number of candidates, as an SVG with two logarithmic axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from statistics import median

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 420, 80, 130, 30, 60
FIRST, LAST, LEAST, MOST = 3, 6, -4, 2
Row = tuple[int, Sequence[float], Sequence[float]]


def svg(rows: Sequence[Row]) -> str:
    """Each row: candidates, seconds of the compiled match, seconds of the plain heap."""
    ours = [(people, median(times)) for people, times, _ in rows]
    plain = [(people, median(times)) for people, _, times in rows]
    linear = [(people, ours[-1][1] * people / ours[-1][0]) for people, _ in ours]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        *_grid(),
        _line(linear, "#999999", "linear", dashed=True),
        _line(plain, "#b35900", "plain heap"),
        _line(ours, "#00518a", "compiled"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _grid() -> list[str]:
    parts = []
    for power in range(FIRST, LAST + 1):
        x = _x(10**power)
        parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#dddddd"/>')
        parts.append(_text(x, HEIGHT - BOTTOM + 18, f"{10**power:,}", "middle"))
    for power in range(LEAST, MOST + 1):
        y = _y(10.0**power)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{10.0**power:g} s", "end"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [*parts, _text(middle, HEIGHT - 16, "candidates", "middle")]


def _line(points: Sequence[tuple[int, float]], colour: str, name: str, dashed: bool = False) -> str:
    way = " ".join(f"{_x(people):.1f},{_y(seconds):.1f}" for people, seconds in points)
    dash = ' stroke-dasharray="4 4"' if dashed else ""
    line = f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
    up = -8 if dashed else 12
    return line + _text(
        _x(points[-1][0]) + 8, _y(points[-1][1]) + (up if name != "plain heap" else 4), name, "start"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def _x(people: float) -> float:
    return LEFT + (log10(people) - FIRST) / (LAST - FIRST) * (WIDTH - LEFT - RIGHT)


def _y(seconds: float) -> float:
    return HEIGHT - BOTTOM - (log10(seconds) - LEAST) / (MOST - LEAST) * (HEIGHT - TOP - BOTTOM)
