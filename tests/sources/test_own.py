"""Our own CSV."""

import pytest

from service.sources.formats import (
    GRANSKA_CSV,
    read_list,
)
from tests.sources.files import CSV, refused


def test_reads_our_own_csv() -> None:
    parsed = read_list(GRANSKA_CSV, CSV.encode())
    entries = list(parsed)

    assert parsed.generated_at == "2026-11-01T00:00:00.000Z"
    assert [len(one.names) for one in entries] == [4, 1]
    assert entries[0].births == ("1971", "1972")
    assert entries[1].org_numbers == ("802999-0044",)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (CSV.rsplit("\n", 2)[0].encode(), "list.cut_short"),
        (CSV.encode("latin-1"), "list.not_utf8"),
        (CSV.replace("\nb,", "\na,").encode(), "list.duplicate_id"),
        (CSV.split("\n", 1)[1].encode(), "list.no_mark"),
        (CSV.replace("schema,", "art,").encode(), "list.columns"),
        (CSV.replace("b,organisation", "b,company").encode(), "list.row"),
        (CSV.replace("1971;1972", "ung").encode(), "list.row"),
        (CSV.replace("Vargarna", "").encode(), "list.row"),
        (CSV.replace("Vargarna", "\u200b").encode(), "list.row"),
        (CSV.replace("2026-11-01T00:00:00Z", "0001-01-01T00:00:00+23:59").encode(), "list.bad_date"),
        (CSV.replace("2026-11-01T00:00:00Z", "9999-12-31T23:59:59-23:59").encode(), "list.bad_date"),
        (CSV.replace("Z,2", "Z," + "9" * 5000).encode(), "list.no_mark"),
        (CSV.replace("Z,2", "Z,²").encode(), "list.no_mark"),
        (CSV.replace("a,person,Tarquin", 'a,person,"Tarquin').encode(), "list.broken_csv"),
        (b"", "list.no_mark"),
    ],
)
def test_refuses_a_bad_csv_as_a_whole(body: bytes, code: str) -> None:
    assert refused(GRANSKA_CSV, body) == code


def test_names_are_kept_in_one_form_however_they_were_written() -> None:
    decomposed = CSV.replace("Räven", "Ra\u0308ven")

    assert list(read_list(GRANSKA_CSV, decomposed.encode())) == list(read_list(GRANSKA_CSV, CSV.encode()))
