"""What a rule set says of premises: purposes, tariffs, what is mere execution, priorities, seasons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from service.domain.clock import Second
from service.domain.premises import HOUR, Hirer, Room, Span, day_span, local, wall_time


@dataclass(frozen=True)
class Named:
    """Something that the rule set names, in both languages."""

    id: str
    title: Mapping[str, str]


@dataclass(frozen=True)
class Tariff:
    """A tariff class (nolltaxa, subventionerad, normal): öre per hour by class of room."""

    id: str
    title: Mapping[str, str]
    prices: Mapping[str, int]


@dataclass(frozen=True)
class Execution:
    """Bookings that are mere execution (ren verkställighet, KL 13:2) for whoever has a standing clearance."""

    hirers: frozenset[Hirer]
    room_kinds: frozenset[str]
    purposes: frozenset[str]
    most_persons: int
    open_to_public: bool


@dataclass(frozen=True)
class OutOfHours:
    """Local hours in which the house is not staffed; `surcharge_percent` on the tariff, and who decides."""

    before: int
    after: int
    weekends: bool
    surcharge_percent: int
    executes: bool

    def covers(self, span: Span) -> bool:
        """Whether any of this lies in such hours."""
        return self.seconds(span) > 0

    def seconds(self, span: Span) -> int:
        """How much of this lies in such hours, day by day."""
        day, last = local(span.start).date(), local(span.end).date()
        found = 0
        while day <= last:
            whole = day_span(day)
            if self.weekends and day.weekday() >= 5:
                found += span.shared(whole)
            else:
                opens, closes = wall_time(day, self.before), wall_time(day, self.after)
                found += span.shared(Span(whole.start, opens)) + span.shared(Span(closes, whole.end))
            day += timedelta(days=1)
        return found


@dataclass(frozen=True)
class PriceLine:
    """A line of a price: so many hours at so much each, in öre; of a surcharge also its per cent of the tariff."""

    code: str
    hours: int
    per_hour_ore: int
    percent: int = 0

    @property
    def ore(self) -> int:
        """What the line comes to."""
        return self.hours * self.per_hour_ore


@dataclass(frozen=True)
class Price:
    """What a time costs: by which tariff class, line by line."""

    tariff: str
    lines: tuple[PriceLine, ...]

    @property
    def ore(self) -> int:
        """What it comes to."""
        return sum(line.ore for line in self.lines)


def hours_begun(seconds: int) -> int:
    """An hour that has begun counts as one."""
    return -(-seconds // HOUR)


@dataclass(frozen=True)
class FreeDays:
    """Days that a series leaves out (lov)."""

    title: Mapping[str, str]
    first: date
    last: date


@dataclass(frozen=True)
class PriorityClass:
    """A class of group in a season: `order` 1 goes first."""

    id: str
    order: int
    title: Mapping[str, str]


@dataclass(frozen=True)
class Season:
    """A term for which weekly times are shared out (fördelning)."""

    id: str
    title: Mapping[str, str]
    opens: date
    closes: date
    first: date
    last: date
    most_hours: int
    text: Mapping[str, str]


@dataclass(frozen=True)
class PremisesRules:
    """What the rule set says of rooms: classes, purposes, tariffs, holds, and what is execution and what a decision.

    `cancellation` is (whole days before, percent of the price), most days first.
    """

    room_kinds: Mapping[str, Named]
    purposes: Mapping[str, Named]
    tariffs: Mapping[str, Tariff]
    tariff_of: Mapping[Hirer, str]
    executes: tuple[Execution, ...]
    cancellation: tuple[tuple[int, int], ...]
    closures: Mapping[str, Named]
    hold_minutes: int
    application_hold_days: int
    clearance_days: int
    key_access_hours: int
    longest_series: int
    same_day_needs_clearance: bool
    out_of_hours: OutOfHours
    free_days: tuple[FreeDays, ...]
    priorities: Mapping[str, PriorityClass]
    seasons: Mapping[str, Season] = field(default_factory=dict)

    def season_of(self, day: date) -> str:
        """The season that a day belongs to: the rule set's, or the half of the year outside all of them."""
        for season in self.seasons.values():
            if season.first <= day <= season.last:
                return season.id
        return f"{day.year}-{1 if day.month <= 6 else 2}"

    def price(self, room: Room, span: Span, hirer: Hirer) -> Price:
        """The price: hours begun by the tariff, and a surcharge on those begun outside staffed hours."""
        tariff = self.tariffs[self.tariff_of[hirer]]
        per_hour = tariff.prices.get(room.kind, 0)
        lines = [PriceLine("hours", hours_begun(span.seconds), per_hour)]
        outside = hours_begun(self.out_of_hours.seconds(span))
        percent = self.out_of_hours.surcharge_percent
        if outside and percent:
            lines.append(PriceLine("surcharge", outside, per_hour * percent // 100, percent))
        return Price(tariff.id, tuple(lines))

    def fee(self, price_ore: int, start: Second, now: Second) -> int:
        """What a hirer who cancels pays, in öre; the days before are days of the calendar."""
        days = (local(start).date() - local(now).date()).days
        percent = next((share for least, share in self.cancellation if days >= least), 100)
        return price_ore * percent // 100

    def executed(
        self,
        hirer: Hirer,
        rooms: Iterable[Room],
        purpose: str,
        persons: int | None,
        *,
        public: bool | None,
        spans: Iterable[Span],
    ) -> str | None:
        """None where the rule set has such a booking executed, or else a code for what makes it a decision.

        `persons` and `public` are None where nobody has answered: then a person decides.
        """
        kinds = {one.kind for one in rooms}
        if not self.out_of_hours.executes and any(self.out_of_hours.covers(one) for one in spans):
            return "execution.out_of_hours"
        code = "execution.hirer"
        for rule in self.executes:
            if hirer not in rule.hirers:
                continue
            if not kinds <= rule.room_kinds:
                code = "execution.room_kind"
            elif purpose not in rule.purposes:
                code = "execution.purpose"
            elif persons is None or (public is None and not rule.open_to_public):
                code = "execution.not_answered"
            elif persons > rule.most_persons:
                code = "execution.persons"
            elif public and not rule.open_to_public:
                code = "execution.public"
            else:
                return None
        return code
