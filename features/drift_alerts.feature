@drift-alert
Feature: Somebody is told when scores cannot be delivered
  While scores cannot be delivered, the campaign dials by scores that are no longer the model's:
  score drift. It must not go on unnoticed, and an alert must not be noise.

  Rule: When writes finally fail, somebody is told, once

    @simulator-only
    Scenario: The platform is down for longer than the run can wait
      Given 120 leads are waiting for their new scores
      And the platform is down for 2 hours
      When the scores are pushed
      Then 1 alert names 120 leads
      And 120 scores are kept for later
      And the run ends because the platform could not be reached

    @token
    Scenario: The sign-in is refused
      Given 120 leads are waiting for their new scores
      And the integration has the wrong secret
      When the scores are pushed
      Then 1 alert names 120 leads
      And the alert says "check the client id, its secret and the region"
      And the alert gives examples of leads

    @simulator-only @bad-input
    Scenario: The platform refuses single leads
      Given 120 leads are waiting for their new scores
      And the contact of lead L-00042 has gone bad
      When the scores are pushed
      Then 1 alert names 1 lead
      And the alert gives L-00042 as an example
      And the other 119 leads carry their new scores

    @simulator-only
    Scenario: Two reasons are two alerts
      Given 120 leads are waiting for their new scores
      And the integration writes 40 scores at a time
      And the contact of lead L-00042 has gone bad
      And the platform allows 12 calls a minute
      And the right to change contacts is taken away, 30 seconds into the run
      When the scores are pushed
      Then there are 2 alerts
      And every score is either on its lead or kept for later, but for lead L-00042

  Rule: What passes is no alarm

    @simulator-only @outage
    Scenario: A short outage
      Given 120 leads are waiting for their new scores
      And for 4 seconds the platform is unavailable
      When the scores are pushed
      Then every lead carries its new score
      And nobody is told

    @rate-limit @simulator-only
    Scenario: A storm of refusals
      Given 120 leads are waiting for their new scores
      And the platform refuses one call in three and asks to wait 10 seconds
      When the scores are pushed
      Then every lead carries its new score
      And nobody is told

    Scenario: Rows that are no scores
      Given lead Miller is on the contact list
      When score 101 for lead Miller, calculated at 08:30, is pushed
      Then the verdict is rejected
      And nobody is told

  Rule: Who is told can be chosen, and a deaf ear stops nothing

    @simulator-only
    Scenario: The alert goes to the on-call service
      Given 120 leads are waiting for their new scores
      And alerts go to the on-call service
      And the platform is down for 2 hours
      When the scores are pushed
      Then the on-call service is told of 120 leads

    @simulator-only
    Scenario: The on-call service does not answer
      Given 120 leads are waiting for their new scores
      And alerts go to the on-call service
      And the on-call service does not answer
      And the platform is down for 2 hours
      When the scores are pushed
      Then the run ends because the platform could not be reached
      And 120 scores are kept for later

  Rule: What is not delivered can be looked up

    @simulator-only
    Scenario: The morning after
      Given 120 leads are waiting for their new scores
      And the platform is down for 2 hours
      When the scores are pushed
      Then the status shows 120 scores that wait, with the next attempt and the reason

    Scenario: Nothing to worry about
      Given 120 leads are waiting for their new scores
      When the scores are pushed
      Then the status shows nothing that waits

  Rule: A service that cannot deliver says so, goes on accepting, and catches up

    @simulator-only @outage
    Scenario: The platform is away all morning
      Given 120 leads are waiting for their new scores
      And the platform is down for 4 hours
      When the service is sent the scores within 3 hours
      Then every message is answered with yes
      And nobody is told more often than once an hour for 4 hours
      And every lead carries its new score
      And nothing is kept for later

    @simulator-only @token
    Scenario: The sign-in is refused until somebody puts it right
      Given 120 leads are waiting for their new scores
      And the integration has the wrong secret
      And the right secret is put in its place 30 minutes into the run
      When the service is sent the scores at once
      Then 1 alert names 120 leads
      And the alert says "check the client id, its secret and the region"
      And every lead carries its new score

    @simulator-only @bad-input
    Scenario: The platform refuses single leads of the stream
      Given 120 leads are waiting for their new scores
      And the contact of lead L-00042 has gone bad
      When the service is sent the scores at once
      Then 1 alert names 1 lead
      And the alert gives L-00042 as an example
      And the other 119 leads carry their new scores

    @simulator-only @outage
    Scenario: A short outage of the stream
      Given 120 leads are waiting for their new scores
      And for 4 seconds the platform is unavailable
      When the service is sent the scores at once
      Then every lead carries its new score
      And nobody is told
