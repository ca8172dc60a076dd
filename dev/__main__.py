"""Entry of every make target: finds a Python that Odoo 19 runs on, then the command.

Written so that an older Python 3 can still read it and say what is wrong.
"""

import os
import sys

OLDEST, NEWEST = (3, 10), (3, 13)


def _use_a_python_odoo_runs_on():
    """Go on under a Python between OLDEST and NEWEST, or say which to install."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    from shutil import which

    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = which("python3.%d" % minor)
        if other:
            os.execv(other, [other, "-m", "dev"] + sys.argv[1:])
    sys.exit(
        "Odoo 19 runs on Python 3.10 to 3.13 and this is %d.%d: install one of those "
        "(on Debian 12: apt install python3), or name it: make PYTHON=/path/to/python3.12 …" % sys.version_info[:2]
    )


if __name__ == "__main__":
    _use_a_python_odoo_runs_on()
    from dev.commands import main

    sys.exit(main(sys.argv[1:]))
