# SPDX-License-Identifier: Apache-2.0
"""Finds leads that do not lie as their scores say they should, and puts them right.

Pushes keep every lead in its place. What they cannot see are changed thresholds, contacts that
somebody deleted or loaded into one list alone, and other programs that write scores.
"""
