@stale-scores @redial-safety @simulator-only
Feature: The campaign recovers from a day without scores
  The scoring run fails, and nobody notices before the next day. Leads whose score grows too old are
  left alone meanwhile, whatever it was. When scores come again, these leads are called by them, and
  nobody is called who was called before. The shift begins at 09:00, a call takes three minutes.

  Background:
    Given a campaign calls fresh leads, the best score first
    And agent Ann takes the calls, with the skill for leads of high value

  Rule: Without new scores the campaign falls silent, and calls nobody by an old one

    Scenario Outline: Scores stop coming, and <gate> alone keeps stale leads back
      Given these leads are to be called
        | lead   | score | calculated at   |
        | Miller | 90    | 08:00 yesterday |
        | Smith  | 80    | 09:02 yesterday |
        | Garcia | 70    | 09:05 yesterday |
        | Jones  | 60    | 09:05 yesterday |
      And <gate> alone keeps stale leads back
      When the campaign calls for 24 hours
      Then the calls go to Smith, Garcia
      And nobody was called by a score older than 24 hours

      Examples:
        | gate                      |
        | the filter                |
        | the rule before each call |

  Rule: The first fresh scores bring everybody back who was not called

    Scenario Outline: Scores come again the next day, after <gate> kept stale leads back
      Given these leads are to be called
        | lead   | score | calculated at   |
        | Miller | 90    | 08:00 yesterday |
        | Smith  | 80    | 09:02 yesterday |
        | Garcia | 70    | 08:30 yesterday |
        | Jones  | 60    | 08:00 yesterday |
      And <gate> alone keeps stale leads back
      And the campaign has called for 24 hours
      When these scores are pushed
        | lead   | score | calculated at  |
        | Miller | 40    | 08:30 tomorrow |
        | Smith  | 99    | 08:30 tomorrow |
        | Garcia | 85    | 08:30 tomorrow |
        | Jones  | 60    | 08:30 tomorrow |
      And the campaign calls for 1 hour
      Then the calls go to Smith, Garcia, Jones, Miller
      And everybody was called once
      And lead Garcia is called once, by score 85
      And nobody was called by a score older than 24 hours

      Examples:
        | gate                      |
        | the filter                |
        | the rule before each call |

    Scenario: Both gates, as they are deployed, and scores come back one by one
      Given these leads are to be called
        | lead   | score | calculated at   |
        | Miller | 90    | 08:00 yesterday |
        | Smith  | 80    | 08:00 yesterday |
      And the campaign has called for 24 hours
      When score 50 for lead Smith, calculated at 08:30 tomorrow, is pushed
      And the campaign calls for 1 hour
      And score 75 for lead Miller, calculated at 09:30 tomorrow, is pushed
      And the campaign calls for 1 hour
      Then the calls go to Smith, Miller
      And everybody was called once
