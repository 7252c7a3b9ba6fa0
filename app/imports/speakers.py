"""Claimants that are no names: platforms, and descriptions of nobody."""

from typing import Final

from app.imports.ratings import folded
from app.texts import folding
from app.texts.who import descriptions

# Sites where anybody may post, and archives of such: they say where the claim was, not who made it.
PLATFORMS: Final = frozenset({
    "x.com", "twitter.com", "facebook.com", "fb.watch", "fb.com", "m.facebook.com", "web.facebook.com",
    "instagram.com", "tiktok.com", "vt.tiktok.com", "vm.tiktok.com", "youtube.com", "youtu.be", "m.youtube.com",
    "t.me", "threads.net", "reddit.com", "vk.com", "whatsapp.com", "telegram.org", "archive.ph", "archive.is",
    "archive.md", "archive.org", "web.archive.org", "perma.cc", "mvau.lt", "ghostarchive.org",
})  # fmt: skip

# What fact-checkers write where nobody is known. Compared as ratings are: folded, and whole.
NAMES_NOBODY: Final = frozenset(folded(words) for words in (
    "Multiple", "Multiple sources", "Multiple source", "Multiples sources", "Multiple resources", "Multiple people",
    "Multiple persons", "Multiple authors", "Multiple users", "Multiple posts", "Various", "Various sources",
    "Various users", "Various people", "Several sources", "Social media", "Social media users", "Social media posts",
    "Social media post", "Social media user", "Users on social media", "Viral posts", "Viral post", "Viral image",
    "Viral video", "Viral claim", "Facebook posts", "Facebook post", "Facebook users", "Facebook user", "Facebook",
    "Instagram posts", "Instagram post", "Instagram", "Twitter posts", "Tweets", "Twitter", "Twitter users",
    "X posts", "TikTok posts", "TikTok", "YouTube", "YouTube videos", "WhatsApp", "WhatsApp posts", "WhatsApp users",
    "Threads posts", "Bloggers", "Chain email", "Internet users", "Unknown", "Anonymous", "Unspecified", "N/A",
    "None", "Website", "Online", "Plusieurs sources", "Sources multiples", "Sources diverses", "Diverses sources",
    "Réseaux sociaux", "Internautes", "Utilisateurs de Facebook", "Publications Facebook", "Publication Facebook",
    "Fuentes múltiples", "Fuentes varias", "Varias fuentes", "Múltiples fuentes", "Redes sociales",
    "Usuarios de redes sociales", "Usuarios de Facebook", "Várias fontes", "Múltiplas fontes", "Diversas fontes",
    "Usuários do Facebook", "Redes sociais", "Fonti varie", "Social network", "Verschiedene Quellen",
    "Mehrere Quellen", "Diverse Quellen", "Soziale Medien", "Facebook-Nutzer", "Разные источники", "Соцсети",
    "Пользователи соцсетей", "Banyak sumber", "Pengguna media sosial", "عدة مصادر", "عدّة مصادر", "مصادر عدة",
    "مصادر عدّة", "مصادرعدّة", "مصادر متعددة", "مصادر مختلفة", "أطراف عدة", "أطراف عدّة", "عدة أطراف",
    "وسائل التواصل الاجتماعي", "مواقع التواصل الاجتماعي", "منشورات مواقع التواصل الاجتماعي",
    "منشورات وسائل التواصل الاجتماعي", "منشورات التواصل الاجتماعي", "مستخدمون على وسائل التواصل الاجتماعي",
    "مستخدمون على وسائل التواصل الإجتماعي", "مستخدموا وسائل تواصل اجتماعي", "مستخدمو وسائل التواصل الاجتماعي",
    "منشورات الفيسبوك", "منشورات فيسبوك", "منشورات فيس بوك", "فيسبوك", "منشورات التيكتوك", "منشورات تيكتوك",
    "منشورات تيك توك", "منشورات التيك توك", "منشورات انستغرام", "منشورات إنستغرام", "منشورات تويتر", "منشورات إكس",
    "منشورات ثريدز", "منشورات يوتيوب", "منشورات واتساب", "موقع خبري", "مواقع إخبارية", "مجهول",
))  # fmt: skip


def is_platform(name: str) -> bool:
    """Whether it is a platform's host or address: `x.com`, `www.facebook.com`, `https://fb.watch/`."""
    bare = name.casefold().strip().removeprefix("https://").removeprefix("http://").rstrip("/")
    return bare.removeprefix("www.") in PLATFORMS


def names_nobody(name: str) -> bool:
    return folded(name) in NAMES_NOBODY or descriptions.describes(folding.visible(name)) is not None
