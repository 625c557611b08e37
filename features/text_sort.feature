@dial-order @simulator-only
Feature: A campaign that compares scores as words calls the wrong leads first
  As words, 9 comes after 87 and 100 before 11: whoever ticks the wrong box sends the agents to the
  coldest leads first. It shows in whom the campaign calls, and the list is right again as soon as
  the campaign compares numbers. The shift begins at 09:00, a call takes three minutes.

  Background:
    Given a campaign calls fresh leads, the best score first
    And agent Ann takes the calls, with the skill for leads of high value
    And these leads are to be called
      | lead   | score | calculated at |
      | Miller | 9     | 08:00         |
      | Smith  | 100   | 08:00         |
      | Garcia | 87    | 08:00         |
      | Jones  | 50    | 08:00         |

  Rule: As numbers, 87 comes before 9

    Scenario: Scores are compared as numbers, as it is deployed
      When the campaign calls for 1 hour
      Then the calls go to Smith, Garcia, Jones, Miller
      And nobody was passed over

  Rule: As words, 9 comes before 87

    Scenario: Scores are compared as words
      Given the campaign compares scores as words
      When the campaign calls for 1 hour
      Then the calls go to Miller, Garcia, Jones, Smith
      And at 3 calls a better lead had to wait
      And 3 calls passed a better lead over

    Scenario: The dialer has the next leads in hand
      Given the campaign compares scores as words
      And the dialer has always fetched the next 2 leads
      When the campaign calls for 1 hour
      Then the calls go to Miller, Garcia, Jones, Smith
      And 2 calls passed a better lead over

    Scenario: Somebody puts it right in the middle of the shift
      Given the campaign compares scores as words
      And the campaign has called for 1 minute
      When the campaign compares scores as numbers again
      And the campaign calls for 1 hour
      Then the calls go to Miller, Smith, Garcia, Jones
