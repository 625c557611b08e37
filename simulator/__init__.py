# SPDX-License-Identifier: Apache-2.0
"""A simulated Genesys Cloud organisation: state, clock, limits, faults and a control plane."""
