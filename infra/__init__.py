# SPDX-License-Identifier: Apache-2.0
"""Declares the objects of Genesys Cloud that the scores steer, as a Pulumi program."""
