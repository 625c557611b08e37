# SPDX-License-Identifier: Apache-2.0
"""Who gets a call: agents, their skills, the queues they stand in, and what they report."""
