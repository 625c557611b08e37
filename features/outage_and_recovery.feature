@outage
Feature: A run rides out an outage, and does not make it worse
  The platform, or the way to it, fails from time to time. A short failure is bridged, a long one
  ends the run in good order, and a platform that comes back is not overrun.

  Rule: A short failure is bridged

    @simulator-only
    Scenario Outline: For some seconds <what happens>
      Given 100 leads are waiting for their new scores
      And for 4 seconds <what happens>
      When the scores are pushed
      Then every lead carries its new score
      And the run ends well
      And nobody is told

      Examples:
        | what happens                     |
        | the platform is unavailable      |
        | the platform has internal errors |
        | the platform's gateway times out |
        | no connection can be made        |
        | connections break                |
        | answers do not arrive            |
        | answers arrive in pieces         |

    @simulator-only
    Scenario: A patient run bridges minutes
      Given 100 leads are waiting for their new scores
      And the integration keeps trying for 10 minutes
      And for 300 seconds the platform is unavailable
      When the scores are pushed
      Then every lead carries its new score
      And the run ends well
      And nobody is told

    @simulator-only
    Scenario: The platform is slow
      Given 300 leads are waiting for their new scores
      And the platform takes 4 seconds for every answer
      When the scores are pushed
      Then every lead carries its new score
      And the run ends well
      And every lead was written once

    @simulator-only @rate-limit
    Scenario: An outage that says when it will be over
      Given 100 leads are waiting for their new scores
      And the platform is unable to serve the first call and asks to wait 40 seconds
      When the scores are pushed
      Then every lead carries its new score
      And no call was made while the platform had asked us to wait

    @simulator-only
    Scenario Outline: The platform's clock is <skew> <way>
      Given 120 leads are waiting for their new scores
      And the platform's clock is <skew> <way>
      When the scores are pushed
      Then every lead carries its new score
      And the run ends well
      And the platform refused no call

      Examples:
        | skew      | way    |
        | 1 minute  | ahead  |
        | 1 minute  | behind |
        | 2 hours   | ahead  |
        | 2 hours   | behind |

  Rule: A write whose answer got lost is looked up before it is repeated

    @simulator-only
    Scenario: The platform had carried it out
      Given 120 leads are waiting for their new scores
      And the answer to the first write gets lost
      When the scores are pushed
      Then every lead carries its new score
      And every lead was written once
      And every row is delivered

    @simulator-only
    Scenario: The platform had not carried it out
      Given 120 leads are waiting for their new scores
      And the first write gets lost on its way
      When the scores are pushed
      Then every lead carries its new score
      And every lead was written once
      And every row is delivered

    @simulator-only
    Scenario: The platform reports a failure although it carried it out
      Given 120 leads are waiting for their new scores
      And the platform carries out the first write and reports a failure
      When the scores are pushed
      Then every lead carries its new score
      And every lead was written once
      And every row is delivered

    @simulator-only @concurrency
    Scenario: Somebody else writes before it is looked up
      Given lead Miller carries score 50, calculated at 08:00
      And the first write gets lost on its way
      And a colleague writes score 95, calculated at 08:45, to lead Miller, right after the first write
      When score 60 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 95, calculated at 08:45
      And the verdict is superseded

  Rule: A long outage ends the run in good order

    @simulator-only
    Scenario: The platform is down for hours
      Given 120 leads are waiting for their new scores
      And the platform is down for 2 hours
      When the scores are pushed
      Then the run ends because the platform could not be reached
      And the run took at most 10 minutes
      And 120 scores are kept for later

    @simulator-only
    Scenario: The outage begins half-way
      Given the platform allows 10 calls a minute
      And 500 leads are waiting for their new scores
      And the integration writes 100 scores at a time
      And the platform goes down for 2 hours, 50 seconds into the run
      When the scores are pushed
      Then the run ends because the platform could not be reached
      And some leads carry their new scores
      And every score is either on its lead or kept for later

    @simulator-only
    Scenario: A down platform is not overrun
      Given 120 leads are waiting for their new scores
      And for 7200 seconds the platform is unavailable
      When the scores are pushed
      Then the run took at most 40 calls
      And the pauses between its calls grew

  Rule: After the outage everything arrives

    @simulator-only @resume
    Scenario: The run is resumed after the outage
      Given 120 leads are waiting for their new scores
      And the platform is down for 2 hours
      And the scores were pushed
      When 2 hours pass
      And the run is resumed
      Then every lead carries its new score
      And the run ends well
      And nothing is kept for later

    @simulator-only
    Scenario: The next run brings what the outage held up
      Given 120 leads are waiting for their new scores
      And the platform is down for 2 hours
      And the scores were pushed
      When newer scores for the first 50 leads are pushed 3 hours later
      Then every lead carries its new score
      And nothing is kept for later

    @simulator-only
    Scenario: The operator does not want to wait for the next attempt
      Given 100 leads are waiting for their new scores
      And the platform is down for 45 seconds
      And the scores were pushed
      When 50 seconds pass
      And everything that waits is tried again
      Then every lead carries its new score
