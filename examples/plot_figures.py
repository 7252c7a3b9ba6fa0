"""Plots who gave which number when: `python plot_figures.py zagorsk-2023 injured figures.png`.

Needs pandas and matplotlib: pip install 'counterclaim[plot]'. A point is a number as it was said, with a bar from the
least to the most that its words allow, and an arrow where they have no upper end ("at least 22").
"""

import os
import sys

import matplotlib.pyplot as plt
import pandas as pd

BASE = os.environ.get("COUNTERCLAIM_URL", "http://127.0.0.1:8000")


def plot(event: str, measure: str, file: str) -> None:
    """Draw the figures of one measure, a colour for each speaker."""
    answer = pd.read_json(f"{BASE}/v1/events/{event}/figures?measure={measure}", typ="series")
    question = answer["questions"][0]  # there is one for each subject: all people, civilians …
    points = pd.json_normalize(question["series"], "points", ["name"], record_prefix="point_").dropna(
        subset=["point_low"]
    )
    points["at"] = pd.to_datetime(points["point_effective_from"])
    figure, axes = plt.subplots(figsize=(9, 5))
    for name, said in points.sort_values("at").groupby("name", sort=False):
        line = axes.plot(said["at"], said["point_low"], "o-", label=name)[0]
        axes.vlines(said["at"], said["point_low"], said["point_high"], color=line.get_color(), alpha=0.5)
        still_open = said[said["point_high"].isna()]
        axes.plot(still_open["at"], still_open["point_low"] + 1.5, "^", color=line.get_color())
    axes.set(title=question["heading"], ylabel=question["unit"], xlabel="UTC", ylim=(0, None))
    axes.legend(title="said by", fontsize="small")
    figure.autofmt_xdate()
    figure.savefig(file, dpi=110, bbox_inches="tight")


if __name__ == "__main__":
    plot(*sys.argv[1:4])
