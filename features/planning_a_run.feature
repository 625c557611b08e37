@plan
Feature: A run can be planned before it is made
  Before 100,000 scores are pushed at noon, somebody wants to know how many calls and minutes that
  will take, and how many rows are no good.

  Rule: A plan changes nothing

    Scenario: Planning is not pushing
      Given 120 leads are waiting for their new scores
      When the run is planned
      Then no lead was written
      And nothing is kept for later

  Rule: A plan says what the run will take

    Scenario Outline: A run of <leads> leads
      Given <leads> leads are waiting for their new scores
      When the run is planned
      And the scores are pushed
      Then the run took as many calls as planned

      Examples:
        | leads |
        | 1     |
        | 50    |
        | 51    |
        | 1,000 |
        | 1,020 |

    @rate-limit @simulator-only
    Scenario: The platform's own limit is the base of the plan
      Given the platform allows 10 calls a minute
      And 600 leads are waiting for their new scores
      When the run is planned
      Then the plan expects 13 calls and at least 1 minute

    @bad-input
    Scenario: Bad rows are counted
      Given lead Miller is on the contact list
      When a run with these scores is planned
        | lead   | score | calculated at |
        | Miller | 60    | 08:00         |
        | Miller | 70    | 08:30         |
        | Miller | n/a   | 08:30         |
        | Miller | 1000  | 08:30         |
      Then the plan counts 4 rows, of which 2 are no scores, and 1 lead

    @simulator-only @outage
    Scenario: The platform cannot be asked
      Given 100 leads are waiting for their new scores
      And the platform is down for 2 hours
      When the run is planned
      Then the plan says that it could not ask for the limit
