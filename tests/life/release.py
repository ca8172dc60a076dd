"""Writes a database that this version was used in, so that later versions can be tested to upgrade it.

python -m tests.life.release: once, when a version is released; the file belongs into the repository.
"""

import ast
from pathlib import Path

from dev.paths import ADDON

from ..common import throwaway_database
from . import databases

RELEASED = Path(__file__).parent / "released"


def main():
    """Use the addon in a database of its own and dump that."""
    version = ast.literal_eval((ADDON / "__manifest__.py").read_text())["version"]
    file = RELEASED / f"{version}.sql.xz"
    with throwaway_database("crm_pareto_life_release") as (odoo, database):
        databases.run(odoo, database, "business")
        databases.install(odoo, database)
        databases.run(odoo, database, "night")
        databases.run(odoo, database, "use")
        databases.night(odoo, database)
        RELEASED.mkdir(exist_ok=True)
        databases.dump(odoo, database, file)
    print(f"{file}: {file.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
