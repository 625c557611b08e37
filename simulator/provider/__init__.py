# SPDX-License-Identifier: Apache-2.0
"""The stand-in provider: the Pulumi plugin of this project's tests, closed networks and previews.

It takes the place of the Terraform bridge and the official Genesys Cloud provider, sends the
same calls as they do (``tests/conformance`` compares), and refuses any gateway that is not on
this machine. Live organisations are deployed with the official provider.
"""
