@resume @simulator-only
Feature: An interrupted run loses nothing
  People press Ctrl-C, machines are restarted, cables are pulled. Whatever was accepted is
  delivered later, once, and in the right order.

  Background:
    Given the platform allows 10 calls a minute

  Rule: A run that is stopped keeps the rest

    Scenario: The operator stops the run
      Given 300 leads are waiting for their new scores
      And the integration writes 50 scores at a time
      And the operator stops the run, 30 seconds into the run
      When the scores are pushed
      Then the run ends as interrupted, with the rest kept
      And some leads carry their new scores
      And every score is either on its lead or kept for later

    Scenario: The run is stopped and resumed
      Given 300 leads are waiting for their new scores
      And the integration writes 50 scores at a time
      And the operator stops the run, 30 seconds into the run
      And the scores were pushed
      When the run is resumed
      Then every lead carries its new score
      And the run ends well
      And every lead was written once

    Scenario: A resumed run is stopped and resumed again
      Given 300 leads are waiting for their new scores
      And the integration writes 50 scores at a time
      And the operator stops the run, 30 seconds into the run
      And the scores were pushed
      And the operator stops the run, 30 seconds into the run
      And the run was resumed
      When the run is resumed
      Then every lead carries its new score
      And every lead was written once

    Scenario: The operator stops a run that was asked to wait
      Given 100 leads are waiting for their new scores
      And the platform refuses the first call and asks to wait 10 minutes
      And the operator stops the run, 30 seconds into the run
      When the scores are pushed
      Then the run ends as interrupted, with the rest kept
      And 100 scores are kept for later
      And the run took less than 1 minute

    Scenario: The operator stops the run when it is all but done
      Given 40 leads are waiting for their new scores
      And the platform takes 2 seconds for every answer
      And the operator stops the run, 5 seconds into the run
      When the scores are pushed
      Then every lead carries its new score
      And the run ends well

    Scenario: Nothing was left behind
      Given 100 leads are waiting for their new scores
      And the scores were pushed
      When the run is resumed
      Then the run ends well
      And the run made no call

  Rule: A machine that goes down loses nothing either

    Scenario Outline: The power fails <moment>
      Given 300 leads are waiting for their new scores
      And the platform takes 2 seconds for every answer
      And the machine loses power, <span> into the run
      And the scores were pushed
      When the run is resumed
      Then every lead carries its new score
      And the run ends well
      And the history of every lead says that it was delivered

      Examples:
        | moment                          | span          |
        | while the run signs in          | 1 second      |
        | while old scores are read       | 3 seconds     |
        | while new scores are written    | 5 seconds     |

    Scenario: The power fails after the platform has taken the scores, before it has said so
      Given 120 leads are waiting for their new scores
      And the answer to the first write gets lost
      And the machine loses power right after the first write
      And the scores were pushed
      When the run is resumed
      Then every lead carries its new score
      And every lead was written once
      And the history of every lead says that it was delivered

    Scenario: The power fails again and again
      Given 500 leads are waiting for their new scores
      And the machine loses power, 20 seconds into the run
      And the scores were pushed
      And the machine loses power, 50 seconds into the run
      And the run was resumed
      And the machine loses power, 70 seconds into the run
      And the run was resumed
      When the run is resumed
      Then every lead carries its new score
      And the history of every lead says that it was delivered

  Rule: What happened in between is respected

    @newest-wins
    Scenario: Newer scores arrive before the run is resumed
      Given 500 leads are waiting for their new scores
      And the integration writes 100 scores at a time
      And the operator stops the run, 30 seconds into the run
      And the scores were pushed
      When newer scores are pushed 10 minutes later
      Then every lead carries its new score
      And every score is either on its lead or kept for later
      And nothing is kept for later

    @concurrency
    Scenario: A colleague wrote newer scores before the run is resumed
      Given lead Miller carries score 50, calculated at 08:00
      And the integration has the wrong secret
      And score 60 for lead Miller, calculated at 08:30, was pushed
      And a colleague has written score 95, calculated at 08:45, to lead Miller
      When the secret is corrected
      And the run is resumed
      Then lead Miller carries score 95, calculated at 08:45
      And the run ends well

    @stale-scores
    Scenario: The rest is resumed a week later
      Given lead Miller is on the contact list
      And the integration has the wrong secret
      And score 60 for lead Miller, calculated at 08:30, was pushed
      When the secret is corrected
      And 7 days pass
      And the run is resumed
      Then lead Miller is dialled by score 0 in the general tier

  Rule: A file that breaks off is kept as far as it was read

    Scenario: The file becomes unreadable half-way
      Given 120 leads are waiting for their new scores
      And the file breaks off after 80 rows
      When the scores are pushed
      Then the run fails and says that the file broke off
      And 80 scores are kept for later

    Scenario: What was read of a broken file is delivered later
      Given 120 leads are waiting for their new scores
      And the file breaks off after 80 rows
      And the scores were pushed
      When the run is resumed
      Then the first 80 leads carry their new scores
      And nothing is kept for later
