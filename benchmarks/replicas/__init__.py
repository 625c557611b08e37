# SPDX-License-Identifier: Apache-2.0
"""Replicas of the service on one PostgreSQL server, one of which is killed half-way."""
