"""The accuracy anchor, nomenklatura's logic-v2, in a process and an environment of its own.

Reads JSON lines `[schema, name, name]` and writes one score a line; the last line is the seconds a pair took.
"""

import json
import sys
import time

from followthemoney import model
from nomenklatura.matching import get_algorithm


def main() -> None:
    algorithm = get_algorithm("logic-v2")
    config = algorithm.default_config()
    pairs = [json.loads(line) for line in sys.stdin]

    def entity(schema: str, name: str) -> object:
        return model.get_proxy({"id": name, "schema": schema, "properties": {"name": [name]}})

    algorithm.compare(entity("Person", "Warm Up"), entity("Person", "Warm Upp"), config)
    began = time.perf_counter()
    kept: dict[tuple[str, str], object] = {}
    for schema, left, right in pairs:
        one, other = (kept.setdefault((schema, name), entity(schema, name)) for name in (left, right))
        print(algorithm.compare(one, other, config).score)
    print((time.perf_counter() - began) / max(1, len(pairs)))


if __name__ == "__main__":
    main()
