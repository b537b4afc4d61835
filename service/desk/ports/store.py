"""What is kept, as one: questions as of one moment, and changes with their events."""

from typing import Protocol

from service.desk.ports.cases import CaseReading, CaseWriting
from service.desk.ports.log import LogReading, LogWriting
from service.desk.ports.office import OfficeReading, OfficeWriting
from service.desk.ports.premises import PremisesReading, PremisesWriting
from service.desk.ports.support import SupportReading, SupportWriting


class Reading(CaseReading, OfficeReading, LogReading, PremisesReading, SupportReading, Protocol):
    """Questions, all answered as of one moment."""


class Writing(Reading, CaseWriting, OfficeWriting, LogWriting, PremisesWriting, SupportWriting, Protocol):
    """Changes; each takes the event that tells of it, and both are saved or neither."""
