"""Ctrl-C while a DuckDB of our own is busy: the query stops at once, whichever thread is at work on it."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_NOBODY = -1


@contextmanager
def stopped_by_ctrl_c(connection: Any) -> Iterator[None]:
    """Stop the connection's query when Ctrl-C comes; Python's own answer to it follows as ever.

    DuckDB looks for Ctrl-C between two tasks of the main thread, and one task may last as long as the query. Python
    notes a signal in a socket the moment it comes, and a thread of its own reads that.

    Args:
        connection: of duckdb.
    """
    if threading.current_thread() is not threading.main_thread():  # signals go to the main thread only
        yield
        return
    hears, is_told = socket.socketpair()
    is_told.setblocking(False)
    before = signal.set_wakeup_fd(is_told.fileno(), warn_on_full_buffer=False)
    if before != _NOBODY:  # a program around us listens already, and goes on doing so
        signal.set_wakeup_fd(before)
        hears.close()
        is_told.close()
        yield
        return

    def listen() -> None:
        while came := hears.recv(1):
            if came[0] == signal.SIGINT:
                connection.interrupt()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        is_told.close()  # ends the listening
        listener.join()
        hears.close()
