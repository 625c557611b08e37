@stale-scores @guide-edge-case-2
Feature: A stale score does not steer the campaign
  A lead that was hot last week is not hot today. A score older than 24 hours no longer counts:
  such a lead goes to the end of the dial order, and into play again with its next fresh score.

  Rule: A score counts for 24 hours, the last moment included

    Scenario Outline: A score that is <age> old when it is pushed
      Given lead Miller is on the contact list
      When score 90 for lead Miller, calculated <age> ago, is pushed
      Then lead Miller is dialled by score <effective> in the <tier> tier
      And the verdict is delivered

      Examples:
        | age                                        | effective | tier    |
        | 1 second                                   | 90        | senior  |
        | 23 hours 59 minutes 59 seconds             | 90        | senior  |
        | 24 hours                                   | 90        | senior  |
        | 24 hours 0 minutes 0.001 seconds           | 0         | general |
        | 24 hours 1 second                          | 0         | general |
        | 30 days                                    | 0         | general |

    Scenario Outline: Where scores count for <limit>, one that is <age> old counts as <effective>
      Given scores count for <limit>
      And lead Miller is on the contact list
      When score 90 for lead Miller, calculated <age> ago, is pushed
      Then lead Miller is dialled by score <effective> in the <tier> tier

      Examples:
        | limit    | age                | effective | tier    |
        | 8 hours  | 8 hours            | 90        | senior  |
        | 8 hours  | 8 hours 1 second   | 0         | general |
        | 48 hours | 47 hours           | 90        | senior  |
        | 48 hours | 48 hours 1 second  | 0         | general |

    Scenario: A stale score keeps the time it was calculated at
      Given lead Miller is on the contact list
      When score 90 for lead Miller, calculated at 08:00 yesterday, is pushed
      Then lead Miller carries score 0, calculated at 08:00 yesterday

  Rule: What counts is the moment of writing

    @simulator-only
    Scenario: A score goes stale while the run has to wait
      Given lead Miller is on the contact list
      And the platform refuses the first call and asks to wait 10 minutes
      When score 90 for lead Miller, calculated at 09:05 yesterday, is pushed
      Then lead Miller is dialled by score 0 in the general tier

    @simulator-only
    Scenario: A score that is still good after the wait
      Given lead Miller is on the contact list
      And the platform refuses the first call and asks to wait 10 minutes
      When score 90 for lead Miller, calculated at 09:15 yesterday, is pushed
      Then lead Miller is dialled by score 90 in the senior tier

    @resume @simulator-only
    Scenario: A score that was kept over night
      Given lead Miller is on the contact list
      And the integration has the wrong secret
      And score 90 for lead Miller, calculated at 08:00, was pushed
      When the secret is corrected
      And 24 hours pass
      And the run is resumed
      Then lead Miller is dialled by score 0 in the general tier

  Rule: Stale leads stand at the end of the dial order

    @dial-order
    Scenario: Yesterday's favourites
      Given these leads are on the contact list
        | lead    |
        | Miller  |
        | Smith   |
        | Garcia  |
        | Jones   |
      When these scores are pushed
        | lead    | score | calculated at   |
        | Miller  | 99    | 07:00 yesterday |
        | Smith   | 9     | 08:00           |
        | Garcia  | 87    | 08:00           |
        | Jones   | 100   | 08:59 yesterday |
      Then the dial order begins with Garcia, Smith
      And lead Miller is dialled by score 0 in the general tier
      And lead Jones is dialled by score 0 in the general tier

  Rule: Staleness is about the score's own time, not about which score is newer

    Scenario: A stale score replaces an even older one
      Given lead Miller carries score 0, calculated at 08:00 two days ago
      When score 90 for lead Miller, calculated at 08:00 yesterday, is pushed
      Then lead Miller carries score 0, calculated at 08:00 yesterday

    Scenario: A stale score does not replace a fresh one
      Given lead Miller carries score 40, calculated at 08:00
      When score 90 for lead Miller, calculated at 08:00 yesterday, is pushed
      Then lead Miller carries score 40, calculated at 08:00
      And the verdict is superseded

    Scenario: The same stale score arrives again
      Given lead Miller is on the contact list
      And score 90 for lead Miller, calculated at 08:00 yesterday, was pushed
      When score 90 for lead Miller, calculated at 08:00 yesterday, is pushed
      Then the verdict is duplicate
      And the run ends well

  Rule: A fresh score brings a stale lead back into play

    @redial-safety @simulator-only
    Scenario: A lead that the campaign passed over because its score was stale
      Given lead Miller carries score 0, calculated at 08:00 yesterday
      And the campaign has passed over lead Miller
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled by score 90 in the senior tier
      And lead Miller waits to be dialled again

    @redial-safety @simulator-only
    Scenario: A lead that was passed over because it had no score yet
      Given lead Miller is on the contact list
      And the campaign has passed over lead Miller
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller waits to be dialled again

    @redial-safety @simulator-only
    Scenario: Another stale score does not bring it back
      Given lead Miller carries score 0, calculated at 08:00 two days ago
      And the campaign has passed over lead Miller
      When score 90 for lead Miller, calculated at 08:00 yesterday, is pushed
      Then the campaign still passes over lead Miller

  Rule: A score from the future is a broken clock, not a score

    Scenario Outline: A score that is <ahead> ahead of the integration's clock
      Given lead Miller carries score 50, calculated at 08:00
      When score 90 for lead Miller, calculated <ahead> ahead, is pushed
      Then lead Miller is dialled by score <score> in the <tier> tier
      And the verdict is <verdict>

      Examples:
        | ahead                       | score | tier    | verdict   |
        | 1 second                    | 90    | senior  | delivered |
        | 5 minutes                   | 90    | senior  | delivered |
        | 5 minutes 0.001 seconds     | 50    | general | rejected  |
        | 1 hour                      | 50    | general | rejected  |
