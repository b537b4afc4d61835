"""Large XML files record by record, with nothing in them that could reach outside or grow."""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from service.domain.errors import ListRefused
from service.sources.source import Source


def records(source: Source, wanted: frozenset[str], started: Callable[[Element], None]) -> Iterator[Element]:
    """Each element with a wanted name, complete, and freed when the next is asked for.

    `started` gets the root element before its content. Raises ListRefused for a document type declaration, an
    entity, or XML that is broken or cut short.
    """
    with source.open() as file:
        try:
            root: Element | None = None
            depth: list[Element] = []
            for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    if root is None:
                        root = element
                        started(root)
                    depth.append(element)
                    continue
                depth.pop()
                if _name(element) in wanted:
                    yield element
                    element.clear()
                    if depth:
                        depth[-1].remove(element)
        except DefusedXmlException as error:
            raise ListRefused("list.hostile_xml") from error
        except (ParseError, ValueError, LookupError) as error:
            raise ListRefused("list.broken_xml") from error


def _name(element: Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]
