# SPDX-License-Identifier: Apache-2.0
"""Learns how an organisation does what no documentation says, on a list of its own.

Nothing here touches a campaign, and no contact list but the scratch list that was made for it.
"""
