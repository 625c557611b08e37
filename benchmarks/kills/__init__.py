# SPDX-License-Identifier: Apache-2.0
"""What a push leaves behind when it is killed, at every point where it can be.

One harness kills the real process while it talks to a simulated platform in another one; the
other steps through every SQL statement, request and wait of a push in this process. Both let a
new run finish the work, and compare what is left with an undisturbed push of the same file.
"""
