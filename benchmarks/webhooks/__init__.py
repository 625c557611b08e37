# SPDX-License-Identifier: Apache-2.0
"""How many webhooks the service accepts, how fast, and that none is lost when it is killed."""
