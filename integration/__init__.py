# SPDX-License-Identifier: Apache-2.0
"""Gets lead scores into Genesys Cloud Outbound: durably, in order, within the call budget."""
