# SPDX-License-Identifier: Apache-2.0
"""The committed SDK is what the pinned engine makes of the committed schema."""

from __future__ import annotations

import pytest

from toolchain.sdk import SDK, differences, generate


@pytest.mark.engine
def test_the_sdk_is_what_the_schema_says(tmp_path):
    """Generating the SDK anew changes no file of it."""
    generate(tmp_path / "sdk")
    assert (tmp_path / "sdk" / "pyproject.toml").exists()
    assert differences(SDK, tmp_path / "sdk") == []
