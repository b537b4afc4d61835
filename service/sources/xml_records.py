"""Large XML files record by record, with nothing in them that could reach outside or grow."""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from service.domain.errors import ListRefused
from service.sources.shape import Notes
from service.sources.source import Source


def records(
    source: Source, wanted: frozenset[str], started: Callable[[Element], None], notes: Notes, *, namespace: str = ""
) -> Iterator[Element]:
    """Each element at a wanted path, complete, and freed when the next is asked for.

    A path is the names below the root joined by slashes, without the format's own namespace. `started` gets the root
    element before its content; `notes` every place there is. Raises ListRefused for a document type declaration, an
    entity, or XML that is broken or cut short.
    """
    depth = max(path.count("/") for path in wanted) + 1
    with source.open() as file:
        try:
            open_elements: list[Element] = []
            names: list[str] = []
            for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    if not open_elements:
                        started(element)
                    else:
                        names.append(str(element.tag).removeprefix(namespace))
                        path = "/".join(names)
                        notes.place(path)
                        notes.places(f"{path}@{attribute}" for attribute in element.attrib)
                    open_elements.append(element)
                    continue
                open_elements.pop()
                if not names:
                    continue
                path = "/".join(names)
                if path in wanted:
                    yield element
                if len(names) <= depth:
                    element.clear()  # undeclared ones too, or a renamed record would fill the memory
                    open_elements[-1].remove(element)
                names.pop()
        except DefusedXmlException as error:
            raise ListRefused("list.hostile_xml") from error
        except (ParseError, ValueError, LookupError) as error:
            raise ListRefused("list.broken_xml") from error


def check_root(root: Element, tag: str, date: str) -> str:
    """The date that the root says; raises ListRefused where it is another publisher's or says none."""
    if root.tag != tag:
        raise ListRefused("list.other_root", found=str(root.tag)[:80], wanted=tag)
    written = root.get(date)
    if not written:
        raise ListRefused("list.no_date_in_file", attribute=date)
    return written
