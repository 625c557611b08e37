@two-queues
Feature: Each lead is dialled for one queue, the one that its score belongs to
  The best leads are called by senior agents, all others by the general queue. A queue has a
  campaign, and a campaign has a contact list: so every lead is on both lists and dialled from one.
  When its score changes sides, the lead changes queues.

  Background:
    Given the senior and the general queue have a contact list each

  Rule: Scores above 70 belong to the senior queue

    @dial-order
    Scenario Outline: A lead gets its first score: <score>
      Given lead Miller has no score yet
      When score <score> for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled for the <queue> queue alone, by score <score> of 08:30

      Examples:
        | score | queue   |
        | 1     | general |
        | 70    | general |
        | 71    | senior  |
        | 100   | senior  |

    Scenario: A better score moves a lead up
      Given lead Miller is dialled for the general queue by score 40, calculated at 08:00
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled for the senior queue alone, by score 90 of 08:30
      And no lead was dialled for both queues at any time

    Scenario: A worse score moves a lead down
      Given lead Miller is dialled for the senior queue by score 90, calculated at 08:00
      When score 40 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled for the general queue alone, by score 40 of 08:30
      And no lead was dialled for both queues at any time

    @newest-wins
    Scenario: An older score moves nobody
      Given lead Miller is dialled for the senior queue by score 90, calculated at 08:00
      When score 40 for lead Miller, calculated at 07:30, is pushed
      Then lead Miller is dialled for the senior queue alone, by score 90 of 08:00

    @stale-scores
    Scenario: A score past its age moves a lead down
      Given lead Miller is dialled for the senior queue by score 90, calculated at 08:00 two days ago
      When score 95 for lead Miller, calculated at 08:30 yesterday, is pushed
      Then lead Miller is dialled for the general queue alone, by score 0 of 08:30 yesterday

    @audit
    Scenario: The history of a lead is one, whichever queue it was dialled for
      Given lead Miller is dialled for the general queue by score 40, calculated at 08:00
      And score 90 for lead Miller, calculated at 08:10, was pushed
      When score 20 for lead Miller, calculated at 08:30, is pushed
      Then the history of lead Miller reads
        | score | calculated at | replaced score | calculated at | outcome   |
        | 90    | 08:10         | 40             | 08:00         | delivered |
        | 20    | 08:30         | 90             | 08:10         | delivered |

  Rule: Whatever fails between the two lists, no lead is dialled for both

    @resume @simulator-only
    Scenario Outline: The power fails between the two writes of a move
      Given lead Miller is dialled for the <old> queue by score <was>, calculated at 08:00
      And the answer to the first write gets lost
      And the machine loses power right after the first write
      When score <score> for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled for neither queue
      And no lead was dialled for both queues at any time

      Examples:
        | old     | was | score |
        | general | 40  | 90    |
        | senior  | 90  | 40    |

    @resume @simulator-only
    Scenario: The move is finished when the run is resumed
      Given lead Miller is dialled for the general queue by score 40, calculated at 08:00
      And the answer to the first write gets lost
      And the machine loses power right after the first write
      And score 90 for lead Miller, calculated at 08:30, was pushed
      When the run is resumed
      Then lead Miller is dialled for the senior queue alone, by score 90 of 08:30
      And no lead was dialled for both queues at any time

    @outage @simulator-only
    Scenario: The answer to the first write of a move gets lost
      Given lead Miller is dialled for the general queue by score 40, calculated at 08:00
      And the answer to the first write gets lost
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled for the senior queue alone, by score 90 of 08:30
      And no lead was dialled for both queues at any time

  Rule: Who was called for one queue is not called again for the other

    @redial-safety @simulator-only
    Scenario Outline: A lead that an agent has reached changes queues
      Given lead Miller is dialled for the <old> queue by score <was>, calculated at 08:00
      And an agent of the <old> queue has reached lead Miller
      When score <score> for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled for the <new> queue alone, by score <score> of 08:30
      And nobody calls lead Miller for the <new> queue

      Examples:
        | old     | was | score | new     |
        | general | 40  | 90    | senior  |
        | senior  | 90  | 40    | general |

    @redial-safety
    Scenario: A lead that nobody has called changes queues
      Given lead Miller is dialled for the general queue by score 40, calculated at 08:00
      When score 91 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller may be called for the senior queue

    @redial-safety @simulator-only
    Scenario: A lead that is to be called again stays with its campaign
      Given lead Miller is dialled for the general queue by score 40, calculated at 08:00
      And lead Miller was busy when the general campaign called 10 minutes ago
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled for the general queue alone, by score 90 of 08:30

    @redial-safety @simulator-only
    Scenario: It changes queues when the time for that is over
      Given lead Miller is dialled for the general queue by score 40, calculated at 08:00
      And lead Miller was busy when the general campaign called 10 minutes ago
      And score 90 for lead Miller, calculated at 08:30, was pushed
      When 1 hour pass
      And all leads are put right
      Then lead Miller is dialled for the senior queue alone, by score 90 of 08:30
      And nobody calls lead Miller for the senior queue
