# SPDX-License-Identifier: Apache-2.0
"""5,822 real prospects of an insurer, scored by a plain model and called in a simulated shift."""
