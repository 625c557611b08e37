# SPDX-License-Identifier: Apache-2.0
"""The report on dial order, for those who run the contact centre.

Numbers come from what was dialled, never from what was meant to be dialled. What the data does
not tell is left out, with a sentence that says so. Only :mod:`integration.reporting.plots` and
:mod:`integration.reporting.page` need the extra ``report``.
"""
