# SPDX-License-Identifier: Apache-2.0
"""Whether everything is ready: each prerequisite compared with what the organisation has."""
