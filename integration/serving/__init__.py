# SPDX-License-Identifier: Apache-2.0
"""The long-running service: accepts scores by webhook, delivers them all day, says how it is."""
