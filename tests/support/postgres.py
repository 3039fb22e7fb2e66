"""A PostgreSQL server of our own, on a free port, in a folder that goes away with it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

DEBIAN_PACKAGE = "postgresql"
_USER = "crm_test"


def program(name: str) -> Path | None:
    """One of the server's programs; Debian keeps them out of the path. None where it is not installed."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: path.parts[-3])
    found = shutil.which(name)
    return places[-1] if places else Path(found) if found else None


def missing_packages() -> list[str]:
    """The Debian packages to install for a server; empty where it is there."""
    return [] if program("initdb") and program("pg_ctl") else [DEBIAN_PACKAGE]


class Postgres:
    """A running server with one database, reached by password only.

    Args:
        folder: an empty one.
    """

    def __init__(self, folder: Path) -> None:
        self.password = secrets.token_hex(12)
        self._data, self._said = folder / "data", folder / "said.txt"
        # The server does not run as root.
        self._as_user = ["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else []
        secret = folder / "password"
        secret.write_text(self.password, encoding="utf-8")
        if self._as_user:
            for path in (folder, secret):
                shutil.chown(path, "nobody")
            for parent in folder.parents:  # pytest's folders let only their owner pass
                if not parent.stat().st_mode & 0o001:
                    parent.chmod(parent.stat().st_mode | 0o001)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._call(
            "initdb", "-D", self._data, "-U", _USER, "-A", "scram-sha-256", "--pwfile", secret,
            "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        )  # fmt: skip
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._call("pg_ctl", "-D", self._data, "-l", folder / "log", "-o", options, "-w", "start")

    def stop(self) -> None:
        """End the server at once, in whatever state it is; nothing of it is wanted any more."""
        # pg_ctl fails where the server is just ending, or takes longer than it waits on a busy machine.
        self._done("pg_ctl", "-D", self._data, "-m", "immediate", "stop")
        with contextlib.suppress(OSError):  # no such file, no such process: it has ended
            number = (self._data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0]
            if str(self._data).encode() in Path("/proc", number, "cmdline").read_bytes():
                os.kill(int(number), signal.SIGKILL)

    def address(self, password: str | None = None) -> str:
        """The database's address; without a password it is asked of the environment."""
        secret = f":{password}" if password else ""
        return f"postgresql+psycopg://{_USER}{secret}@127.0.0.1:{self.port}/postgres"

    def run(self, statements: str) -> None:
        """Run SQL that changes the database."""
        import psycopg

        place = f"host=127.0.0.1 port={self.port} dbname=postgres user={_USER} password={self.password}"
        with psycopg.connect(place) as connection:
            connection.execute(statements.encode())

    def fill(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        """Insert rows, columns in the table's order."""
        import psycopg

        place = f"host=127.0.0.1 port={self.port} dbname=postgres user={_USER} password={self.password}"
        with psycopg.connect(place) as connection, connection.cursor() as cursor:
            with cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)

    def _call(self, name: str, *arguments: object) -> None:
        code = self._done(name, *arguments)
        assert code == 0, f"{name} ended with {code}: {self._said.read_text(encoding='utf-8')[-500:]}"

    def _done(self, name: str, *arguments: object) -> int:
        found = program(name)
        assert found is not None, f"{name} is missing: install {DEBIAN_PACKAGE}"
        command = [*self._as_user, str(found), *map(str, arguments)]
        # pg_ctl hands its output on to the server it starts, so a pipe would stay open.
        with self._said.open("w", encoding="utf-8") as said:
            return subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=300, check=False
            ).returncode
