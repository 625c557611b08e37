# SPDX-License-Identifier: Apache-2.0
"""The policy pack: what a preview refuses, and what it would have done to whom."""
