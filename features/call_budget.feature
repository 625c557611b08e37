@rate-limit @guide-edge-case-1 @simulator-only
Feature: A bulk scoring run stays inside the call budget
  The platform allows an integration so many calls a minute: its call budget. A scoring run may
  need more than that, and it is rarely alone. The limit may cost time; it must never cost a score.

  Background:
    Given the platform allows 10 calls a minute

  Rule: The limit slows a run down, it never loses a score

    Scenario: A run that is larger than the budget of a minute
      Given 500 leads are waiting for their new scores
      When the scores are pushed
      Then every lead carries its new score
      And the run ends well
      And the run took between 1 and 3 minutes

    Scenario: Another integration uses up the budget half-way
      Given 800 leads are waiting for their new scores
      And another integration will use the whole budget for 20 seconds, 50 seconds into the run
      When the scores are pushed
      Then every lead carries its new score
      And no call was made while the platform had asked us to wait

    Scenario: The budget is used up before the run begins
      Given 100 leads are waiting for their new scores
      And another integration has just used up the budget
      When the scores are pushed
      Then every lead carries its new score
      And the platform refused at most 1 call
      And no call was made while the platform had asked us to wait

    Scenario: A storm of refusals
      Given 500 leads are waiting for their new scores
      And the platform refuses one call in five and asks to wait 7 seconds
      When the scores are pushed
      Then every lead carries its new score
      And the run ends well
      And no call was made while the platform had asked us to wait

    Scenario: Refusals that have nothing to do with how much was called
      Given the platform allows 300 calls a minute
      And 1,500 leads are waiting for their new scores
      And the platform refuses one call in eight and asks to wait 7 seconds
      When the scores are pushed
      Then every lead carries its new score
      And the run took at most 10 minutes

    Scenario: Refusals and failures in the same storm
      Given 800 leads are waiting for their new scores
      And the integration writes 100 scores at a time
      And the platform refuses one call in eight and asks to wait 5 seconds
      And the platform is unable to serve one call in eight
      And the answer to one write in two gets lost
      When the scores are pushed
      Then every lead carries its new score
      And every lead was written once
      And no call was made while the platform had asked us to wait

    Scenario: A single refusal with a long wait
      Given 100 leads are waiting for their new scores
      And the platform refuses the first call and asks to wait 10 minutes
      When the scores are pushed
      Then every lead carries its new score
      And the run took between 10 and 12 minutes
      And no call was made while the platform had asked us to wait

    Scenario: Refusals that do not say how long to wait
      Given 100 leads are waiting for their new scores
      And the platform refuses the first 3 calls and does not say how long to wait
      When the scores are pushed
      Then every lead carries its new score
      And each wait after a refusal was longer than the one before

  Rule: The budget is there to be used

    Scenario: While work waits, next to nothing of the budget lies idle
      Given 1,500 leads are waiting for their new scores
      When the scores are pushed
      Then every lead carries its new score
      And at least 97 percent of the budget was used while work waited

    Scenario: 1,000 scores take 21 calls
      Given the platform allows 300 calls a minute
      And 1,000 leads are waiting for their new scores
      When the scores are pushed
      Then every lead carries its new score
      And the run took at most 21 calls

    Scenario: A run that was told the limit is never refused
      Given the integration was told that 10 calls a minute are allowed
      And 800 leads are waiting for their new scores
      When the scores are pushed
      Then every lead carries its new score
      And the platform refused no call

    Scenario: A run that has to learn the limit is refused on two occasions at the most
      Given 1,000 leads are waiting for their new scores
      And another integration will use 2 calls a minute for 10 minutes
      When the scores are pushed
      Then every lead carries its new score
      And the platform had to refuse calls on at most 2 occasions

  Rule: Of several limits the smallest counts

    Scenario: A lower limit that the platform does not announce
      Given 800 leads are waiting for their new scores
      And the platform enforces 7 calls a minute without saying so
      When the scores are pushed
      Then every lead carries its new score
      And the platform had to refuse calls on at most 3 occasions
      And no call was made while the platform had asked us to wait

    Scenario: A limit of its own for writing
      Given the platform allows 300 calls a minute
      And 600 leads are waiting for their new scores
      And the integration writes 100 scores at a time
      And the platform allows only 2 writes a minute
      When the scores are pushed
      Then every lead carries its new score
      And no call was made while the platform had asked us to wait

    Scenario: The limit is lowered during the run
      Given 600 leads are waiting for their new scores
      And the limit is lowered to 5 calls a minute, 70 seconds into the run
      When the scores are pushed
      Then every lead carries its new score
      And the run took between 2 and 6 minutes
      And the platform had to refuse calls on at most 2 occasions

    Scenario: The limit is raised during the run
      Given 1,500 leads are waiting for their new scores
      And the limit is raised to 300 calls a minute, 70 seconds into the run
      When the scores are pushed
      Then every lead carries its new score
      And the run took between 2 and 3 minutes

    Scenario: A limit so low that a lead's old score and its new one fall into different minutes
      Given the platform allows 1 call a minute
      And 100 leads are waiting for their new scores
      When the scores are pushed
      Then every lead carries its new score
      And the run took between 2 and 6 minutes

  Rule: Others share the budget only if they share the account

    Scenario: Another program signs in with the same account
      Given 500 leads are waiting for their new scores
      And another program will make 4 calls a minute with our account for 20 minutes
      When the scores are pushed
      Then every lead carries its new score
      And the other program made calls as well
      And the platform had to refuse calls on at most 2 occasions

    Scenario: Another company's program has a budget of its own
      Given 300 leads are waiting for their new scores
      And a program with another account will use up its own budget for 5 minutes
      When the scores are pushed
      Then every lead carries its new score
      And the run did not have to wait

  Rule: A wait can be seen

    Scenario: A run that waits for its budget says so
      Given 500 leads are waiting for their new scores
      When the scores are pushed
      Then while it waited the run said "call budget used up"
      And the summary counts the waits and their length

    Scenario: A run that was asked to wait says so
      Given 100 leads are waiting for their new scores
      And the platform refuses the first call and asks to wait 90 seconds
      When the scores are pushed
      Then while it waited the run said "the platform asked to wait"
