"""A case's events, oldest first, become its dossier."""

from collections.abc import Iterable

from service.domain.dossier import bookings, decision, review, support
from service.domain.dossier.dossier import Dossier
from service.domain.events.event import Entry
from service.domain.events.folds import Folds

FOLDS = Folds[Dossier](review.FOLDS, decision.FOLDS, bookings.FOLDS, support.FOLDS)


def fold(entries: Iterable[Entry]) -> Dossier:
    """The dossier that these events, oldest first, leave behind."""
    dossier = Dossier()
    for entry in entries:
        if entry.data.declared.material:
            dossier.last_material = entry.seq
        FOLDS.follow(dossier, entry)
    return dossier
