"""The examples that show an event: a plot of its figures, and a page that watches it."""

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

PLOT, PAGE = ROOT / "examples" / "plot_figures.py", ROOT / "examples" / "watch_event.html"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


async def test_the_plot_asks_for_what_there_is(demo: httpx.AsyncClient) -> None:
    script = PLOT.read_text(encoding="utf-8")
    answer = (await demo.get("/v1/events/zagorsk-2023/figures?measure=injured")).raise_for_status().json()
    (question,) = answer["questions"]
    assert len(question["series"]) > 3
    columns = set(re.findall(r"point_(\w+)", script))
    assert {"low", "high", "effective_from"} <= columns
    for series in question["series"]:
        assert series["name"]
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
    assert "innerHTML" not in page  # what others wrote is text, and nothing else


@pytest.mark.soak
@pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it")
@pytest.mark.skipif(not (find_spec("pandas") and find_spec("matplotlib")), reason="pip install -e '.[plot]'")
def test_the_plot_is_drawn(demo_url: str, tmp_path: Path) -> None:
    picture = tmp_path / "figures.png"
    with at.serving(demo_url) as base:
        command = [sys.executable, str(PLOT), "zagorsk-2023", "injured", str(picture)]
        subprocess.run(command, check=True, env=os.environ | {"COUNTERCLAIM_URL": base, "MPLBACKEND": "Agg"})
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.soak
@pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it")
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_the_page_works_as_a_file(demo_url: str, tmp_path: Path) -> None:
    with at.serving(demo_url) as base:
        page = f"{PAGE.as_uri()}?event=zagorsk-2023&service={base}"
        command = [str(CHROMIUM), "--headless", "--no-sandbox", f"--user-data-dir={tmp_path}", "--dump-dom"]
        command += ["--virtual-time-budget=9000", page]
        drawn = subprocess.run(command, check=True, capture_output=True, text=True)
    assert ">What caused the explosion? (settled)</h2>" in drawn.stdout
    assert "says so: Investigative Committee" in drawn.stdout
