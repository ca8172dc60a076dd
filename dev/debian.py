"""Debian packages: without root by a private apt that downloads, checks signatures, unpacks; as root installed.

The machine's own apt set-up is read (mirror, proxy, keys) and never changed.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .console import Failure, explain, run, step
from .paths import WORK, whole_folder

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
APT = WORK / "apt"


def available():
    """Whether this machine is a Debian whose apt can be asked."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb") and KEYRING.is_file() and _mirror())


def can_install():
    """Whether `install` may be called: on a Debian (or its like), as root."""
    return not os.geteuid() and bool(shutil.which("apt-get"))


def install(packages, title):
    """Install packages into the machine.

    :param title: what they are, for the step's line
    :raises Failure: no network, no such package, a full disk
    """
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"{title} from Debian"):
        run(["apt-get", "update", "-q"], "Updating the package lists", env=environment)
        words = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
        run(words, f"Installing {title}", env=environment)


def _codename():
    os_release = Path("/etc/os-release")
    match = (
        re.search(r"^VERSION_CODENAME=(\S+)", os_release.read_text(), re.MULTILINE) if os_release.is_file() else None
    )
    return match.group(1) if match else ""


def _mirror():
    """The machine's own mirror of its own suite: (site, suite), or None."""
    # Without the option apt only names what it has downloaded, which is nothing on a fresh machine.
    command = ["apt-get", "indextargets", "--no-release-info", "--format", "$(RELEASE) $(COMPONENT) $(SITE)"]
    command.append("Created-By: Packages")
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    for line in listed.splitlines():
        release, component, site = line.split(" ", 2)
        if release == _codename() and component == "main":
            return site, release
    return None


class PrivateApt:
    """apt over the machine's mirror with lists and cache in the work folder."""

    def __init__(self):
        self.site, self.suite = _mirror()
        sources = APT / "sources.list"
        for folder in ("lists/partial", "cache/archives/partial"):
            (APT / folder).mkdir(parents=True, exist_ok=True)
        sources.write_text(
            "".join(f"deb [signed-by={KEYRING}] {self.site} {suite} main\n" for suite in (self.suite, "unstable"))
        )
        self._options = [
            f"-oDir::State::lists={APT}/lists",
            f"-oDir::Cache={APT}/cache",
            f"-oDir::Etc::sourcelist={sources}",
            "-oDir::Etc::sourceparts=/dev/null",
            "-oAcquire::Languages=none",
            "-oAcquire::Retries=2",
            # The sandbox user of apt may not reach a folder below a home folder.
            f"-oAPT::Sandbox::User={'root' if os.geteuid() == 0 else ''}",
            "-oAPT::Status-Fd=1",
        ]

    def update(self, doing):
        self._get(["update", "-q", "--error-on=any"], doing, None, APT)

    def download(self, names, folder, doing, progress=None):
        """Download packages, each `name` or `name/suite`, into `folder`."""

        def on_line(line):
            match = re.match(r"dlstatus:\d+:([\d.]+):(.*)", line)
            if match and progress:
                progress(float(match.group(1)) / 100, "")

        self._get(["download", *names], doing, on_line, folder)

    def _get(self, words, doing, on_line, folder):
        environment = {**os.environ, "LC_ALL": "C"}
        run(["apt-get", *self._options, *words], doing, on_line, cwd=folder, env=environment)


def unpack(packages, target, doing, progress=None):
    """Bring `target` into being, whole, with the packages unpacked into it.

    :param packages: `name` (from the machine's suite) or `name/unstable`
    :raises Failure: no network, a broken download, a full disk
    """
    apt = PrivateApt()
    apt.update(doing)
    with whole_folder(target) as folder:
        apt.download([p if "/" in p else f"{p}/{apt.suite}" for p in packages], folder, doing, progress)
        archives = sorted(folder.glob("*.deb"))
        if len(archives) != len(packages):
            raise Failure(f"{doing}: {len(packages) - len(archives)} packages did not arrive; run it again.")
        for archive in archives:
            done = subprocess.run(["dpkg-deb", "-x", archive, folder], capture_output=True, text=True)
            if done.returncode:
                raise explain(done.stderr, f"Unpacking {archive.name}")
            archive.unlink()
