"""The Chromium that Odoo's browser tests drive."""

import shutil

from . import debian

# The names Odoo's own ChromeBrowser looks for.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def ensure():
    """Have a Chromium.

    :return: empty when there is one, else why there is none and what to do
    """
    if any(map(shutil.which, NAMES)):
        return ""
    if not debian.can_install():
        return "no Chromium here; install it (Debian, as root: apt install chromium) and run the tests again."
    debian.install(["chromium"], "Chromium")
    return ""
