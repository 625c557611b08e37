@reconcile
Feature: Leads that lie wrong are found and put right
  Pushes keep every lead in its queue. They cannot see that the border between the queues was
  moved, that somebody deleted a contact, or that another program writes scores. A check looks at
  all leads; if asked to, it puts them right, as carefully as a push.

  Background:
    Given the senior and the general queue have a contact list each

  Rule: A check changes nothing

    Scenario: All is well
      Given lead Miller is dialled for the senior queue by score 90, calculated at 08:00
      And lead Smith is dialled for the general queue by score 40, calculated at 08:00
      And lead Garcia has no score yet
      Then a check finds nothing

    Scenario: The border between the queues was moved
      Given lead Miller is dialled for the senior queue by score 75, calculated at 08:00
      And lead Smith is dialled for the senior queue by score 90, calculated at 08:00
      And scores above 80 belong to the senior queue from now on
      When all leads are checked
      Then the check finds
        | lead   | what is wrong |
        | Miller | wrong tier    |
      And no lead was written

    @simulator-only
    Scenario: What colleagues have done to the lists
      Given lead Miller is dialled for the senior queue by score 90, calculated at 08:00
      And lead Smith is dialled for the senior queue by score 90, calculated at 08:00
      And lead Garcia is dialled for the senior queue by score 90, calculated at 08:00
      And a colleague has put lead Miller into the general queue as well
      And a colleague has taken lead Smith out of the senior queue
      And a colleague has deleted lead Garcia from the list of the general queue
      When all leads are checked
      Then the check finds
        | lead   | what is wrong |
        | Garcia | missing       |
        | Miller | in both       |
        | Smith  | in none       |
      And no lead was written

    @simulator-only @stale-scores
    Scenario: Scores past their age may lie anywhere
      Given lead Miller is dialled for the senior queue by score 90, calculated at 08:00
      When 2 days pass
      Then a check finds nothing

  Rule: What was found is put right, and then nothing is left to be found

    Scenario: Leads follow the border between the queues
      Given lead Miller is dialled for the senior queue by score 75, calculated at 08:00
      And scores above 80 belong to the senior queue from now on
      When all leads are put right
      Then lead Miller is dialled for the general queue alone, by score 75 of 08:00
      And no lead was dialled for both queues at any time
      And a check finds nothing

    @simulator-only
    Scenario: A lead that is dialled for both queues
      Given lead Miller is dialled for the senior queue by score 90, calculated at 08:00
      And a colleague has put lead Miller into the general queue as well
      When all leads are put right
      Then lead Miller is dialled for the senior queue alone, by score 90 of 08:00
      And a check finds nothing

    @simulator-only
    Scenario: A lead that is dialled for no queue
      Given lead Miller is dialled for the general queue by score 40, calculated at 08:00
      And a colleague has taken lead Miller out of the general queue
      When all leads are put right
      Then lead Miller is dialled for the general queue alone, by score 40 of 08:00
      And a check finds nothing

    @loading
    Scenario: A contact that one list lacks
      Given lead Miller is dialled for the senior queue by score 90, calculated at 08:00
      And a colleague has deleted lead Miller from the list of the general queue
      When all leads are put right
      Then the list of the general queue has the phone number of lead Miller
      And lead Miller is dialled for the senior queue alone, by score 90 of 08:00
      And a check finds nothing

    @lost-update @simulator-only
    Scenario: A score that somebody has put back
      Given lead Miller has no score yet
      And score 90 for lead Miller, calculated at 08:30, was pushed
      And another program has written score 20, calculated at 07:00, to lead Miller in the list of the senior queue
      When all leads are put right
      Then lead Miller is dialled for the senior queue alone, by score 90 of 08:30
      And a check finds nothing

    @newest-wins @simulator-only
    Scenario: A newer score of another program counts
      Given lead Miller has no score yet
      And score 90 for lead Miller, calculated at 08:00, was pushed
      And another program has written score 20, calculated at 08:30, to lead Miller in the list of the senior queue
      When all leads are put right
      Then lead Miller is dialled for the general queue alone, by score 20 of 08:30
      And a check finds nothing

    @resume @simulator-only
    Scenario: A move that a crash has broken off
      Given lead Miller is dialled for the general queue by score 40, calculated at 08:00
      And the answer to the first write gets lost
      And the machine loses power right after the first write
      And score 90 for lead Miller, calculated at 08:30, was pushed
      When all leads are put right
      Then lead Miller is dialled for the senior queue alone, by score 90 of 08:30
      And no lead was dialled for both queues at any time
      And a check finds nothing

  Rule: Putting right gets nobody called twice

    @redial-safety @simulator-only
    Scenario: A lead that an agent has reached
      Given lead Miller is dialled for the senior queue by score 75, calculated at 08:00
      And an agent of the senior queue has reached lead Miller
      And scores above 80 belong to the senior queue from now on
      When all leads are put right
      Then nobody calls lead Miller for the general queue
      And a check finds nothing

    @redial-safety @simulator-only
    Scenario: A lead that is to be called again is left until then
      Given lead Miller is dialled for the senior queue by score 75, calculated at 08:00
      And lead Smith is dialled for the senior queue by score 76, calculated at 08:00
      And lead Garcia is dialled for the senior queue by score 77, calculated at 08:00
      And lead Miller was busy when the senior campaign called 10 minutes ago
      And scores above 80 belong to the senior queue from now on
      When all leads are put right
      Then 2 leads were put right and 1 was left for its recall
      And lead Miller is dialled for the senior queue alone, by score 75 of 08:00

    @redial-safety @simulator-only
    Scenario: It is put right afterwards
      Given lead Miller is dialled for the senior queue by score 75, calculated at 08:00
      And lead Miller was busy when the senior campaign called 10 minutes ago
      And scores above 80 belong to the senior queue from now on
      And all leads were put right
      When 1 hour pass
      And all leads are put right
      Then lead Miller is dialled for the general queue alone, by score 75 of 08:00
      And nobody calls lead Miller for the general queue
