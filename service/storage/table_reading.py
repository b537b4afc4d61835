"""Answers questions from the tables; changes nothing."""

from service.storage.case_reading import CaseReading
from service.storage.office_reading import OfficeReading
from service.storage.premises_reading import PremisesReading
from service.storage.queue_reading import QueueReading
from service.storage.support_reading import SupportReading


class TableReading(CaseReading, QueueReading, OfficeReading, PremisesReading, SupportReading):
    """Every question the steps ask, on whatever transaction is open."""

    def __init__(self, *, sqlite: bool) -> None:
        self._sqlite = sqlite
