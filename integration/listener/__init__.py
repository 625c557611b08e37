# SPDX-License-Identifier: Apache-2.0
"""Scores by webhook: who may send them, how they are read, and how they reach the outbox.

The listener answers once a score is on disk. It delivers nothing; who does that waits for
:attr:`integration.listener.desk.Desk.arrived`.
"""
