"""A file of somebody's own sales, and the database it is loaded into: make demo DATA=sales.csv."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from . import python_env
from .console import Failure, run, step
from .paths import LOGS, ROOT, WORK, digest

ENDINGS = (".csv", ".csv.xz", ".xlsx")
APPS = ["crm_pareto", "sale_management", "contacts"]
EMPTY = "crm_pareto_own"  # the database that each file's is a copy of
DECIMALS = {"comma": ",", "point": "."}
ORDERS = ("dmy", "mdy", "ymd")
WRITING = {"max_wal_size": "4GB", "checkpoint_timeout": "30min"}  # PostgreSQL's, while a file is loaded
NAME_LENGTH = 30  # characters of a file's name in that of its database, of which PostgreSQL allows 63


@dataclass(frozen=True)
class OwnData:
    """A file and what its person says about it.

    :param currency: of all its prices
    :param decimal: "comma", "point" or None where the file is to tell
    :param dates: "dmy", "mdy", "ymd" or None where the file is to tell
    """

    file: Path
    currency: str = "EUR"
    decimal: str | None = None
    dates: str | None = None

    @property
    def stem(self):
        return self.file.name[: -len(_ending(self.file))]

    @property
    def company(self):
        """The name of the company: the file's."""
        name = self.stem.replace("_", " ").strip()
        return name[:1].upper() + name[1:] or "My sales"

    @property
    def database(self):
        """A name that files of the same name in other folders do not share."""
        name = re.sub(r"[^a-z0-9]+", "_", self.stem.lower()).strip("_")[:NAME_LENGTH]
        return f"{EMPTY}_{name}_{hashlib.sha256(bytes(self.file)).hexdigest()[:6]}"

    def made_from(self):
        """What the loaded company depends on, as a short hash."""
        parts = f"{self.currency} {self.decimal} {self.dates} {digest(ROOT / 'dev' / 'demo')}".encode()
        return hashlib.sha256(parts + self.file.read_bytes()).hexdigest()[:16]


def _ending(file):
    """The ending by which a file can be loaded, or ""."""
    return next((ending for ending in ENDINGS if file.name.lower().endswith(ending)), "")


def find(data, currency, decimal, dates):
    """What DATA=… and the words with it say.

    :raises Failure: where that is no file that can be loaded, or one of the words says nothing
    """
    file = Path(data).expanduser().resolve()
    if not _ending(file):
        raise Failure(f"DATA={data} is neither company, cdnow, cdnow-full nor a file {', '.join(ENDINGS)}.")
    if not file.is_file():
        raise Failure(f"DATA={data}: there is no file {file}.")
    currency = (currency or "EUR").upper()
    if not re.fullmatch("[A-Z]{3}", currency):
        raise Failure(f"CURRENCY={currency} is no currency: CURRENCY=EUR, say.")
    for name, value, choices in (("DECIMAL", decimal, DECIMALS), ("DATES", dates, ORDERS)):
        if value and value not in choices:
            raise Failure(f"{name}={value} is none of {', '.join(choices)}.")
    return OwnData(file, currency, decimal, dates)


def ensure(odoo, own):
    """The database with the company of a file, made anew where the file or what is said about it changed.

    :raises Failure: where the file cannot be read, before anything is made
    """
    database, made_from = own.database, own.made_from()
    known = odoo.stage(database) or {}
    if known.get("data") == made_from:
        odoo.ensure_current(database)
        return database
    lines = WORK / f"{database}.lines"
    try:
        _read(own, lines)
        odoo.ensure_installed(EMPTY, APPS, "Odoo's apps and crm_pareto in an empty database")
        odoo.ensure_current(EMPTY)
        if known.get("data"):
            _say(f"{own.file.name}, or what is said about it, changed: {database} is made anew.")
        odoo.drop(database)
        odoo.ensure_installed(database, APPS, f"The database {database}", template=EMPTY)
        with step(f"Company {own.company}") as current, odoo.server.with_settings(**WRITING):
            words = ["--data", "own", "--lines", lines, "--name", own.company, "--currency", own.currency]
            printed = odoo.run_script(database, "dev.demo", words, "Loading the file", current)
        odoo.mark(database, data=made_from)
    finally:
        lines.unlink(missing_ok=True)
    for line in printed.splitlines():
        if line and not re.match(r"\d+% ", line):
            _say(line)
    return database


def _read(own, lines):
    """Read the file into `lines`, and say what was found."""
    refused = LOGS / f"{own.database}-not-loaded.txt"
    words = [python_env.PYTHON, "-m", "dev.demo.own_read", own.file, "--lines", lines, "--refused", refused]
    words += ["--currency", own.currency]
    words += ["--decimal", DECIMALS[own.decimal]] if own.decimal else []
    words += ["--order", own.dates] if own.dates else []
    with step(f"Reading {own.file.name}"):
        found = json.loads(run(words, f"Reading {own.file.name}", cwd=ROOT).splitlines()[-1])
        if "problem" in found:
            raise Failure(f"{own.file.name}: {found['problem']}")
    for line in found["told"]:
        _say(line)
    if refused.stat().st_size:
        _say(f"What cannot be loaded, with line number and reason: {refused}")


def _say(line):
    print(f"            {line}", flush=True)
