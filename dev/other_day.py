"""Another day than today, for the tests: libfaketime moves the clock of Odoo and PostgreSQL, and of nothing else.

Both get the same distance from the machine's clock, so that they agree to the second, and time goes on. How long
something takes is measured as ever, and files keep the times they have.
"""

import os
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

from . import debian
from .console import Failure, step
from .paths import ROOT

FORMS = {"%Y-%m-%d": timedelta(hours=12), "%Y-%m-%d %H:%M": timedelta()}  # noon, where only a day is named
SHARED_MEMORY = Path("/dev/shm")
YEARS = range(2000, 2100)
LIBRARY = "faketime/libfaketimeMT.so.1"  # that for processes with threads
PACKAGED = ["/usr/lib", "/usr/lib/*", "/usr/lib64", "/usr/local/lib", "/usr/local/lib/*"]

# Those of libfaketime; the last one it adds itself, for a process and its children.
VARIABLES = ["LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT", "FAKETIME_SHARED"]


def moment(text):
    """The moment that DATE names, in UTC.

    :raises Failure: where it is none
    """
    for form, time_of_day in FORMS.items():
        try:
            found = datetime.strptime(text, form).replace(tzinfo=timezone.utc) + time_of_day
        except ValueError:
            continue
        if found.year in YEARS:
            return found
    raise Failure(
        f"DATE={text} is no day from {YEARS[0]} to {YEARS[-1]}: make test DATE=2028-02-29, say, "
        'or DATE="2028-02-29 23:30" for a time of it (UTC).'
    )


def clock(wanted, folder):
    """The environment variables by which programs go by a clock that says `wanted` now.

    :param folder: where the library is unpacked to, if need be
    """
    ahead = round((wanted - datetime.now(timezone.utc)).total_seconds())
    preloaded = [str(_library(folder)), os.environ.get("LD_PRELOAD")]
    variables = {
        "LD_PRELOAD": ":".join(filter(None, preloaded)),
        "FAKETIME": f"{ahead:+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",  # else Python takes all that it compiled for out of date
    }
    return {**variables, "PYTHONPATH": python_path(variables)}


def distance(environment):
    """By how many seconds programs with these environment variables are ahead of the machine."""
    return int(environment.get("FAKETIME", 0))


def python_path(environment):
    """The PYTHONPATH of programs with these environment variables."""
    faked = [ROOT / "dev" / "faked_clock"] if distance(environment) else []
    return os.pathsep.join(map(str, [*faked, ROOT]))


def remove_leftovers(folder=SHARED_MEMORY):
    """Remove what libfaketime shares between a process and its children, of processes that ended without doing so."""
    for file in folder.glob("*faketime_*"):
        number = file.name.rpartition("_")[2]
        if number.isdigit() and not Path("/proc", number).exists():
            with suppress(OSError):  # somebody else's
                file.unlink()


def _library(folder):
    """The library, from the machine or unpacked from Debian's package.

    :raises Failure: where there is none and none can be had
    """
    if found := _among(PACKAGED):
        return found
    unpacked = [folder / "usr/lib/*"]
    if not _among(unpacked):
        if not debian.available():
            raise Failure("DATE needs libfaketime: install it (Debian: apt install libfaketime), then run this again.")
        with step("libfaketime from Debian") as current:
            debian.unpack(["libfaketime"], folder, "Getting libfaketime from Debian", current.progress)
    if found := _among(unpacked):
        return found
    raise Failure(f"Debian's package libfaketime has no {LIBRARY}: install libfaketime, then run this again.")


def _among(folders):
    """The library in the first of the folders that has it, or None."""
    for folder in map(Path, folders):
        found = sorted(Path(folder.anchor).glob(str((folder / LIBRARY).relative_to(folder.anchor))))
        if found:
            return found[0]
    return None
