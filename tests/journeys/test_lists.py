"""The coordinator's work with a list in a real browser: it comes, is held, is read, and is settled."""

from collections.abc import Callable

from tests.browser import Visitor
from tests.list_files import EARLIER, ROWS, a_list
from tests.servers import Service

Visit = Callable[..., Visitor]


def test_a_list_is_handed_in_read_and_settled_without_a_shell(service: Service, visit: Visit) -> None:
    samir = visit().sign_in("samir")
    page = samir.go("/lists").page

    # A web page that was saved instead of the list is refused by its own fault.
    page.select_option("#list", "demo")
    html = {"name": "lista.html", "mimeType": "text/html", "buffer": b"<!doctype html><html>Tyvarr</html>"}
    page.set_input_files("#file", files=[html])
    samir.press("text=Läs in >> nth=-1", look=False)
    assert "Filen är av ett annat slag (html)" in samir.text()
    samir.complaints.clear()  # the refusal is an answer that the browser's console mentions

    # The list itself has lost every entry that was there: it is held, and says why.
    page.select_option("#list", "demo")
    held = {"name": "lista.csv", "mimeType": "text/csv", "buffer": a_list(ROWS, EARLIER)}
    page.set_input_files("#file", files=[held])
    samir.press("text=Läs in >> nth=-1")
    assert "Varför den hölls kvar" in samir.text()
    assert "Tarquin Vossberg" in samir.text(), "what would be gone, by name"

    # The list page shows it until someone has settled it.
    samir.go("/lists")
    samir.press("text=Läs vad som skiljer")
    page.fill("#text", "Övningslistan byts ut.")
    samir.press("text=Ta i bruk")
    assert "Läs vad som skiljer" not in samir.text()
    assert "Versionen är i bruk." in samir.text()
