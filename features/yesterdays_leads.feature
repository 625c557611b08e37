@guide-edge-case-2 @stale-scores @simulator-only
Feature: Yesterday's leads do not hold up today's
  Leads that were scored 90 a day ago look better than those that were scored 85 this morning. If
  nothing asks how old a score is, agents spend the morning on yesterday's leads. Two gates ask:
  the campaign's filter, and a rule right before each call. Each of them is enough. The shift
  begins at 09:00, a call takes three minutes with the agent's work after it.

  Background:
    Given a campaign calls fresh leads, the best score first
    And agent Ann takes the calls, with the skill for leads of high value

  Rule: Without a gate the stale leads come first

    Scenario: Nobody asks how old the scores are
      Given 6 leads have score 90, calculated at 08:00 yesterday
      And 6 leads have score 85, calculated at 08:00
      And the campaign takes leads of any age
      And no rule looks at the age of a score before the call
      When the campaign calls for 2 hours
      Then the first 6 calls go to leads with score 90, and the next 6 to leads with score 85

  Rule: Each thing that asks for a score's age is enough by itself

    Scenario Outline: <gate> alone lets the fresh leads go first
      Given 6 leads have score 90, calculated at 08:00 yesterday
      And 6 leads have score 85, calculated at 08:00
      And <gate> alone keeps stale leads back
      When the campaign calls for 17 minutes
      Then the 6 calls of the shift go to leads with score 85

      Examples:
        | gate                      |
        | the filter                |
        | the rule before each call |
        | a sweep before the shift  |

  Rule: Behind either gate stale leads are not called at all

    Scenario: Both gates, as they are deployed
      Given 6 leads have score 90, calculated at 08:00 yesterday
      And 6 leads have score 85, calculated at 08:00
      When the campaign calls for 2 hours
      Then the 6 calls of the shift go to leads with score 85
      And nobody was called by a score older than 24 hours

    Scenario Outline: With <gate> alone
      Given 6 leads have score 90, calculated at 08:00 yesterday
      And 6 leads have score 85, calculated at 08:00
      And <gate> alone keeps stale leads back
      When the campaign calls for 2 hours
      Then the 6 calls of the shift go to leads with score 85
      And nobody was called by a score older than 24 hours

      Examples:
        | gate                      |
        | the filter                |
        | the rule before each call |

    Scenario Outline: Scores go stale during the shift, with <gate> alone
      Given 6 leads have score 90, calculated at 09:10 yesterday
      And 6 leads have score 85, calculated at 08:00
      And <gate> alone keeps stale leads back
      When the campaign calls for 2 hours
      Then the first 4 calls go to leads with score 90, and the next 6 to leads with score 85
      And nobody was called by a score older than 24 hours

      Examples:
        | gate                      |
        | the filter                |
        | the rule before each call |

  Rule: A sweep before the shift puts stale leads last

    Scenario: No gate, but a sweep
      Given 6 leads have score 90, calculated at 08:00 yesterday
      And 6 leads have score 85, calculated at 08:00
      And the campaign takes leads of any age
      And no rule looks at the age of a score before the call
      And somebody has verified that a sweep gets nobody called again
      When stale scores are swept
      And the campaign calls for 2 hours
      Then the first 6 calls go to leads with score 85, and the next 6 to leads with score 0
