@stale-scores
Feature: Stale scores are swept to the end of the dial order
  A lead whose score has gone stale is not called, but its old number still stands on the contact
  list, in front of leads that are hot today. A sweep sets such numbers to 0, all at once.

  Rule: A sweep moves stale leads to the end of the dial order

    @dial-order @guide-edge-case-2
    Scenario: Yesterday's favourite stands before today's
      Given somebody has verified that a sweep gets nobody called again
      And lead Miller carries score 90, calculated at 08:00 yesterday
      And lead Smith carries score 85, calculated at 08:00
      And lead Garcia carries score 40, calculated at 08:00
      When stale scores are swept
      Then the dial order is Smith, Garcia, Miller
      And lead Miller carries score 0, calculated at 08:00 yesterday

    @audit
    Scenario: What the stale leads had before is kept
      Given somebody has verified that a sweep gets nobody called again
      And lead Miller carries score 90, calculated at 08:00 yesterday
      When stale scores are swept
      Then it is on file that lead Miller had score 90 before the sweep

    Scenario: A manager wants to know first how many there are
      Given lead Miller carries score 90, calculated at 08:00 yesterday
      And lead Smith carries score 85, calculated at 08:00
      When stale scores are counted
      Then 1 stale score is found
      And lead Miller carries score 90, calculated at 08:00 yesterday

  Rule: A sweep gets nobody called again

    @redial-safety @simulator-only
    Scenario: A lead that was called yesterday
      Given somebody has verified that a sweep gets nobody called again
      And lead Miller carries score 90, calculated at 08:00 yesterday
      And an agent has reached lead Miller
      When stale scores are swept
      Then lead Miller does not wait to be dialled
      And the record of the call to lead Miller is still there

    @redial-safety
    Scenario: Nobody has verified yet what a sweep does
      Given lead Miller carries score 90, calculated at 08:00 yesterday
      When stale scores are swept
      Then the sweep is refused
      And lead Miller carries score 90, calculated at 08:00 yesterday

  Rule: A fresh score is not lost to a sweep

    @lost-update @simulator-only
    Scenario: A new score arrives while the sweep is at work
      Given somebody has verified that a sweep gets nobody called again
      And lead Miller carries score 90, calculated at 08:00 yesterday
      And lead Smith carries score 80, calculated at 08:00 yesterday
      When stale scores are swept, and score 60 for lead Miller, calculated at 08:50, arrives meanwhile
      Then lead Miller carries score 60, calculated at 08:50
      And lead Smith carries score 0, calculated at 08:00 yesterday
