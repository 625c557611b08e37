# SPDX-License-Identifier: Apache-2.0
"""A simulated day of calls on the deployed stack: what it costs, and whom it calls."""
