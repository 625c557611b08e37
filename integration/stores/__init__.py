# SPDX-License-Identifier: Apache-2.0
"""Where a score can live on the platform."""
