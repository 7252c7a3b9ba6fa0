"""Clients that are generated from the description run the tutorial: with its types, and nothing said in vain."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import soaking
from services_at import serving

TUTORIAL = {
    "create_event": "/v1/events",
    "create_claim": "/v1/events/{event}/claims",
    "create_report": "/v1/reports",
    "get_dossier": "/v1/events/{event}/dossier",
    "list_claims": "/v1/claims",
}
# As a user writes it: typed, and nothing said that may be left out.
PYTHON = """
import sys
from counterclaim_client import AuthenticatedClient, Client
from counterclaim_client.api.claims import create_claim, list_claims
from counterclaim_client.api.events import create_event
from counterclaim_client.api.pictures import get_dossier
from counterclaim_client.api.reports import create_report
from counterclaim_client.models import (
    ClaimCreate, EventCreate, Figure, ProblemRead, QuestionCreate, ReportCreate, SourceCreate, Stance, Standing,
    StatementInClaim,
)

url, key = sys.argv[1:]
writer, reader = AuthenticatedClient(base_url=url, token=key), Client(base_url=url)
create_event.sync(client=writer, body=EventCreate(title="Explosion at the plant", slug="plant", occurred="2023-08-09"))
question = QuestionCreate(text="What caused the explosion?", kind="cause")
for words, name, stance in (
    ("A drone struck the plant", "other witnesses", Stance.SUPPORT),
    ("A pyrotechnics warehouse blew up", "Sergei Pakhomov", Stance.SUPPORT),
    ("A drone struck the plant", "Ministry of Defence", Stance.DENY),
):
    said = StatementInClaim(source=SourceCreate(name=name), stance=stance)
    body = ClaimCreate(text=words, question=question, statements=[said])
    made = create_claim.sync(event="plant", client=writer, body=body)
    assert made.statements[0].outcome == "created", made
body = ClaimCreate(question=QuestionCreate(measure="injured"), figure=Figure(min_=3), statements=[StatementInClaim()])
assert create_claim.sync(event="plant", client=writer, body=body).claim.outcome == "created"
dossier = get_dossier.sync(event="plant", client=reader)
cause = next(asked for asked in dossier.questions if asked.text == "What caused the explosion?")
assert [len(claim.rivals) for claim in cause.claims] == [1, 1]
assert cause.claims[0].counts.deny.statements == 1
assert cause.claims[0].standing is Standing.CONTESTED, cause.claims[0].standing
assert list_claims.sync(client=reader, q="warehouse").items[0].text == "A pyrotechnics warehouse blew up"
assert isinstance(get_dossier.sync(event="none", client=reader), ProblemRead)
print("done")
"""
TYPESCRIPT = """
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Schemas = components["schemas"];
const [url, key] = process.argv.slice(2) as [string, string];
const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });
const event = { params: { path: { event: "plant" } } };
await client.POST("/v1/events", { body: { title: "Explosion at the plant", slug: "plant", occurred: "2023-08-09" } });
const question: Schemas["QuestionCreate"] = { text: "What caused the explosion?", kind: "cause" };
const said: [string, string, Schemas["Stance"]][] = [
  ["A drone struck the plant", "other witnesses", "support"],
  ["A pyrotechnics warehouse blew up", "Sergei Pakhomov", "support"],
  ["A drone struck the plant", "Ministry of Defence", "deny"],
];
for (const [text, name, stance] of said) {
  const body: Schemas["ClaimCreate"] = { text, question, statements: [{ source: { name }, stance }] };
  const { data } = await client.POST("/v1/events/{event}/claims", { ...event, body });
  if (data?.statements[0]?.outcome !== "created") throw new Error(JSON.stringify(data));
}
const figure: Schemas["ClaimCreate"] = { question: { measure: "injured" }, figure: { min: 3 }, statements: [{}] };
await client.POST("/v1/events/{event}/claims", { ...event, body: figure });
const { data: dossier } = await client.GET("/v1/events/{event}/dossier", event);
const cause = dossier?.questions.find((asked) => asked.text === question.text);
const standing: Schemas["Standing"] | undefined = cause?.claims[0]?.standing;
if (cause?.claims.some((claim) => claim.rivals.length !== 1)) throw new Error("no rivals");
if (standing !== "contested" || cause?.claims[0]?.counts.deny?.statements !== 1) throw new Error(standing);
const { error } = await client.GET("/v1/events/{event}/dossier", { params: { path: { event: "none" } } });
if (error?.status !== 404) throw new Error(JSON.stringify(error));
console.log("done");
"""
PACKAGES = ("openapi-typescript@7", "openapi-fetch@0", "typescript@5", "@types/node@20")
TSC = (
    *("--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--skipLibCheck"),
    *("--target", "es2022", "--module", "nodenext"),
)


def _of_the_tutorial(description: dict[str, Any]) -> dict[str, Any]:
    """What the tutorial calls, and all that this refers to: a client of everything takes long to make."""
    paths = {
        path: {name: part for name, part in item.items() if name == "parameters" or part["operationId"] in TUTORIAL}
        for path, item in description["paths"].items()
        if path in TUTORIAL.values()
    }
    components: dict[str, dict[str, Any]] = {}
    waiting: list[Any] = [paths]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and isinstance(reference := node.get("$ref"), str):
            kind, name = reference.removeprefix("#/components/").split("/")
            if name not in components.setdefault(kind, {}):
                components[kind][name] = description["components"][kind][name]
                waiting.append(components[kind][name])
        waiting += node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    components["securitySchemes"] = description["components"]["securitySchemes"]
    return description | {"paths": paths, "components": components}


def _run(*command: str | Path, at: Path) -> str:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=at, env=environment, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_python_client_runs_the_tutorial(
    database_url: str, key: str, described: dict[str, Any], tmp_path: Path
) -> None:
    whole = described if soaking.SOAK else _of_the_tutorial(described)
    (tmp_path / "openapi.json").write_text(json.dumps(whole), encoding="utf-8")
    (tmp_path / "config.yaml").write_text("post_hooks: []\n", encoding="utf-8")
    generate = (sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--config", "config.yaml")
    _run(*generate, "--path", "openapi.json", "--output-path", "counterclaim_client", at=tmp_path)
    (tmp_path / "tutorial.py").write_text(PYTHON, encoding="utf-8")
    with serving(database_url) as url:
        assert _run(sys.executable, "tutorial.py", url, key, at=tmp_path) == "done\n"


@pytest.mark.soak
def test_a_typescript_client_runs_the_tutorial(
    database_url: str, key: str, described: dict[str, Any], tmp_path: Path
) -> None:
    if not soaking.SOAK:
        pytest.skip("only in `make soak`: its packages are fetched")
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("there is no node, or no npm")
    (tmp_path / "openapi.json").write_text(json.dumps(described), encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module", "private": true}', encoding="utf-8")
    install = (npm, "install", "--no-audit", "--no-fund", *PACKAGES)
    fetched = subprocess.run(install, cwd=tmp_path, capture_output=True, check=False)
    if fetched.returncode:
        pytest.skip("npm can't fetch the packages: no registry is in reach")
    modules = tmp_path / "node_modules"
    _run(node, modules / "openapi-typescript/bin/cli.js", "openapi.json", "-o", "api.d.ts", at=tmp_path)
    (tmp_path / "tutorial.ts").write_text(TYPESCRIPT, encoding="utf-8")
    _run(node, modules / "typescript/bin/tsc", *TSC, "tutorial.ts", at=tmp_path)
    with serving(database_url) as url:
        assert _run(node, "tutorial.js", url, key, at=tmp_path) == "done\n"
