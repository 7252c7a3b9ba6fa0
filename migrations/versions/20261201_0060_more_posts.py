"""Topics of OK, posts of VK shown over a wall, articles of Dzen and Weixin as they are passed on: keyed anew."""

from typing import Any, Final
from uuid import UUID

from app.schemas.pages import page_keys
from app.services import migrating

revision = "20261201_0060"
down_revision = "20261201_0050"

# Also inside the address of an archive's copy.
HOSTS: Final = r"(ok|odnoklassniki|vk|vkontakte|dzen)\.(ru|com)|mp\.weixin\.qq\.com"
URLS: Final = "SELECT id, url FROM {} WHERE id = ANY (%s) AND url ~* %s"
STORE: Final = "UPDATE {} t SET {} = k.key FROM unnest(%s::uuid[], %s::text[]) k(id, key) WHERE t.id = k.id"


def upgrade() -> None:
    with migrating.step_by_step() as connection:
        for table, column in (("document", "page_key"), ("assessment", "url_key")):

            def store(connection: Any, ids: list[UUID], table: str = table, column: str = column) -> None:
                rows = connection.execute(URLS.format(table), [ids, HOSTS]).fetchall()
                keys = {id_: key for id_, url in rows if (key := _key(url)) is not None}
                connection.execute(STORE.format(table, column), [list(keys), list(keys.values())])

            migrating.in_batches(connection, f"page keys of {table}s on some platforms", table, store)


def _key(url: str) -> str | None:
    """None for an address that came in by plain SQL and is none."""
    try:
        return page_keys.key(url)
    except ValueError:
        return None


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
