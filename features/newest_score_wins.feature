@newest-wins @concurrency
Feature: The newest calculation wins
  Several models and jobs score the same leads, and their results arrive late, twice or in the
  wrong order. A lead must carry the score that was calculated last, not the one that arrived last.

  Rule: Per lead the newest calculation wins, whichever way the scores arrive

    Scenario Outline: Three calculations arrive in one run as <first>, <second>, <third>
      Given lead Miller carries score 10, calculated at 07:00
      When these scores are pushed
        | lead   | score     | calculated at |
        | Miller | <a>       | <first>       |
        | Miller | <b>       | <second>      |
        | Miller | <c>       | <third>       |
      Then lead Miller carries score 83, calculated at 08:30
      And the run ends well
      And lead Miller was written once

      Examples:
        | first | second | third | a  | b  | c  |
        | 08:10 | 08:20  | 08:30 | 81 | 82 | 83 |
        | 08:10 | 08:30  | 08:20 | 81 | 83 | 82 |
        | 08:20 | 08:10  | 08:30 | 82 | 81 | 83 |
        | 08:20 | 08:30  | 08:10 | 82 | 83 | 81 |
        | 08:30 | 08:10  | 08:20 | 83 | 81 | 82 |
        | 08:30 | 08:20  | 08:10 | 83 | 82 | 81 |

    Scenario Outline: Three calculations arrive in three runs as <first>, <second>, <third>
      Given lead Miller carries score 10, calculated at 07:00
      When score <a> for lead Miller, calculated at <first>, is pushed
      And score <b> for lead Miller, calculated at <second>, is pushed
      And score <c> for lead Miller, calculated at <third>, is pushed
      Then lead Miller carries score 83, calculated at 08:30
      And the run ends well

      Examples:
        | first | second | third | a  | b  | c  |
        | 08:10 | 08:20  | 08:30 | 81 | 82 | 83 |
        | 08:10 | 08:30  | 08:20 | 81 | 83 | 82 |
        | 08:20 | 08:10  | 08:30 | 82 | 81 | 83 |
        | 08:20 | 08:30  | 08:10 | 82 | 83 | 81 |
        | 08:30 | 08:10  | 08:20 | 83 | 81 | 82 |
        | 08:30 | 08:20  | 08:10 | 83 | 82 | 81 |

    Scenario: A late arrival is beaten and says by what
      Given lead Miller carries score 90, calculated at 08:30
      When score 40 for lead Miller, calculated at 08:00, is pushed
      Then lead Miller carries score 90, calculated at 08:30
      And the verdict is superseded
      And the verdict's message says "90 of 2026-11-23T08:30:00.000Z"
      And no lead was written

    Scenario: One millisecond decides
      Given lead Miller carries score 90, calculated at 08:30:00.000
      When score 40 for lead Miller, calculated at 08:30:00.001, is pushed
      Then lead Miller carries score 40, calculated at 08:30:00.001

    Scenario: The same moment, told in two time zones
      Given lead Miller is on the contact list
      When these scores are pushed
        | lead   | score | calculated at             |
        | Miller | 70    | 2026-11-23T09:30:00+01:00 |
        | Miller | 70    | 2026-11-23T08:30:00Z      |
      Then lead Miller carries score 70, calculated at 08:30
      And the verdicts are
        | row | verdict   |
        | 1   | delivered |
        | 2   | duplicate |

    Scenario: Each lead has its own order
      Given lead Miller carries score 50, calculated at 08:30
      And lead Smith carries score 50, calculated at 07:30
      When these scores are pushed
        | lead   | score | calculated at |
        | Miller | 60    | 08:00         |
        | Smith  | 60    | 08:00         |
      Then the contact list shows
        | lead   | score | calculated at |
        | Miller | 50    | 08:30         |
        | Smith  | 60    | 08:00         |
      And the verdicts are
        | row | verdict    |
        | 1   | superseded |
        | 2   | delivered  |

  Rule: A repeated arrival changes nothing and costs no write

    Scenario: The same file is pushed twice
      Given 120 leads are waiting for their new scores
      And the scores were pushed
      When the scores are pushed again
      Then the run ends well
      And every row is a duplicate
      And every lead was written once

    Scenario: The same score stands twice in one file
      Given lead Miller is on the contact list
      When these scores are pushed
        | lead   | score | calculated at |
        | Miller | 70    | 08:30         |
        | Miller | 70    | 08:30         |
      Then the verdicts are
        | row | verdict   |
        | 1   | delivered |
        | 2   | duplicate |
      And lead Miller was written once

    @simulator-only
    Scenario: The scorer sends everything again while the first run is on its way
      Given 120 leads are waiting for their new scores
      And the platform takes 2 seconds for every answer
      When the scores are pushed, and once more from a second window 1 second later
      Then every lead carries its new score
      And both runs end well
      And every lead was written once

  Rule: Of two different scores for the same moment the first to arrive stays

    Scenario: Two models disagree about the same moment
      Given lead Miller is on the contact list
      When these scores are pushed
        | lead   | score | calculated at |
        | Miller | 70    | 08:30         |
        | Miller | 20    | 08:30         |
      Then lead Miller carries score 70, calculated at 08:30
      And the verdicts are
        | row | verdict   |
        | 1   | delivered |
        | 2   | conflict  |
      And the run ends with rows that need attention

    Scenario: The second opinion comes in a later run
      Given lead Miller carries score 70, calculated at 08:30
      When score 20 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 70, calculated at 08:30
      And the verdict is conflict
      And the run ends with rows that need attention

  Rule: A newer calculation with the same result is news

    Scenario: The score is confirmed
      Given lead Miller carries score 70, calculated at 08:00
      When score 70 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 70, calculated at 08:30
      And the verdict is delivered
      And the summary counts 1 score whose value did not change

    Scenario: Confirmations of young scores are left out where that is wished
      Given the integration leaves out scores whose value did not change
      And lead Miller carries score 70, calculated at 08:00
      When score 70 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 70, calculated at 08:00
      And the run ends well
      And no lead was written

    Scenario: A score that is past half its life is confirmed even then
      Given the integration leaves out scores whose value did not change
      And lead Miller carries score 70, calculated at 20:59 yesterday
      When score 70 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 70, calculated at 08:30

  Rule: What is no score beats nobody

    Scenario: A rejected row is newer than a good one
      Given lead Miller is on the contact list
      When these scores are pushed
        | lead   | score | calculated at |
        | Miller | 70    | 08:00         |
        | Miller | 101   | 08:30         |
      Then lead Miller carries score 70, calculated at 08:00
      And the verdicts are
        | row | verdict   | reason             |
        | 1   | delivered |                    |
        | 2   | rejected  | score out of range |
