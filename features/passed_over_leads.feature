@stale-scores @redial-safety @simulator-only
Feature: A lead that was passed over is called after its next fresh score
  Where scores come late, the campaign passes stale leads over. That must not be the end of them:
  with the next fresh score they are called, once, at the place that this score gives them. The
  shift begins at 09:00, a call takes three minutes.

  Background:
    Given a campaign calls fresh leads, the best score first
    And agent Ann takes the calls, with the skill for leads of high value
    And these leads are to be called
      | lead   | score | calculated at   |
      | Miller | 90    | 08:00 yesterday |
      | Smith  | 60    | 08:00           |
      | Garcia | 50    | 08:00           |
      | Jones  | 40    | 08:00           |

  Rule: A fresh score brings a stale lead back, whatever kept it back

    Scenario Outline: <gate> kept it back
      Given <gate> alone keeps stale leads back
      And the campaign has called for 4 minutes
      When score 88 for lead Miller, calculated at 08:30, is pushed
      And the campaign calls for 1 hour
      Then the calls go to Smith, Garcia, Miller, Jones
      And lead Miller is called once, by score 88

      Examples:
        | gate                      |
        | the filter                |
        | the rule before each call |

    Scenario: The campaign had called everybody else already
      Given the rule before each call alone keeps stale leads back
      And the campaign has called for 1 hour
      When score 30 for lead Miller, calculated at 08:30, is pushed
      And the campaign calls for 1 hour
      Then the calls go to Smith, Garcia, Jones, Miller

  Rule: Without a fresh score it stays where it is

    Scenario Outline: <gate> keeps it back for the whole day
      Given <gate> alone keeps stale leads back
      When the campaign calls for 7 hours
      Then lead Miller is not called
      And the calls go to Smith, Garcia, Jones

      Examples:
        | gate                      |
        | the filter                |
        | the rule before each call |

    Scenario: Another stale score does not bring it back
      Given the rule before each call alone keeps stale leads back
      And the campaign has called for 4 minutes
      When score 99 for lead Miller, calculated at 08:30 yesterday, is pushed
      And the campaign calls for 7 hours
      Then lead Miller is not called
