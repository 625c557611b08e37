@redial-safety @simulator-only
Feature: New scores get nobody called twice
  Scores are pushed all day long: to leads that wait, to leads that an agent is talking to, and to
  leads whose call is over. It changes the turn of those that wait, and nothing for the others. The
  shift begins at 09:00, a call takes three minutes.

  Background:
    Given a campaign calls fresh leads, the best score first
    And agent Ann takes the calls, with the skill for leads of high value
    And these leads are to be called
      | lead   | score | calculated at |
      | Miller | 95    | 08:00         |
      | Smith  | 90    | 08:00         |
      | Garcia | 80    | 08:00         |
      | Jones  | 70    | 08:00         |
    And the campaign has called for 4 minutes

  Rule: Whoever was called is not called again for a new score

    Scenario: New scores for a lead called, one on the line and two that wait
      When these scores are pushed
        | lead   | score | calculated at |
        | Miller | 99    | 08:30         |
        | Smith  | 98    | 08:30         |
        | Garcia | 60    | 08:30         |
        | Jones  | 97    | 08:30         |
      And the campaign calls for 2 hours
      Then everybody was called once
      And the calls go to Miller, Smith, Jones, Garcia

    Scenario: Scores are pushed again and again
      When score 96 for lead Miller, calculated at 08:20, is pushed
      And the campaign calls for 10 minutes
      And score 97 for lead Miller, calculated at 08:40, is pushed
      And score 98 for lead Jones, calculated at 08:40, is pushed
      And the campaign calls for 2 hours
      Then everybody was called once

  Rule: The dial log shows it where somebody is called again

    Scenario: Another program puts leads back into the dialling queue
      When another program writes lead Miller anew
      And the campaign calls for 2 hours
      Then called twice were Miller
