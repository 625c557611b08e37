# SPDX-License-Identifier: Apache-2.0
"""What calls go out through: sites and edge groups, of which a campaign names one."""
