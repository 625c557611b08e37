# SPDX-License-Identifier: Apache-2.0
"""The one seam to Genesys Cloud: authentication, call budget, retries, errors."""
