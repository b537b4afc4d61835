"""Small list files, and how a file is refused."""

import pytest

from service.domain.errors import ListRefused
from service.sources.formats import read_list

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z"><INDIVIDUALS><INDIVIDUAL>
<DATAID>1</DATAID><FIRST_NAME>TARQUIN</FIRST_NAME><SECOND_NAME>VOSSBERG</SECOND_NAME>
<REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER><NAME_ORIGINAL_SCRIPT>Тарквин</NAME_ORIGINAL_SCRIPT>
<NATIONALITY><VALUE>Nowhere</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>The Fox</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1971</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR><TO_YEAR>1962</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
</INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>IRON WOLVES</FIRST_NAME>
<REFERENCE_NUMBER>XXe.001</REFERENCE_NUMBER><ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>Wolves</ALIAS_NAME></ENTITY_ALIAS>
</ENTITY></ENTITIES></CONSOLIDATED_LIST>"""
HEADER = "entry_id,schema,name,aliases,weak_aliases,birth_years,countries,org_number\n"
CSV = (
    "#granska-list,1,2026-11-01T00:00:00Z,2\n"
    + HEADER
    + "a,person,Tarquin Vossberg,T. V.;Tarkvin,Räven,1971;1972,XX,\nb,organisation,Vargarna,,,,,8029990044\n"
)


def refused(format: str, body: bytes) -> str:
    with pytest.raises(ListRefused) as caught:
        list(read_list(format, body))
    return caught.value.code
