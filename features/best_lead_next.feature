@dial-order @simulator-only
Feature: The next call goes to the best lead there is
  Scores change while agents talk. The campaign looks at them before each call, so that a lead that
  has become hot is called next, not tomorrow. The shift begins at 09:00, a call takes three
  minutes.

  Background:
    Given a campaign calls fresh leads, the best score first
    And agent Ann takes the calls, with the skill for leads of high value
    And these leads are to be called
      | lead   | score | calculated at |
      | Miller | 9     | 08:00         |
      | Smith  | 100   | 08:00         |
      | Garcia | 87    | 08:00         |
      | Jones  | 50    | 08:00         |

  Rule: The highest score is called first

    Scenario: A quiet morning
      When the campaign calls for 1 hour
      Then the calls go to Smith, Garcia, Jones, Miller
      And at each call the best lead that could be called was taken

  Rule: A new score counts from the next call on

    Scenario: A lead becomes hot during the shift
      Given the campaign has called for 1 minute
      When score 99 for lead Miller, calculated at 08:30, is pushed
      And the campaign calls for 1 hour
      Then the calls go to Smith, Miller, Garcia, Jones
      And at each call the best lead that could be called was taken

    Scenario: A lead cools down during the shift
      Given the campaign has called for 1 minute
      When score 5 for lead Garcia, calculated at 08:30, is pushed
      And the campaign calls for 1 hour
      Then the calls go to Smith, Jones, Miller, Garcia
      And at each call the best lead that could be called was taken
