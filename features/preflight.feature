@preflight @simulator-only
Feature: Somebody can see before the shift whether everything is ready
  A campaign that is set up a little wrong calls people all the same: the wrong ones, or in the wrong
  order. Before the first call a manager asks what is missing, and is told why it matters and what
  to do.

  Background:
    Given a senior and a general campaign, with all that they need

  Rule: What is as it should be is said to be

    Scenario: All is there
      When the manager asks whether everything is ready
      Then everything is ready

  Rule: What is missing is told with the reason why it matters, and nothing else is

    @dial-order
    Scenario Outline: The order of the calls: <says>
      Given the campaign <missing>
      When the manager asks whether everything is ready
      Then it is not ready, because "<says>"
      And that matters, for <why>
      And everything else is as it should be

      Examples:
        | missing                               | says                                                           | why                                                                                     |
        | sorts scores as text                  | it is by ml_score as text, so 9 comes before 87                | the best lead is called first                                                           |
        | has no sort                           | there is no sort: leads are called in the order of their arrival | the best lead is called first                                                           |
        | keeps its order once it has started   | dynamic queueing is off for the sort and the filter            | otherwise order and filter are fixed when the campaign starts, and new scores are late |

    @stale-scores
    Scenario: Leads whose scores are too old would be called: no filter
      Given the campaign has no filter
      When the manager asks whether everything is ready
      Then it is not ready, because "the campaign has no filter: it dials stale leads too"
      And that matters, for it keeps stale leads out, and each lead with its queue
      And everything else is as it should be

    @stale-scores
    Scenario: Leads whose scores are too old would be called: a filter that does not look at the age
      Given the filter lets leads in whatever the age of their scores
      When the manager asks whether everything is ready
      Then it is not ready, because ""RouteByPriority senior" lets in a lead whose score is too old"
      And everything else is as it should be

    @stale-scores
    Scenario: Leads whose scores are too old would be called: no rule before the call
      Given there is no rule "Score too old" before the call
      When the manager asks whether everything is ready
      Then it is not ready, because "no rule stops a lead whose score is too old"
      And that matters, for a lead may go stale between the filter and its call
      And everything else is as it should be

    @two-queues
    Scenario: Leads would be called by the agents of the other queue: the filter
      Given the filter lets leads of both queues in
      When the manager asks whether everything is ready
      Then it is not ready, because ""RouteByPriority senior" lets in a lead of the other tier"
      And everything else is as it should be

    @two-queues
    Scenario: Leads would be called by the agents of the other queue: the leads themselves
      Given lead Jones with score 70 is to be called by the senior agents
      When the manager asks whether everything is ready
      Then it is not ready, because "1 of 2 leads name a tier that their score does not belong to"
      And that matters, for a lead in the wrong tier is called by the wrong agents
      And everything else is as it should be

    Scenario: The best leads would not be talked to by the best agents
      Given there is no rule "High value" before the call
      When the manager asks whether everything is ready
      Then it is not ready, because "no rule asks for a skill at a score of 80"
      And that matters, for the best leads get the best agents
      And everything else is as it should be

    Scenario: The best leads would wait for nobody
      Given no agent has the skill for leads of high value
      When the manager asks whether everything is ready
      Then it is not ready, because "nobody in "senior queue" has High Value Sales"
      And that matters, for a call that asks for a skill waits for an agent who has it
      And everything else is as it should be

    Scenario: Nobody would be called at all
      Given nobody is in the queues
      When the manager asks whether everything is ready
      Then it is not ready, because "nobody is in "senior queue""
      And that matters, for without agents nobody is called

    Scenario: Outbound dialing is not licensed
      Given the organisation has licensed nothing
      When the manager asks whether everything is ready
      Then it is not ready, because "the organisation has no product"
      And that matters, for outbound dialing has to be licensed
      And everything else is as it should be

    Scenario: This machine is ahead of its time
      Given the clock of this machine is 10 minutes ahead
      When the manager asks whether everything is ready
      Then it is not ready, because "600 s ahead of the platform's"
      And everything else is as it should be

  Rule: What the manager may not see keeps nothing else from being told

    Scenario: A permission is missing
      Given the manager may not see campaigns
      When the manager asks whether everything is ready
      Then it says which permission is missing, and looks at everything else
