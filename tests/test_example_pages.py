"""The examples that show an event: a plot of its figures, and a page that watches it."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
import services_at as at
import soaking
from conftest import ROOT
from databases import copied

PLOT, PAGE = ROOT / "examples" / "plot_figures.py", ROOT / "examples" / "watch_event.html"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


async def test_the_plot_asks_for_what_there_is(demo: httpx.AsyncClient) -> None:
    script = PLOT.read_text(encoding="utf-8")
    answer = (await demo.get("/v1/events/zagorsk-2023/figures?measure=injured")).raise_for_status().json()
    (question,) = answer["questions"]
    assert len(question["series"]) > 3
    columns = set(re.findall(r'point\["(\w+)"\]', script))
    assert {"low", "high", "effective_from"} <= columns
    for series in question["series"]:
        assert series.keys() >= set(re.findall(r'series\["(\w+)"\]', script))
        assert all(columns <= point.keys() for point in series["points"])
    assert set(re.findall(r'question\["(\w+)"\]', script)) <= question.keys()
    assert "figures.png" in (ROOT / "docs" / "dashboards.md").read_text(encoding="utf-8")


async def test_the_page_shows_what_there_is(demo: httpx.AsyncClient) -> None:
    page = PAGE.read_text(encoding="utf-8")
    parameters = re.search(r"/dossier(\?\S*)`", page)
    assert parameters
    dossier: dict[str, Any] = (
        (await demo.get(f"/v1/events/zagorsk-2023/dossier{parameters[1]}")).raise_for_status().json()
    )
    question = dossier["questions"][0]
    claim = question["claims"][0]
    for name, shown in (("question", question), ("claim", claim), ("event", dossier["event"])):
        members = set(re.findall(rf"\b{name}\.(\w+)", page)) - {"append"}
        assert members, name
        assert members <= shown.keys(), name
    labels = (await demo.get("/v1/words")).raise_for_status().json()
    shown_lists = set(re.findall(r"\blabels\.(\w+)\[", page))
    assert shown_lists == {"status", "standing", "stance"}
    assert {question["status"]} <= labels["status"].keys()
    assert {claim["standing"]} <= labels["standing"].keys()
    assert claim["origins"].keys() <= labels["stance"].keys()
    assert all("name" in origin for origins in claim["origins"].values() for origin in origins)
    assert len(re.findall(r"\blanguage\b.*\bcatch\b|headers: language\b", page)) == page.count("fetch(")
    assert "innerHTML" not in page  # what others wrote is text, and nothing else


@pytest.mark.soak
@pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it")
@pytest.mark.skipif(not find_spec("matplotlib"), reason="pip install -e '.[plot]'")
def test_the_plot_is_drawn(demo_url: str, tmp_path: Path) -> None:
    picture = tmp_path / "figures.png"
    with at.serving(demo_url) as base:
        command = [sys.executable, str(PLOT), "zagorsk-2023", "injured", str(picture)]
        subprocess.run(command, check=True, env=os.environ | {"COUNTERCLAIM_URL": base, "MPLBACKEND": "Agg"})
    assert picture.read_bytes().startswith(b"\x89PNG")


# Notes what is drawn of each question, instead of drawing it.
RECORDER = """
import json
class Axes:
    def __init__(self): self.drawn = {"labels": [], "points": [], "bars": [], "arrows": []}
    def plot(self, times, numbers, look, color, label=None):
        self.drawn["points"] += numbers
        self.drawn["labels"] += [label] if label else []
    def vlines(self, time, low, high, **look): self.drawn["bars"].append([low, high])
    def annotate(self, text, at, *args, **look): self.drawn["arrows"].append(at[1])
    def set(self, title, **words): self.drawn["title"] = title
    def legend(self, **look): pass
class Figure:
    def __init__(self, axes): self.axes = axes
    def autofmt_xdate(self): pass
    def savefig(self, file, **look):
        with open(file, "w") as out: json.dump([axes.drawn for axes in self.axes], out)
def subplots(rows, **look):
    axes = [Axes() for _ in range(rows)]
    return Figure(axes), [[each] for each in axes]
def get_cmap(name): return type("Map", (), {"colors": ["red", "blue"]})
"""


def test_the_plot_says_what_is_missing_and_draws_open_ends(
    server_url: str, template: str, key: str, tmp_path: Path
) -> None:
    (tmp_path / "matplotlib").mkdir()
    (tmp_path / "matplotlib" / "pyplot.py").write_text(RECORDER)
    drawing = tmp_path / "figures.json"
    figures: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("_desk", {"qualifier": "at_least", "min": 2200}, {}),
        ("Post of $ and $", {"qualifier": "at_most", "max": 3000}, {}),
        ("Mayor Petra", {"qualifier": "unknown"}, {}),
        ("Anna Li", {"qualifier": "dozens"}, {}),
        ("Rada Net", {"min": 31}, {"subject": "children"}),
    ]

    def plotted(base: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"COUNTERCLAIM_URL": base, "PYTHONPATH": str(tmp_path)}
        command = [sys.executable, str(PLOT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    with copied(server_url, template) as url, at.serving(url) as base:
        headers = {"Authorization": f"Bearer {key}"}
        for title in ("Fire", "Quiet"):
            httpx.post(f"{base}/v1/events", json={"title": title}, headers=headers).raise_for_status()
        for hour, (name, figure, of) in enumerate(figures, start=10):
            statement = {"source": {"name": name}, "said": f"2024-05-01T{hour}:00Z"}
            body = {"question": {"measure": "injured"} | of, "figure": figure, "statements": [statement]}
            httpx.post(f"{base}/v1/events/fire/claims", json=body, headers=headers).raise_for_status()
        assert plotted(base, "fire", "injured", str(drawing)).returncode == 0
        refused = {
            "There is no event": plotted(base, "nowhere", "injured", "x.png"),
            "one of these is needed": plotted(base, "fire", "quux", "x.png"),
            "Nobody gives a figure of `killed` for fire. Figures are kept of: injured.": plotted(
                base, "fire", "killed", "x.png"
            ),
            "Figures are kept of: none at all.": plotted(base, "quiet", "injured", "x.png"),
            "python plot_figures.py zagorsk-2023 injured figures.png": plotted(base, "fire"),
        }
    refused["does not answer"] = plotted("http://127.0.0.1:1", "fire", "injured", "x.png")
    for words, outcome in refused.items():
        assert (outcome.returncode, outcome.stdout) == (1, ""), words
        assert words in outcome.stderr
        assert "Traceback" not in outcome.stderr
    everybody, children = json.loads(drawing.read_text())
    assert everybody["labels"] == [" _desk", r"Post of \$ and \$", "Mayor Petra: no number", "Anna Li"]
    assert everybody["points"] == [2200, 3000, 24]
    assert everybody["bars"] == [[2200, 2200], [0, 3000], [24, 99]]
    assert everybody["arrows"] == [2200]
    assert (children["title"], children["labels"]) == ("Injured (children)", ["Rada Net"])


@pytest.mark.soak
@pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it")
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@pytest.mark.parametrize(
    ("asked", "shows"),
    [
        ("", ['<html lang="en"', ">What caused the explosion? (settled)</h2>", "says so: Investigative Committee"]),
        ("&lang=uk", ['<html lang="uk"', ">Поранені (спірне)</h2>", "стверджує: Investigative Committee"]),
    ],
)
def test_the_page_works_as_a_file(demo_url: str, tmp_path: Path, asked: str, shows: list[str]) -> None:
    with at.serving(demo_url) as base:
        page = f"{PAGE.as_uri()}?event=zagorsk-2023&service={base}{asked}"
        command = [str(CHROMIUM), "--headless", "--no-sandbox", f"--user-data-dir={tmp_path}", "--dump-dom"]
        command += ["--virtual-time-budget=9000", page]
        drawn = subprocess.run(command, check=True, capture_output=True, text=True)
    assert [words for words in shows if words not in drawn.stdout] == []
