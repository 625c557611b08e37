@audit
Feature: What a score replaced is on record
  When a lead's score changes, people ask what it was before, and when and why it changed. The
  value that is about to be replaced goes on record before the new one is written.

  Rule: Every replaced score is on record

    Scenario: A score is replaced
      Given lead Miller carries score 50, calculated at 08:00
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then the history of lead Miller reads
        | score | calculated at | replaced score | calculated at | outcome   |
        | 90    | 08:30         | 50             | 08:00         | delivered |
      And the verdict names 50, calculated at 08:00, as the previous score

    Scenario: The first score of a lead
      Given lead Miller is on the contact list
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then the history of lead Miller reads
        | score | calculated at | replaced score | calculated at | outcome   |
        | 90    | 08:30         |                |               | delivered |

    Scenario: A day's worth of scores
      Given lead Miller carries score 10, calculated at 06:00
      When score 20 for lead Miller, calculated at 07:00, is pushed
      And score 30 for lead Miller, calculated at 08:00, is pushed
      And score 40 for lead Miller, calculated at 08:30, is pushed
      Then the history of lead Miller reads
        | score | calculated at | replaced score | calculated at | outcome   |
        | 20    | 07:00         | 10             | 06:00         | delivered |
        | 30    | 08:00         | 20             | 07:00         | delivered |
        | 40    | 08:30         | 30             | 08:00         | delivered |

    Scenario: A whole run
      Given the contact list holds 120 leads that carry score 42, calculated at 07:00
      And they are waiting for their new scores
      When the scores are pushed
      Then every lead carries its new score
      And the history of every lead says that 42 was replaced
      And the summary counts 120 previous values on record

    @simulator-only
    Scenario: The replaced score was not ours
      Given lead Miller carries score 50, calculated at 07:00
      And score 60 for lead Miller, calculated at 07:30, was pushed
      And a colleague has written score 75, calculated at 08:00, to lead Miller
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then the verdict names 75, calculated at 08:00, as the previous score

    Scenario: A stale score is on record with its real value
      Given lead Miller carries score 50, calculated at 06:00 yesterday
      When score 90 for lead Miller, calculated at 08:00 yesterday, is pushed
      Then lead Miller carries score 0, calculated at 08:00 yesterday
      And the history of lead Miller reads
        | score | calculated at   | replaced score | calculated at   | outcome   |
        | 90    | 08:00 yesterday | 50             | 06:00 yesterday | delivered |

  Rule: A repetition does not cover up what was there before

    @simulator-only
    Scenario: The answer to the write gets lost
      Given lead Miller carries score 50, calculated at 08:00
      And the answer to the first write gets lost
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 90, calculated at 08:30
      And the verdict is delivered
      And the verdict names 50, calculated at 08:00, as the previous score
      And lead Miller was written once

    @simulator-only @resume
    Scenario: The machine loses power right after the write
      Given lead Miller carries score 50, calculated at 08:00
      And the answer to the first write gets lost
      And the machine loses power right after the first write
      And score 90 for lead Miller, calculated at 08:30, was pushed
      When the run is resumed
      Then lead Miller carries score 90, calculated at 08:30
      And the history of lead Miller reads
        | score | calculated at | replaced score | calculated at | outcome   |
        | 90    | 08:30         | 50             | 08:00         | delivered |

    Scenario: The same score arrives again
      Given lead Miller carries score 50, calculated at 08:00
      And score 90 for lead Miller, calculated at 08:30, was pushed
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then the history of lead Miller reads
        | score | calculated at | replaced score | calculated at | outcome   |
        | 90    | 08:30         | 50             | 08:00         | delivered |

    @simulator-only
    Scenario: A score that somebody has replaced is pushed once more
      Given lead Miller carries score 50, calculated at 08:00
      And score 90 for lead Miller, calculated at 08:30, was pushed
      And a colleague has written score 75, calculated at 08:15, to lead Miller
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then the history of lead Miller reads
        | score | calculated at | replaced score | calculated at | outcome   |
        | 90    | 08:30         | 50             | 08:00         | delivered |
        | 90    | 08:30         | 75             | 08:15         | delivered |

  Rule: What was not written is not history

    Scenario: A late arrival
      Given lead Miller carries score 50, calculated at 08:00
      When score 90 for lead Miller, calculated at 07:30, is pushed
      Then lead Miller has no history

    @simulator-only
    Scenario: A score that lost while it waited
      Given lead Miller carries score 50, calculated at 08:00
      And the platform refuses the first write and asks to wait 30 seconds
      And a colleague writes score 95, calculated at 08:45, to lead Miller, 10 seconds into the run
      When score 60 for lead Miller, calculated at 08:30, is pushed
      Then the history of lead Miller does not say that score 60 was delivered

  Rule: Where the history can be trusted, it saves the reading

    @simulator-only
    Scenario: A second run of the only writer
      Given the integration trusts its own history
      And 120 leads are waiting for their new scores
      And the scores were pushed
      When newer scores are pushed 10 minutes later
      Then every lead carries its new score
      And the run took at most 2 calls
      And the summary counts 120 previous values on record

    @simulator-only @concurrency
    Scenario: The history turns out to be wrong
      Given the integration trusts its own history
      And 200 leads are waiting for their new scores
      And the scores were pushed
      And a colleague has changed the score of every lead
      When newer scores are pushed 10 minutes later
      Then every lead carries its new score
      And the history of every lead says what the colleague wrote
