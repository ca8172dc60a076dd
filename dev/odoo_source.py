"""Which Odoo 19 is used: the person's own, an installed one, Debian's package, or git's.

Order: ODOO_PATH, an importable `odoo`, Debian's package `odoo-19` unpacked into
the work folder, a clone of branch 19.0.
"""

import importlib.util
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import debian
from .console import Failure, run, step
from .paths import WORK, whole_folder

SERIES = "19.0"
PUBLIC_REPOSITORY = "https://github.com/odoo/odoo.git"
UNPACKED = WORK / "odoo-debian"
CLONED = WORK / "odoo-git"

# Odoo's web assets are symlinks into these packages. Font Awesome must be the
# machine's 4.7: unstable's 7 draws other icons.
WEB_ASSETS = (
    "libjs-jquery libjs-jquery-form libjs-underscore fonts-font-awesome fonts-roboto-unhinted "
    "fonts-inconsolata fonts-glyphicons-halflings fonts-ocr-b fonts-dejavu-core gsfonts"
).split()
PACKAGES = ["odoo-19/unstable", "fonts-montserrat/unstable", *WEB_ASSETS]
# Stripped from Debian's package; a missing file is a console error in every browser test.
STRIPPED = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass
class OdooSource:
    """A tree of Odoo's code: what goes on sys.path, and where its addons are."""

    origin: str
    python_path: Path

    @property
    def addons_paths(self):
        candidates = [self.python_path / "addons", self.python_path / "odoo" / "addons"]
        return [path for path in candidates if (path / "base").is_dir() or (path / "sale").is_dir()]


def find():
    """The Odoo to use, fetched if there is none on the machine.

    :raises Failure: when there is none and none can be had
    """
    given = os.environ.get("ODOO_PATH")
    if given:
        return _checked(OdooSource("ODOO_PATH", Path(given).expanduser().resolve()), f"ODOO_PATH={given}")
    installed = importlib.util.find_spec("odoo")
    if installed and installed.submodule_search_locations:
        for location in installed.submodule_search_locations:
            if (Path(location) / "release.py").is_file():
                return _checked(OdooSource("installed in this Python", Path(location).parent), location)
    unpacked = UNPACKED / "usr/lib/python3/dist-packages"
    if unpacked.is_dir():
        return _checked(_unpacked(unpacked), UNPACKED)
    if CLONED.is_dir():
        return _checked(OdooSource("a git clone", CLONED), CLONED)
    if debian.available():
        with step("Odoo 19 from Debian's package odoo-19") as current:
            debian.unpack(PACKAGES, UNPACKED, "Getting Odoo 19", current.progress)
        return _checked(_unpacked(unpacked), UNPACKED)
    if shutil.which("git"):
        with step("Odoo 19 from its public git repository") as current:
            _clone(current)
        return _checked(OdooSource("a git clone", CLONED), CLONED)
    raise Failure("No Odoo 19 here, and neither apt (Debian) nor git to get it: install git, or set ODOO_PATH.")


def _clone(current):
    def on_line(line):
        match = re.search(r"Receiving objects:\s+(\d+)%", line)
        if match:
            current.progress(int(match.group(1)) / 100)

    with whole_folder(CLONED) as folder:
        command = ["git", "clone", "--progress", "--depth", "1", "--branch", SERIES, PUBLIC_REPOSITORY, folder]
        run(command, "Cloning Odoo 19", on_line)


def _unpacked(python_path):
    stand_in = python_path / "odoo/addons" / STRIPPED
    if not stand_in.exists():  # a newer one, and Odoo would make the bundles of the web client anew in each test
        stand_in.parent.mkdir(parents=True, exist_ok=True)
        stand_in.touch()
    return OdooSource("Debian's package", python_path)


def _checked(source, named):
    """`source`, if it holds an Odoo of our series."""
    release = source.python_path / "odoo/release.py"
    if not release.is_file():
        raise Failure(f"{named} holds no Odoo: it must be the folder that contains odoo/release.py.")
    version = re.search(r"version_info = \((\d+), (\d+)", release.read_text())
    found = ".".join(version.groups()) if version else "unknown"
    if found != SERIES:
        raise Failure(f"{named} is Odoo {found}; crm_pareto needs {SERIES}. Point ODOO_PATH at a {SERIES} tree.")
    return source
