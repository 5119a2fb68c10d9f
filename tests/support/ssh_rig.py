"""A throw-away sshd on loopback, with a key of its own, and the configuration with which ssh reaches it."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

SECONDS = 20.0
HOST = "labhost1"


class SshRig:
    """Listens from the start; ``close`` ends it. ``config`` is what ``ssh -F`` takes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self._folder = folder
        self.config = folder / "ssh_config"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        for key in ("hostkey", "id"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
        (folder / "authorized_keys").write_bytes((folder / "id.pub").read_bytes())
        self._configure()
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        self._server = subprocess.Popen(
            ["/usr/sbin/sshd", "-D", "-f", str(folder / "sshd_config"), "-E", str(folder / "sshd.log")]
        )
        self._wait()

    def _configure(self) -> None:
        f = self._folder
        (f / "sshd_config").write_text(
            f"Port {self._port}\nListenAddress 127.0.0.1\nHostKey {f}/hostkey\nPidFile none\nUsePAM no\n"
            f"AuthorizedKeysFile {f}/authorized_keys\nPasswordAuthentication no\nPermitRootLogin yes\nStrictModes no\n"
        )
        self.config.write_text(
            f"Host {HOST}\n HostName 127.0.0.1\n Port {self._port}\n IdentityFile {f}/id\n IdentitiesOnly yes\n"
            f" UserKnownHostsFile {f}/known_hosts\n StrictHostKeyChecking accept-new\n BatchMode yes\n"
        )

    def command(self, *words: str) -> list[str]:
        """Return what runs a command there."""
        return ["ssh", "-F", str(self.config), HOST, *words]

    def _wait(self) -> None:
        end = time.monotonic() + SECONDS
        while subprocess.run(self.command("true"), capture_output=True).returncode:
            assert time.monotonic() < end, (self._folder / "sshd.log").read_text()
            time.sleep(0.05)

    def close(self) -> None:
        """End the server; connections that are open end with their clients."""
        self._server.terminate()
        self._server.wait(SECONDS)
