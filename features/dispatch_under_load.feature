@dial-order @simulator-only
Feature: The senior agents get the best leads, however many others wait
  A campaign brings in hundreds of lukewarm leads, and the general agents are busy without a break.
  That must not keep a hot lead waiting: it goes to the next senior agent who is free. The shift
  begins at 09:00, a call takes three minutes.

  Rule: With two queues the flood stays with the general agents

    @two-queues
    Scenario: Hundreds of lukewarm leads wait, and a few hot ones
      Given a senior and a general campaign call fresh leads
      And agent Sam takes the calls of the senior queue
      And agent Gwen takes the calls of the general queue
      And agent Gus takes the calls of the general queue
      And 300 leads of the general queue have score 50, calculated at 08:00
      And 5 leads of the senior queue have score 90, calculated at 08:00
      When the campaigns call for 59 minutes
      Then agents Gwen, Gus have 40 calls, by scores from 50 to 50
      And agent Sam has 5 calls, by scores from 90 to 90
      And nobody was passed over

    @two-queues
    Scenario: A lead in the flood becomes hot
      Given a senior and a general campaign call fresh leads
      And agent Sam takes the calls of the senior queue
      And agent Gwen takes the calls of the general queue
      And 300 leads of the general queue have score 50, calculated at 08:00
      And the campaign has called for 10 minutes
      When score 95 for lead 50-300, calculated at 09:05, is pushed
      And the campaigns call for 1 minute
      Then agent Sam talks to 50-300
      And nobody was passed over

    @two-queues
    Scenario: Scores rise all morning
      Given a senior and a general campaign call fresh leads
      And agent Sam takes the calls of the senior queue
      And agent Gwen takes the calls of the general queue
      And 300 leads of the general queue have score 50, calculated at 08:00
      And 20 leads of the senior queue have score 75, calculated at 08:00
      And the campaign has called for 10 minutes
      When these scores are pushed
        | lead   | score | calculated at |
        | 50-298 | 80    | 09:05         |
        | 50-299 | 99    | 09:05         |
        | 50-300 | 71    | 09:05         |
      And the campaigns call for 49 minutes
      Then agent Sam has 20 calls, by scores from 75 to 99
      And the first leads that agent Sam talks to after 09:10 are 50-299, 50-298
      And agent Gwen has 20 calls, by scores from 50 to 50
      And nobody was passed over

  Rule: With one queue an agent with the skill is given the best lead whenever free

    Scenario: An agent with the skill among the others
      Given a campaign calls fresh leads, the best score first
      And agent Ben takes the calls
      And agent Sam takes the calls, with the skill for leads of high value
      And 300 leads have score 50, calculated at 08:00
      And 5 leads have score 90, calculated at 08:00
      When the campaign calls for 59 minutes
      Then agent Sam has 20 calls, by scores from 50 to 90
      And 5 of the calls of agent Sam go to leads with score 90, and these are the first
      And agent Ben has 20 calls, by scores from 50 to 50
      And nobody was passed over
