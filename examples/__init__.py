# SPDX-License-Identifier: Apache-2.0
"""What the project does with somebody's real leads, from a model to the last call."""
