# SPDX-License-Identifier: Apache-2.0
"""Why a lead stands where it stands, from the platform's own objects.

Nothing here changes anything. What the API does not show is said to be unknown, not guessed.
"""
