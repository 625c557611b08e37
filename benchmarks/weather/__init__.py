# SPDX-License-Identifier: Apache-2.0
"""Seeded bad weather: whole runs against the simulated platform, checked rule by rule.

One seed decides on leads, scores, arrivals, limits, faults, other writers and kills. A run takes
place in virtual time, so that it is the same every time; a failure is a seed.
"""
