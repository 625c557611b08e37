# SPDX-License-Identifier: Apache-2.0
"""The dialer: campaigns that are on call their contacts, and agents talk to those who answer."""
