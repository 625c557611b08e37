@simulator-only
Feature: Scores of a few leads may be kept in a table
  A table of the platform is meant for settings. It holds 5,000 leads at the most, flows can look
  scores up there, and no campaign sorts by it.

  Background:
    Given scores are kept in a table of the platform

  @newest-wins @audit
  Rule: A table keeps the newest score of each lead

    Scenario: Scores are kept and replaced
      Given score 50 for lead Miller, calculated at 08:20, was pushed
      When score 60 for lead Miller, calculated at 08:30, is pushed
      Then the table holds score 60, calculated at 08:30, for lead Miller
      And the verdict names 50, calculated at 08:20, as the previous score

    Scenario: An older score comes late to the table
      Given score 60 for lead Miller, calculated at 08:30, was pushed
      When score 50 for lead Miller, calculated at 08:20, is pushed
      Then the verdict is superseded
      And the table holds score 60, calculated at 08:30, for lead Miller

  @bad-input
  Rule: What does not fit is refused as a whole, before anything is written

    Scenario: A file of too many leads
      Given a file holds scores of 5,001 leads
      When the scores are pushed
      Then the run fails and says that a table holds 5,000 leads at the most
      And the run made no call

    Scenario: Too many together with those that are there
      Given the table holds scores of 4,990 other leads
      And a file holds scores of 11 leads
      When the scores are pushed
      Then the run ends because the platform refused it
      And the message says "11 leads are new"
      And the table still holds 4,990 leads
