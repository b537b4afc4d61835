"""Letters as PDF: archivable (PDF/A-2a), tagged for screen readers (PDF/UA-1), and set without any system library.

Typst sets them, and not WeasyPrint: it needs no system libraries, tags what it sets, checks PDF/A itself and refuses
what does not conform, and takes 10 ms for a page.
"""

import json
from dataclasses import asdict
from pathlib import Path

import typst

from service.domain.letter import Sheet


class Typesetter:
    """Sets a letter with the template that lies beside the others."""

    def __init__(self, template: Path) -> None:
        self._template = template

    def pdf(self, sheet: Sheet) -> bytes:
        """The letter; the same sheet gives the same bytes. Only the fonts that come with the engine are used."""
        return typst.compile(
            str(self._template),
            format="pdf",
            sys_inputs={"letter": json.dumps(asdict(sheet), ensure_ascii=False)},
            pdf_standards=["a-2a", "ua-1"],
            ignore_system_fonts=True,
        )
