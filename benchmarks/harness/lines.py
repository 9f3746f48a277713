"""Several series over one axis, each in a small panel of its own, as an SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WIDTH, PANEL, LEFT, RIGHT, GAP, BOTTOM = 640, 84, 130, 20, 18, 44


def svg(across: Sequence[float], series: Mapping[str, Sequence[float]], title: str) -> str:
    """A panel a series, from nothing to its greatest value; `title` stands under the common axis."""
    height = len(series) * (PANEL + GAP) + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif"'
        ' font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
    ]
    for number, (name, values) in enumerate(series.items()):
        parts += _panel(number * (PANEL + GAP) + GAP, across, values, name)
    last = f"{across[-1]:,.0f}"
    parts += [
        _text(LEFT, height - 24, "0", "middle"),
        _text(WIDTH - RIGHT, height - 24, last, "end"),
        _text((LEFT + WIDTH - RIGHT) / 2, height - 8, title, "middle"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _panel(top: float, across: Sequence[float], values: Sequence[float], name: str) -> list[str]:
    most, widest = max(*values, 1e-9), max(*across, 1e-9)
    points = " ".join(
        f"{LEFT + (WIDTH - LEFT - RIGHT) * x / widest:.1f},{top + PANEL - PANEL * y / most:.1f}"
        for x, y in zip(across, values, strict=True)
    )
    return [
        f'<path d="M{LEFT} {top}V{top + PANEL}H{WIDTH - RIGHT}" fill="none" stroke="#bbbbbb"/>',
        f'<polyline points="{points}" fill="none" stroke="#00518a" stroke-width="1.5"/>',
        _text(LEFT - 6, top + 10, f"{most:,.1f}", "end"),
        _text(LEFT - 6, top + PANEL / 2 + 4, name, "end"),
    ]


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
