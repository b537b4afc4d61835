"""How much another system may ask for by one key, and what it was refused: so that a fault there is not one here."""

from collections import Counter

from service.desk.ports.desk import Desk
from service.domain.people import ServiceKey
from service.web.deps import AnyRequest
from service.web.throttle import Pace, Throttle

#: A city district's e-service at its busiest, many times over.
APPLICATIONS, ENCLOSURES, HOLDS = Pace(500, 1_000), Pace(2_000, 500), Pace(1_200, 500)


def take(request: AnyRequest, desk: Desk, key: ServiceKey, what: str, pace: Pace) -> None:
    """Count one more of this kind by this key; raises TooMany where it has to wait."""
    throttle: Throttle = request.app.state.throttle
    throttle.take(f"key:{key.pseudonym}:{what}", pace, desk.outside.now(), "key.too_many")


class Refusals:
    """What was refused by key and status, since the service began."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, int]] = Counter()

    def add(self, key: ServiceKey, status: int) -> None:
        """One more."""
        self.counted[key.pseudonym, status] += 1
