# SPDX-License-Identifier: Apache-2.0
"""A bench for each store."""

from __future__ import annotations

import pytest

from tests.unit.stores.benches import BENCHES


@pytest.fixture(params=BENCHES)
def bench(request, tmp_path):
    made = BENCHES[request.param](tmp_path)
    yield made
    made.close()
