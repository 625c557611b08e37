@dial-order @simulator-only
Feature: The right agents take the call
  Leads that are worth more are talked to by those who are best at it: by the agents of the senior
  queue where leads have two queues, by agents with the skill for leads of high value where they
  have one. The shift begins at 09:00, a call takes three minutes.

  Rule: Leads above 70 are called by the senior agents, and by nobody else

    @two-queues
    Scenario Outline: Score <score> with two queues
      Given a senior and a general campaign call fresh leads
      And agent Sam takes the calls of the senior queue
      And agent Gwen takes the calls of the general queue
      And lead Miller is to be called and has no score yet
      When score <score> for lead Miller, calculated at 08:30, is pushed
      And the campaigns call for 1 hour
      Then agent <agent> talks to Miller
      And agent <other> has no call

      Examples:
        | score | agent | other |
        | 70    | Gwen  | Sam   |
        | 71    | Sam   | Gwen  |

  Rule: Leads from 80 on are called by agents with the skill for them

    Scenario Outline: Score <score> with one queue
      Given a campaign calls fresh leads, the best score first
      And agent Ben takes the calls
      And agent Sam takes the calls, with the skill for leads of high value
      And lead Miller is to be called and has no score yet
      When score <score> for lead Miller, calculated at 08:30, is pushed
      And the campaign calls for 1 hour
      Then agent <agent> talks to Miller
      And agent <other> has no call

      Examples:
        | score | agent | other |
        | 79    | Ben   | Sam   |
        | 80    | Sam   | Ben   |

    Scenario: Leads of high value wait for their agent, and the others are called meanwhile
      Given a campaign calls fresh leads, the best score first
      And agent Ben takes the calls
      And agent Sam takes the calls, with the skill for leads of high value
      And these leads are to be called
        | lead   | score | calculated at |
        | Miller | 95    | 08:30         |
        | Smith  | 90    | 08:30         |
        | Garcia | 60    | 08:30         |
        | Jones  | 55    | 08:30         |
      When the campaign calls for 1 hour
      Then agent Sam talks to Miller, Smith
      And agent Ben talks to Garcia, Jones

  Rule: A lead that changes sides during the shift changes agents, and is called once

    @two-queues
    Scenario: A lead warms up while it waits
      Given a senior and a general campaign call fresh leads
      And agent Sam takes the calls of the senior queue
      And agent Gwen takes the calls of the general queue
      And these leads are to be called
        | lead   | score | calculated at | queue   |
        | Garcia | 65    | 08:00         | general |
        | Miller | 60    | 08:00         | general |
        | Jones  | 50    | 08:00         | general |
      And the campaign has called for 1 minute
      When score 85 for lead Miller, calculated at 08:30, is pushed
      And the campaigns call for 1 hour
      Then agent Sam talks to Miller
      And agent Gwen talks to Garcia, Jones
      And everybody was called once

    @two-queues
    Scenario: A lead cools down while it waits
      Given a senior and a general campaign call fresh leads
      And agent Sam takes the calls of the senior queue
      And agent Gwen takes the calls of the general queue
      And these leads are to be called
        | lead   | score | calculated at | queue   |
        | Garcia | 95    | 08:00         | senior  |
        | Miller | 90    | 08:00         | senior  |
        | Jones  | 50    | 08:00         | general |
      And the campaign has called for 1 minute
      When score 40 for lead Miller, calculated at 08:30, is pushed
      And the campaigns call for 1 hour
      Then agent Sam talks to Garcia
      And agent Gwen talks to Jones, Miller
      And everybody was called once

    @two-queues @redial-safety
    Scenario: A lead changes sides after its call
      Given a senior and a general campaign call fresh leads
      And agent Sam takes the calls of the senior queue
      And agent Gwen takes the calls of the general queue
      And these leads are to be called
        | lead   | score | calculated at | queue   |
        | Miller | 60    | 08:00         | general |
      And the campaign has called for 10 minutes
      When score 85 for lead Miller, calculated at 08:30, is pushed
      And the campaigns call for 1 hour
      Then agent Gwen talks to Miller
      And agent Sam has no call

    @two-queues @redial-safety
    Scenario Outline: A lead changes sides while <agent> talks to it
      Given a senior and a general campaign call fresh leads
      And agent Sam takes the calls of the senior queue
      And agent Gwen takes the calls of the general queue
      And these leads are to be called
        | lead   | score   | calculated at | queue   |
        | Miller | <score> | 08:00         | <queue> |
      And the campaign has called for 1 minute
      When score <new> for lead Miller, calculated at 08:30, is pushed
      And the campaigns call for 1 hour
      And score <newer> for lead Miller, calculated at 09:30, is pushed
      And the campaigns call for 1 hour
      Then agent <agent> talks to Miller
      And agent <other> has no call

      Examples:
        | agent | other | queue   | score | new | newer |
        | Gwen  | Sam   | general | 60    | 85  | 95    |
        | Sam   | Gwen  | senior  | 85    | 60  | 50    |
