"""The Chromium that Odoo's browser tests drive."""

import os
import shutil

from .console import run, step

# The names Odoo's own ChromeBrowser looks for.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def ensure():
    """Have a Chromium.

    :return: empty when there is one, else why there is none and what to do
    """
    if any(map(shutil.which, NAMES)):
        return ""
    if os.geteuid() or not shutil.which("apt-get"):
        return "no Chromium here; install it (Debian, as root: apt install chromium) and run the tests again."
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step("Chromium from Debian"):
        run(["apt-get", "update", "-q"], "Updating the package lists", env=environment)
        words = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"]
        run(words, "Installing Chromium", env=environment)
    return ""
