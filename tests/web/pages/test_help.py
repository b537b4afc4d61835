"""Help pages; the list of events is made from the classes that write the log."""

import pytest

from service.domain.events.catalogue import CATALOGUE
from tests.servers import Service


@pytest.mark.parametrize(("language", "says"), [("sv", "åtagande"), ("en", "An officer has taken the case.")])
def test_the_list_of_events_names_each_with_its_version_and_fields(lite: Service, language: str, says: str) -> None:
    ronja = lite.signed_in("ronja")
    ronja.client.cookies.set("granska_language", language)
    page = ronja.get("/help/events").text
    assert says in page

    for name, cls in CATALOGUE.newest.items():
        anchor = f'id="{name.replace(":", "-")}-{cls.declared.version}"'
        assert page.count(anchor) == 1, name
        section = page.split(anchor)[1].split("<h2")[0]
        for field in cls.__struct_fields__:
            assert f"<code>{field}" in section, (name, field)
