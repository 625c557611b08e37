# SPDX-License-Identifier: Apache-2.0
"""Outbound dialling as the platform is told of it: campaigns and what they are made of."""
