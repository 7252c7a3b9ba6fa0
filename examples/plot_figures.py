"""Plots who gave which number when: `python plot_figures.py zagorsk-2023 injured figures.png`.

Needs matplotlib: pip install 'counterclaim[plot]'. A point is a number as it was said, with a bar from the least to the
most that its words allow, and an arrow up where they have no upper end ("at least 22"). Whoever gave no number ("it is
not known") stands in the legend alone.
"""

import json
import os
import re
import sys
from datetime import datetime
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import urlopen

import matplotlib.pyplot as plt

BASE = os.environ.get("COUNTERCLAIM_URL", "http://127.0.0.1:8000")


def read(path: str) -> Any:
    """What the service answers; ends with its words where it refuses."""
    try:
        with urlopen(f"{BASE}/v1/events/{path}") as answer:  # noqa: S310  (the service's own address)
            return json.load(answer)
    except HTTPError as refused:
        sys.exit(json.load(refused)["detail"])
    except URLError as failed:
        sys.exit(f"{BASE} does not answer: {failed.reason}")


def said_number(point: dict[str, Any]) -> Any:
    """Where a figure is drawn; of words without a number ("dozens") the least that they allow."""
    return next(point[name] for name in ("min", "max", "low") if point[name] is not None)


def draw(axes: Any, question: dict[str, Any]) -> None:
    """The figures that answer one question, a colour for each speaker."""
    colours = plt.get_cmap("tab20").colors
    for nth, series in enumerate(question["series"]):
        points = [point for point in series["points"] if point["low"] is not None]
        times = [datetime.fromisoformat(point["effective_from"]) for point in points]
        # Neither a formula nor, with an underscore first, what a legend leaves out.
        name = re.sub("^_", " _", series["name"].replace("$", r"\$")) + ("" if points else ": no number")
        look = {"color": colours[nth % len(colours)]}
        axes.plot(times, [said_number(point) for point in points], "o-", **look)
        axes.plot([], [], "o-" if points else " ", label=name, **look)
        for time, point in zip(times, points, strict=True):
            number = said_number(point)
            axes.vlines(time, point["low"], number if point["high"] is None else point["high"], alpha=0.5, **look)
            if point["high"] is None:
                arrow = {"arrowstyle": "<-"} | look
                axes.annotate("", (time, number), (0, 20), textcoords="offset points", arrowprops=arrow)
    axes.set(title=question["heading"].replace("$", r"\$"), ylabel=question["unit"], xlabel="UTC", ylim=(0, None))
    axes.legend(title="said by", fontsize="small")


def plot(event: str, measure: str, file: str) -> None:
    """Draw the figures of one measure, with a question for each subject: all people, civilians, children."""
    questions = read(f"{quote(event)}/figures?measure={quote(measure)}")["questions"]
    told = [question for question in questions if any(series["points"] for series in question["series"])]
    if not told:
        measures = {question["measure"] for question in read(f"{quote(event)}/figures")["questions"]}
        others = ", ".join(sorted(measures)) or "none at all"
        sys.exit(f"Nobody gives a figure of `{measure}` for {event}. Figures are kept of: {others}.")
    figure, rows = plt.subplots(len(told), squeeze=False, sharex=True, figsize=(9, 5 * len(told)))
    for (axes,), question in zip(rows, told, strict=True):
        draw(axes, question)
    figure.autofmt_xdate()
    figure.savefig(file, dpi=110, bbox_inches="tight")


if __name__ == "__main__":
    if len(sys.argv) != len(("script", "event", "measure", "file")):
        sys.exit("Which event, which measure and which file? " + __doc__.splitlines()[0].partition("`")[2].strip("`."))
    plot(*sys.argv[1:])
