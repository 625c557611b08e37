# SPDX-License-Identifier: Apache-2.0
"""The one room that may use all others: the demonstration and its sample data."""
