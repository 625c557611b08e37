# SPDX-License-Identifier: Apache-2.0
"""Every scenario of the features about deployments, as a test of its own."""

from __future__ import annotations

from pytest_bdd import scenarios

scenarios("deployment.feature", "preview_stacks.feature")
