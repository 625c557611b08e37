@system-clock @simulator-only
Feature: The machine's own clock is read correctly
  Outside of tests the integration goes by the clock of the machine it runs on. Where that machine
  stands, and whether its people change their clocks twice a year, must make no difference.

  Rule: A score counts for 24 hours by the machine's clock

    @stale-scores
    Scenario Outline: It is <now> and the score was calculated at <calculated>
      Given the machine's clock says <now>
      And lead Miller is on the contact list
      When score 90 for lead Miller, calculated at <calculated>, is pushed by the machine's clock
      Then lead Miller is dialled by score <effective>

      Examples: ordinary days
        | now                      | calculated               | effective |
        | 2026-11-23T09:00:00Z     | 2026-11-22T09:00:00Z     | 90        |
        | 2026-11-23T09:00:00.001Z | 2026-11-22T09:00:00Z     | 0         |
        | 2026-11-23T09:00:00Z     | 2026-11-22T09:00:00.001Z | 90        |

      Examples: the turn of the year and a leap day
        | now                      | calculated               | effective |
        | 2027-01-01T00:00:00Z     | 2026-12-31T00:00:00Z     | 90        |
        | 2027-01-01T00:00:01Z     | 2026-12-31T00:00:00Z     | 0         |
        | 2028-03-01T00:00:00Z     | 2028-02-29T00:00:00Z     | 90        |
        | 2028-03-01T00:00:01Z     | 2028-02-29T00:00:00Z     | 0         |

  Rule: It makes no difference where the machine stands

    @stale-scores
    Scenario Outline: A machine in <place>
      Given the machine stands in <place>
      And these leads are on the contact list
        | lead   |
        | Miller |
        | Smith  |
      When these scores are pushed by the machine's clock
        | lead   | score | calculated at           |
        | Miller | 90    | 23 hours 59 minutes ago |
        | Smith  | 90    | 24 hours 1 minute ago   |
      Then lead Miller is dialled by score 90
      And lead Smith is dialled by score 0

      Examples:
        | place               |
        | UTC                 |
        | Europe/Berlin       |
        | America/Los_Angeles |
        | Asia/Kathmandu      |
        | Pacific/Kiritimati  |

    @bad-input
    Scenario Outline: A score that is <ahead> ahead of a machine in <place>
      Given the machine stands in <place>
      And these leads are on the contact list
        | lead   |
        | Miller |
      When these scores are pushed by the machine's clock
        | lead   | score | calculated at |
        | Miller | 90    | in <ahead>    |
      Then the verdict is <verdict>

      Examples:
        | place               | ahead     | verdict   |
        | America/Los_Angeles | 4 minutes | delivered |
        | America/Los_Angeles | 6 minutes | rejected  |
        | Pacific/Kiritimati  | 4 minutes | delivered |
        | Pacific/Kiritimati  | 6 minutes | rejected  |

  Rule: It makes no difference that clocks are put back or forward

    @stale-scores
    Scenario Outline: The night in which clocks change: <night>
      Given the machine stands in <place>
      And the machine's clock says <now>
      And lead Miller is on the contact list
      When score 90 for lead Miller, calculated at <calculated>, is pushed by the machine's clock
      Then lead Miller is dialled by score <effective>

      Examples:
        | night                                           | place            | now                       | calculated                | effective |
        | an hour more, in time     | Europe/Berlin    | 2026-10-25T12:00:00+01:00 | 2026-10-24T13:00:00+02:00 | 90        |
        | an hour more, too late    | Europe/Berlin    | 2026-10-25T12:00:01+01:00 | 2026-10-24T13:00:00+02:00 | 0         |
        | an hour less, in time     | Europe/Berlin    | 2027-03-28T13:00:00+02:00 | 2027-03-27T12:00:00+01:00 | 90        |
        | an hour less, too late    | Europe/Berlin    | 2027-03-28T13:00:01+02:00 | 2027-03-27T12:00:00+01:00 | 0         |
        | the hour there is twice, its first run  | America/New_York | 2026-11-01T01:30:00-04:00 | 2026-10-31T01:30:00-04:00 | 90        |
        | the hour there is twice, its second run | America/New_York | 2026-11-01T01:30:00-05:00 | 2026-10-31T01:30:00-04:00 | 0         |

  Rule: A score from the future is judged by the machine's clock

    @bad-input
    Scenario Outline: A score that is <ahead> ahead
      Given the machine's clock says 2026-11-23T09:00:00Z
      And lead Miller is on the contact list
      When score 90 for lead Miller, calculated at <calculated>, is pushed by the machine's clock
      Then the verdict is <verdict>

      Examples:
        | ahead               | calculated               | verdict   |
        | 5 minutes           | 2026-11-23T09:05:00Z     | delivered |
        | 5 minutes and a bit | 2026-11-23T09:05:00.001Z | rejected  |
