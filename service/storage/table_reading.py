"""Answers questions from the tables; changes nothing."""

from service.storage.case_reading import CaseReading
from service.storage.office_reading import OfficeReading
from service.storage.premises_reading import PremisesReading


class TableReading(CaseReading, OfficeReading, PremisesReading):
    """Every question the steps ask, on whatever transaction is open."""

    def __init__(self, *, sqlite: bool) -> None:
        self._sqlite = sqlite
