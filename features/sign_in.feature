@token @simulator-only
Feature: The integration stays signed in
  Every call needs a valid sign-in. A sign-in lasts for a limited time, and an administrator may
  withdraw it at any moment. Neither may cost a score, and nobody signs in more often than needed.

  Background:
    Given the platform allows 60 calls a minute

  Rule: One sign-in serves everybody

    @concurrency
    Scenario: Twenty calls begin at once and nobody is signed in yet
      Given 1,000 leads are waiting for their new scores
      And the integration makes 20 calls at a time
      When the scores are pushed
      Then every lead carries its new score
      And the integration signed in once

    @concurrency
    Scenario: Signing in takes its time while twenty calls wait for it
      Given 1,000 leads are waiting for their new scores
      And the integration makes 20 calls at a time
      And signing in takes 3 seconds
      When the scores are pushed
      Then every lead carries its new score
      And the integration signed in once

    @concurrency
    Scenario: The sign-in is withdrawn while twenty calls are on their way
      Given 1,000 leads are waiting for their new scores
      And the integration makes 20 calls at a time
      And the platform takes 2 seconds to read leads
      And the sign-in is withdrawn, 1 second into the run
      When the scores are pushed
      Then every lead carries its new score
      And the integration signed in 2 times

    Scenario: A long run keeps its sign-in
      Given the platform allows 10 calls a minute
      And 500 leads are waiting for their new scores
      When the scores are pushed
      Then every lead carries its new score
      And the integration signed in once

  Rule: A sign-in that runs out interrupts nothing

    Scenario: The sign-in runs out during a long run
      Given a sign-in lasts 60 seconds
      And the platform allows 10 calls a minute
      And 600 leads are waiting for their new scores
      When the scores are pushed
      Then every lead carries its new score
      And no call was made with a sign-in that had run out
      And the integration signed in at least 2 times

    Scenario: The sign-in ran out while nothing was to do
      Given a sign-in lasts 1 hour
      And 100 leads are waiting for their new scores
      When the scores are pushed, and newer ones by the same process 2 hours later
      Then every lead carries its new score
      And no call was made with a sign-in that had run out
      And the integration signed in 2 times

    Scenario: The platform ends the sign-in earlier than it said
      Given a sign-in lasts 10 minutes
      And the platform allows 10 calls a minute
      And 500 leads are waiting for their new scores
      And the platform's clock jumps ahead by 1 hour, 30 seconds into the run
      When the scores are pushed
      Then every lead carries its new score
      And the integration signed in 2 times

    Scenario: A call on its way when the sign-in is withdrawn is made again
      Given lead Miller carries score 40, calculated at 08:00
      And the platform takes 2 seconds to write leads
      And the sign-in is withdrawn, 1 second into the run
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 90, calculated at 08:30
      And the integration signed in 2 times
      And the run ends well

    Scenario: For a moment nobody can sign in
      Given 100 leads are waiting for their new scores
      And nobody can sign in for 2 seconds
      When the scores are pushed
      Then every lead carries its new score
      And the run ends well

    Scenario: A renewal fails while the old sign-in is still good
      Given a sign-in lasts 10 minutes
      And 400 leads are waiting for their new scores
      And the integration writes 5 scores at a time
      And the platform takes 8 seconds for leads
      And nobody can sign in for 25 seconds, 535 seconds into the run
      When the scores are pushed
      Then every lead carries its new score
      And no call was made with a sign-in that had run out

  Rule: A refused sign-in stops the run, says what to do, and keeps every score

    Scenario: The secret is wrong
      Given 100 leads are waiting for their new scores
      And the integration has the wrong secret
      When the scores are pushed
      Then the run ends because the platform refused it
      And the message says "check the client id, its secret and the region"
      And 100 scores are kept for later
      And no lead was written

    Scenario: The wrong secret is corrected
      Given 100 leads are waiting for their new scores
      And the integration has the wrong secret
      And the scores were pushed
      When the secret is corrected
      And the run is resumed
      Then every lead carries its new score
      And the run ends well

    Scenario: The secret is rotated during the run, and the new one is put into its file
      Given the integration reads its secret from a file
      And the platform allows 10 calls a minute
      And 500 leads are waiting for their new scores
      And the secret is rotated and put into its file, 30 seconds into the run
      When the scores are pushed
      Then every lead carries its new score
      And the run ends well
      And the integration signed in 2 times

    Scenario: The secret is rotated during the run, and nobody tells the integration
      Given the platform allows 10 calls a minute
      And 300 leads are waiting for their new scores
      And the integration writes 50 scores at a time
      And the secret is rotated, 30 seconds into the run
      When the scores are pushed
      Then the run ends because the platform refused it
      And every score is either on its lead or kept for later
      And some scores are kept for later

    Scenario: The account is disabled during the run
      Given the platform allows 10 calls a minute
      And 300 leads are waiting for their new scores
      And the integration writes 50 scores at a time
      And the account is disabled, 30 seconds into the run
      When the scores are pushed
      Then the run ends because the platform refused it
      And every score is either on its lead or kept for later
      And some scores are kept for later

    Scenario: The account is enabled again
      Given the platform allows 10 calls a minute
      And 300 leads are waiting for their new scores
      And the integration writes 50 scores at a time
      And the account is disabled, 30 seconds into the run
      And the scores were pushed
      When the account is enabled again
      And the run is resumed
      Then every lead carries its new score
      And the run ends well

    Scenario: Every new sign-in is refused at once
      Given 10 leads are waiting for their new scores
      And every sign-in is withdrawn as soon as it is used
      When the scores are pushed
      Then the run ends because the platform refused it
      And the message says "may be disabled or its secret rotated"
      And the integration signed in 2 times
      And 10 scores are kept for later

    Scenario: A right is missing
      Given 100 leads are waiting for their new scores
      And the account lacks the right to change contacts
      When the scores are pushed
      Then the run ends because the platform refused it
      And the message names the missing right
      And 100 scores are kept for later

    Scenario: A right is taken away during the run
      Given the platform allows 10 calls a minute
      And 300 leads are waiting for their new scores
      And the integration writes 50 scores at a time
      And the right to change contacts is taken away, 30 seconds into the run
      When the scores are pushed
      Then the run ends because the platform refused it
      And some leads carry their new scores
      And every score is either on its lead or kept for later

  Rule: The secret stays secret

    Scenario: A refused sign-in does not show the secret
      Given 10 leads are waiting for their new scores
      And the integration has the wrong secret
      When the scores are pushed
      Then the secret appears in no message, alert or status
