@dial-order @simulator-only
Feature: A score that arrives late is not lost
  The dialer always has the next few leads in hand, and no longer changes their order. A lead that
  becomes hot a moment later is called right after those, and not at the end of the day. What was
  in hand is looked at once more before the call: whoever should not be called any more is not. The
  shift begins at 09:00, a call takes three minutes.

  Rule: A raised score is called right after the leads that the dialer had in hand

    Scenario Outline: The dialer has <count> leads in hand
      Given a campaign calls fresh leads, the best score first
      And agent Ann takes the calls, with the skill for leads of high value
      And these leads are to be called
        | lead   | score | calculated at |
        | Smith  | 90    | 08:00         |
        | Garcia | 80    | 08:00         |
        | Jones  | 70    | 08:00         |
        | Brown  | 60    | 08:00         |
        | Miller | 10    | 08:00         |
      And the dialer has always fetched the next <count> leads
      And the campaign has called for 1 minute
      When score 99 for lead Miller, calculated at 08:30, is pushed
      And the campaign calls for 1 hour
      Then the calls go to <leads>
      And nobody was passed over
      And lead Miller let <overtaken> worse leads go first

      Examples:
        | count | leads                               | overtaken |
        | 0     | Smith, Miller, Garcia, Jones, Brown | 0         |
        | 1     | Smith, Garcia, Miller, Jones, Brown | 1         |
        | 2     | Smith, Garcia, Jones, Miller, Brown | 2         |
        | 20    | Smith, Garcia, Jones, Brown, Miller | 3         |

  Rule: A lead in hand whose score is too old by the time of its turn is not called

    @stale-scores
    Scenario: The score gets too old in the dialer's hand
      Given a campaign calls fresh leads, the best score first
      And agent Ann takes the calls, with the skill for leads of high value
      And these leads are to be called
        | lead   | score | calculated at   |
        | Smith  | 90    | 08:00           |
        | Miller | 80    | 09:02 yesterday |
        | Jones  | 70    | 08:00           |
      And the dialer has always fetched the next 20 leads
      When the campaign calls for 1 hour
      Then the calls go to Smith, Jones

  Rule: A lead in hand that has changed sides is called by its new side, and once

    @two-queues @redial-safety
    Scenario: A lead warms up in the hand of the general campaign
      Given a senior and a general campaign call fresh leads
      And agent Sam takes the calls of the senior queue
      And agent Gwen takes the calls of the general queue
      And these leads are to be called
        | lead   | score | calculated at | queue   |
        | Garcia | 65    | 08:00         | general |
        | Miller | 60    | 08:00         | general |
        | Jones  | 50    | 08:00         | general |
      And the dialer has always fetched the next 20 leads
      And the campaign has called for 1 minute
      When score 85 for lead Miller, calculated at 08:30, is pushed
      And the campaigns call for 1 hour
      Then agent Sam talks to Miller
      And agent Gwen talks to Garcia, Jones
      And everybody was called once

    @two-queues @redial-safety
    Scenario: A lead cools down in the hand of the senior campaign
      Given a senior and a general campaign call fresh leads
      And agent Sam takes the calls of the senior queue
      And agent Gwen takes the calls of the general queue
      And these leads are to be called
        | lead   | score | calculated at | queue   |
        | Garcia | 95    | 08:00         | senior  |
        | Miller | 90    | 08:00         | senior  |
        | Jones  | 50    | 08:00         | general |
      And the dialer has always fetched the next 20 leads
      And the campaign has called for 1 minute
      When score 40 for lead Miller, calculated at 08:30, is pushed
      And the campaigns call for 1 hour
      Then agent Sam talks to Garcia
      And agent Gwen talks to Jones, Miller
      And everybody was called once
