"""The one write path: every change together with the event that tells of it, in one transaction."""

from collections.abc import Callable

from service.storage.log.log_writing import LogWriting
from service.storage.office_writing import OfficeWriting
from service.storage.premises_writing import PremisesWriting
from service.storage.table_reading import TableReading


class TableWriting(PremisesWriting, OfficeWriting, TableReading):
    """Changes, each with its event. No other module changes a row that the log speaks of."""

    def __init__(self, *, sqlite: bool, random: Callable[[int], bytes], new_id: Callable[[], str]) -> None:
        TableReading.__init__(self, sqlite=sqlite)
        LogWriting.__init__(self, random=random, new_id=new_id)
