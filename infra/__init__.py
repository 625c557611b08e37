# SPDX-License-Identifier: Apache-2.0
"""Declares the platform objects that scored dialling needs, as a Pulumi program."""
