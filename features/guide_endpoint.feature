@simulator-only
Feature: Scores reach the campaign through the guide's data service
  The guide keeps scores in a data service of its own and lets the administrator say which columns
  of the contact list they fill. Each lead is read and written by itself there, so a large scoring
  run needs many more calls than the budget of a minute has.

  Background:
    Given scores are kept in the guide's data service, which fills the contact list

  @rate-limit @guide-edge-case-1
  Rule: A storm costs time, never a score

    @audit @outage
    Scenario: 10,000 scores in a storm
      Given the platform allows 600 calls a minute
      And 10,000 leads are waiting for their new scores
      And the data service holds score 40, calculated at 08:00, for the first 300 leads
      And the data service refuses one call in 100 and asks to wait 7 seconds
      And the data service is unable to serve one call in 100
      And the answer of the data service to one write in 100 gets lost
      And another integration will use the whole budget for 2 minutes, 5 minutes into the run
      When the scores are pushed
      Then every lead carries its new score
      And the run ends well
      And no call was made while the platform had asked us to wait
      And the summary counts 10,000 previous values on record
      And the history says that 40 was replaced for the first 300 leads, and nothing for the others

    Scenario: The data service tells how many calls are left, and nothing else
      Given the platform allows 60 calls a minute
      And the integration was told that 60 calls a minute are allowed
      And the data service tells how many calls are left, and nothing else
      And 100 leads are waiting for their new scores
      When the scores are pushed
      Then every lead carries its new score
      And the run took between 2 and 4 minutes
      And the platform refused at most 0 call

    Scenario: One read and one write for each score
      Given 50 leads are waiting for their new scores
      When the scores are pushed
      Then every lead carries its new score
      And the run took at most 100 calls

  @dial-order
  Rule: The campaign dials by what the data service was told

    Scenario: New scores change the dial order
      Given lead Miller carries score 50, calculated at 08:00
      And lead Smith carries score 60, calculated at 08:00
      And lead Garcia carries score 70, calculated at 08:00
      When these scores are pushed
        | lead   | score | calculated at |
        | Miller | 65    | 08:30         |
        | Garcia | 9     | 08:30         |
      Then the dial order is Miller, Smith, Garcia

    @stale-scores
    Scenario: A score that is too old does not steer the campaign
      Given lead Miller is on the contact list
      When score 90 for lead Miller, calculated 25 hours ago, is pushed
      Then lead Miller is dialled by score 0

    @redial-safety
    Scenario: Who was reached is not called again
      Given lead Miller is on the contact list
      And an agent has reached lead Miller
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled by score 90
      And the record of the call to lead Miller is still there
      And lead Miller does not wait to be dialled

    @loading
    Scenario: A score may be there before its lead
      Given lead Smith is on the contact list
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then the verdict is delivered
      And the data service holds score 90, calculated at 08:30, for lead Miller
      And lead Miller is not on the contact list

  @newest-wins
  Rule: The newest calculation wins there, too

    Scenario: An older score comes late
      Given lead Miller is on the contact list
      And the data service holds score 90, calculated at 08:30, for lead Miller
      When score 50 for lead Miller, calculated at 08:20, is pushed
      Then the verdict is superseded
      And lead Miller carries score 90, calculated at 08:30

    Scenario: The same score comes twice
      Given lead Miller is on the contact list
      And score 50 for lead Miller, calculated at 08:30, was pushed
      When score 50 for lead Miller, calculated at 08:30, is pushed
      Then the verdict is duplicate
      And lead Miller carries score 50, calculated at 08:30

    @audit
    Scenario: What was replaced is on record
      Given lead Miller is on the contact list
      And the data service holds score 40, calculated at 08:00, for lead Miller
      When score 50 for lead Miller, calculated at 08:30, is pushed
      Then the history of lead Miller reads
        | score | calculated at | previous | previous at | outcome   |
        | 50    | 08:30         | 40       | 08:00       | delivered |
