"""The stored texts of a list version, in constant memory whatever the list's size."""

from collections.abc import AsyncIterator

from service.storage.tables import ListEntryRow

_ENTRIES = 2000


async def entry_texts(version: str) -> AsyncIterator[list[str]]:
    """The stored texts of a version's entries in order, a batch at a time."""
    after = -(2**62)
    while True:
        batch = (
            await ListEntryRow.select(ListEntryRow.body, ListEntryRow.position)
            .where((ListEntryRow.version_id == version) & (ListEntryRow.position > after))
            .order_by(ListEntryRow.position)
            .limit(_ENTRIES)
        )
        if not batch:
            return
        yield [one["body"] for one in batch]
        after = batch[-1]["position"]
