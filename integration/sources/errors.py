# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a source as a whole, as opposed to one of its rows."""

from __future__ import annotations


class SourceError(Exception):
    """A source that cannot be used at all; none of its rows is at fault.

    Args:
        name: the file as the caller named it, or ``standard input``.
        problem: what is wrong and where, as the rest of a sentence that begins with the name.
        advice: what to do about it.
    """

    def __init__(self, name: str, problem: str, advice: str) -> None:
        super().__init__(f"{name} {problem}; {advice}")
        self.name = name
        self.problem = problem
        self.advice = advice
