"""What is stored before anything is sent again: the demo, the examples' threads and incidents, and posts."""

import importlib.util
import json
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import httpx
import incidents
import threads

Json = dict[str, Any]
EXAMPLES: Final = Path(__file__).parents[2] / "examples"
# A post of each platform, as its address is shown.
POSTS: Final = (
    "https://t.me/kestrel_news/501",
    "https://x.com/kestrel/status/1700000000000000001",
    "https://www.youtube.com/watch?v=AbCdE-_1234",
    "https://www.facebook.com/kestrel/posts/123456789012345",
    "https://www.instagram.com/p/CabcDEF/",
    "https://www.tiktok.com/@kestrel/video/7300000000000000001",
    "https://vk.com/wall-1_20",
    "https://www.threads.net/@kestrel/post/CabcDEF",
    "https://bsky.app/profile/kestrel.bsky.social/post/3kabc",
    "https://mastodon.example/@kestrel/110000000000000001",
)
# Whose they are, in the same order.
ACCOUNTS: Final = (
    "https://t.me/kestrel_news",
    "https://x.com/kestrel",
    "https://www.youtube.com/@kestrel",
    "https://www.facebook.com/kestrel",
    "https://www.instagram.com/kestrel/",
    "https://www.tiktok.com/@kestrel",
    "https://vk.com/kestrel",
    "https://www.threads.net/@kestrel",
    "https://bsky.app/profile/kestrel.bsky.social",
    "https://mastodon.example/@kestrel",
)
# Texts whose signs fold in ways that those of the demo don't, with their languages, and who says them.
SIGNS: Final = (
    ("ar", "أُصيب ٣٧ شخصا في انفجار المصنع يوم ٩ أغسطس", "وزارة الصحة"),
    ("fa", "نیروگاه می‌سوزد و ۱۲ نفر زخمی شدند", "علی کریمی"),
    ("fr", "L’usine n’a pas brûlé, l’élu l’a dit : 12 blessés", "Élodie Lefèvre-Brun"),
    ("de", "Im Werk gab es 45 Verletzte – „schwer“ verletzt sind 6", "Jürgen Groß"),
    ("pl", "Rzecznik: 3 osoby są w szpitalu, pożar ugaszono", "Łukasz Wójcik"),
    ("tr", "İzmir'deki fabrikada 5 işçi yaralandı", "İbrahim Işık"),
    ("ru", "Её нашли всё ещё тёплой: 7 раненых, сообщил штаб", "Семён Королёв"),
    ("uk", "У Києві об'єкт не горів, під'їзд цілий: 2 поранених", "Ганна Мар'яненко"),
    ("he", "שני הרוגים ו-14 פצועים באתר", "רון לוי"),
    ("hi", "कारखाने में 8 लोग घायल हुए", "रवि शर्मा"),
    ("zh", "工厂爆炸，造成 31 人受伤", "李明"),
    ("es", "«¡No hubo más de 20 heridos!», dijo el alcalde", "Íñigo Peña"),
    ("en", "The town's mill didn't burn... it's at 40% of capacity", "Mary O'Neill-Smith"),
)


@dataclass(frozen=True)
class World:
    """Every record that is stored, by its type and id, as an export has it; ids point from one to another."""

    records: dict[str, dict[str, Json]]

    def ids(self, type_: str) -> set[str]:
        return set(self.records.get(type_, {}))

    def of(self, type_: str) -> list[Json]:
        return list(self.records.get(type_, {}).values())


def _example(name: str) -> Any:
    """A script as a module: it is no package's."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def bodies() -> list[Json]:
    """The reports of all worlds."""
    demo = json.loads(resources.files("app.demo").joinpath("reports.json").read_text(encoding="utf-8"))
    script, airwars = _example("ingest_threads"), _example("airwars_reports")
    replies = [script.report(thread, post) for thread in threads.THREADS for post in threads.posts(thread)]
    names = airwars.names_of(incidents.SMALL)
    cases = [airwars.report(incident, names, airwars.Notes()) for incident in incidents.SMALL]
    return [*demo, *replies, *cases, _posts(), *_signs()]


def _posts() -> Json:
    """An event of which each platform has a post, all by one witness or another."""
    claims = [
        {
            "text": f"The depot burned, says post {nth}", "language": "en",
            "statements": [
                {"source": {"name": f"Kestrel {nth}", "kind": "account", "url": account}, "document": {"url": url}},
                {"source": {"disclosure": "anonymous", "role": "a neighbour"}, "document": {"url": url}},
            ],
        }
        for nth, (url, account) in enumerate(zip(POSTS, ACCOUNTS, strict=True))
    ]  # fmt: skip
    return {"events": [{"slug": "depot", "title": "Depot", "occurred": "2024-05-02", "claims": claims}]}


def _signs() -> list[Json]:
    """Who says what in many scripts; each claim answers its own question, and the paper denies it in its own voice."""
    return [
        {
            "document": {"url": f"https://paper.example/{language}/1", "language": language, "published": "2024-05-02"},
            "events": [
                {
                    "slug": f"mill-{language}", "title": "Mill", "occurred": "2024-05-02",
                    "claims": [
                        {
                            "text": text, "language": language,
                            "question": {"text": f"{text} – {name}?", "kind": "cause"},
                            "statements": [
                                {"source": {"name": name, "kind": "official", "role": "mayor"}, "wording": text},
                                {"stance": "deny", "wording": f"{text}?"},
                            ],
                        }
                    ],
                }
            ],
        }
        for language, text, name in SIGNS
    ]  # fmt: skip


async def ingested(client: httpx.AsyncClient, lines: list[Json]) -> list[Json]:
    """The answers to lines, in their order."""
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    answer = await client.post("/v1/ingest", content=content, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 200, answer.text
    *answers, summary = (json.loads(line) for line in answer.text.splitlines())
    assert (summary["done"], summary["lines"], len(answers)) == (True, len(lines), len(lines))
    return answers


async def loaded(client: httpx.AsyncClient) -> World:
    """All worlds, delivered and read back."""
    answers = await ingested(client, [{"type": "report"} | body for body in bodies()])
    assert not [answer for answer in answers if answer["status"] != 201]
    return await read(client)


async def read(client: httpx.AsyncClient) -> World:
    records: dict[str, dict[str, Json]] = {}
    for line in (await client.get("/v1/export.ndjson")).text.splitlines():
        record = json.loads(line)
        records.setdefault(record["type"], {})[record["id"]] = record
    return World(records)


_READ: list[World] = []


def remember(world: World) -> None:
    """For tests that only need what it says, not its rows."""
    _READ[:] = [world]


def remembered() -> World | None:
    return _READ[0] if _READ else None
