# SPDX-License-Identifier: Apache-2.0
@deployment @engine @simulator-only
Feature: The contact centre's set-up is made and changed without harm

  Rule: One command makes everything that dialling by score needs

    Scenario: A new environment
      Given an organisation in which nothing is set up
      When the environment is set up
      Then leads can be loaded and their scores pushed, with nothing else to be told
      And no campaign dials until somebody starts it
      And setting it up once more changes nothing

  Rule: A change touches what it is about and nothing else

    Scenario: Leads are of high value from another score on
      Given an environment whose campaigns are dialling
      When the score from which leads are of high value is changed to 85
      Then the dialling rules of both campaigns are changed and nothing else
      And both campaigns are still dialling

    Scenario: The campaigns call under another name
      Given an environment whose campaigns are dialling
      When the name that is shown to the called is changed to "Spring Sales"
      Then both campaigns call as "Spring Sales"
      And both campaigns are still dialling

  Rule: A change that would lose leads is refused before anything happens

    Scenario: The leads get another column
      Given an environment with 12 leads
      When the leads shall have a column "region" as well
      Then the change is refused, and 12 contacts are named as lost on each list
      And nothing has been changed

    Scenario: A protected environment is taken down
      Given an environment that is protected
      When the environment is taken down
      Then that is refused because it is protected
      And nothing has been changed

  Rule: What somebody changed by hand is noticed, and put right

    Scenario: A queue is renamed by hand
      Given an environment whose campaigns are dialling
      When somebody renames the senior queue to "Old name"
      Then the change by hand is noticed
      And setting the environment up again gives the queue its name back
