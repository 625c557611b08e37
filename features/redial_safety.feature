@redial-safety
Feature: A push never gets a person called twice
  On this platform a careless write makes people callable again who were called an hour ago. A
  scoring run touches thousands of contacts many times a day. It must not cause a single call.

  Rule: Who was called stays called

    @simulator-only
    Scenario: A lead that was reached this morning
      Given lead Miller carries score 50, calculated at 08:00
      And an agent has reached lead Miller
      When score 99 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 99, calculated at 08:30
      And the record of the call to lead Miller is still there
      And lead Miller does not wait to be dialled

    @simulator-only
    Scenario: A lead that asked not to be called again
      Given lead Miller carries score 50, calculated at 08:00
      And lead Miller must not be called any more
      When score 99 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 99, calculated at 08:30
      And lead Miller still must not be called

    @simulator-only
    Scenario: A phone number that must not be dialled
      Given lead Miller carries score 50, calculated at 08:00
      And the phone number of lead Miller must not be dialled
      When score 99 for lead Miller, calculated at 08:30, is pushed
      Then the phone number of lead Miller still must not be dialled

    @simulator-only
    Scenario: A whole list that was worked through
      Given the contact list holds 120 leads that carry score 42, calculated at 07:00
      And agents have reached every lead
      And they are waiting for their new scores
      When the scores are pushed
      Then every lead carries its new score
      And nobody waits to be dialled

    @simulator-only
    Scenario: The call comes while the run has to wait
      Given lead Miller carries score 50, calculated at 08:00
      And the platform refuses the first write and asks to wait 30 seconds
      And an agent reaches lead Miller, 10 seconds into the run
      When score 99 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 99, calculated at 08:30
      And the record of the call to lead Miller is still there
      And lead Miller does not wait to be dialled

    @simulator-only @outage
    Scenario: The write is repeated because its answer got lost
      Given lead Miller carries score 50, calculated at 08:00
      And an agent has reached lead Miller
      And the answer to the first write gets lost
      When score 99 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 99, calculated at 08:30
      And lead Miller does not wait to be dialled

  Rule: A stale lead comes back into play only if it was never called

    @simulator-only @stale-scores
    Scenario: It was called when its score was fresh
      Given lead Miller carries score 0, calculated at 08:00 yesterday
      And an agent has reached lead Miller
      And the campaign has passed over lead Miller
      When score 99 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller does not wait to be dialled

    @simulator-only @stale-scores
    Scenario: It asked not to be called again
      Given lead Miller carries score 0, calculated at 08:00 yesterday
      And lead Miller must not be called any more
      And the campaign has passed over lead Miller
      When score 99 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller does not wait to be dialled
      And lead Miller still must not be called

    @simulator-only @stale-scores
    Scenario: Its number must not be dialled
      Given lead Miller carries score 0, calculated at 08:00 yesterday
      And the phone number of lead Miller must not be dialled
      And the campaign has passed over lead Miller
      When score 99 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller does not wait to be dialled

    @simulator-only @stale-scores
    Scenario: It is called while the run has to wait
      Given lead Miller carries score 0, calculated at 08:00 yesterday
      And the platform refuses the first write and asks to wait 30 seconds
      And an agent reaches lead Miller, 10 seconds into the run
      When score 99 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 99, calculated at 08:30
      And lead Miller does not wait to be dialled

    @simulator-only @stale-scores
    Scenario: Some of a run were called and some were not
      Given lead Miller carries score 0, calculated at 08:00 yesterday
      And lead Smith carries score 0, calculated at 08:00 yesterday
      And an agent has reached lead Miller
      And the campaign has passed over lead Miller
      And the campaign has passed over lead Smith
      When these scores are pushed
        | lead   | score | calculated at |
        | Miller | 90    | 08:30         |
        | Smith  | 91    | 08:30         |
      Then lead Miller does not wait to be dialled
      And lead Smith waits to be dialled again

  Rule: A push says nothing about who may be called

    Scenario: What a run sends
      Given the contact list holds 120 leads that carry score 42, calculated at 07:00
      And they are waiting for their new scores
      When the scores are pushed
      Then every write left the dialling queue alone
      And no write said who may be called

    @simulator-only
    Scenario: What a run sends after failures
      Given the contact list holds 120 leads that carry score 42, calculated at 07:00
      And they are waiting for their new scores
      And the platform is unable to serve one call in three
      And the answer to the first write gets lost
      When the scores are pushed
      Then every lead carries its new score
      And every write left the dialling queue alone
      And no write said who may be called

  Rule: Only the score changes

    Scenario: Everything else on the contact stays
      Given these leads are on the contact list
        | lead   | phone        | zone          | note             |
        | Miller | +49301234567 | Europe/Berlin | prefers mornings |
      When score 99 for lead Miller, calculated at 08:30, is pushed
      Then the contact list shows
        | lead   | score | phone        | zone          | note             |
        | Miller | 99    | +49301234567 | Europe/Berlin | prefers mornings |
