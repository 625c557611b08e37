# SPDX-License-Identifier: Apache-2.0
"""Side-by-side measurements; the numbers in docs/ come from here."""
