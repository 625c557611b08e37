# SPDX-License-Identifier: Apache-2.0
"""Every scenario of every feature, as a test of its own."""

from __future__ import annotations

from pytest_bdd import scenarios

from tests.acceptance.catalogue import FEATURES, OF_THE_ENGINE

FILES = sorted(path for path in FEATURES.glob("*.feature") if path.stem not in OF_THE_ENGINE)
scenarios(*map(str, FILES))
