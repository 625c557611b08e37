@explain
Feature: Anybody can ask why a lead is not called
  A manager sees that a good lead has not been called all morning. Is its score too old? Is it not
  its turn yet? Was it called, by somebody else, yesterday? The answer follows from what the dialer
  itself goes by, and says what nobody can know.

  Background:
    Given the campaign calls fresh leads, the best score first

  Rule: The answer follows from what the dialer goes by

    Scenario: It is not its turn yet
      Given lead Miller carries score 60, calculated at 08:00
      And lead Smith carries score 95, calculated at 08:00
      And lead Garcia carries score 75, calculated at 08:30
      When a manager asks about lead Miller
      Then lead Miller is in line behind Smith, Garcia

    @stale-scores
    Scenario: Its score is too old
      Given lead Miller carries score 90, calculated at 08:00 yesterday
      When a manager asks about lead Miller
      Then lead Miller is kept out, as its score is earlier than 24 hours ago
      And its score of 90 counts as 0

    Scenario: It has no score yet
      Given lead Miller is on the contact list
      When a manager asks about lead Miller
      Then lead Miller is kept out by the rule "Score without a time"

    @redial-safety @simulator-only
    Scenario: It was called already
      Given lead Miller carries score 90, calculated at 08:00
      And an agent has reached lead Miller
      When a manager asks about lead Miller
      Then lead Miller is kept out, as it was called already
      And it is not known how often it was called

    @simulator-only
    Scenario: It must not be called
      Given lead Miller carries score 90, calculated at 08:00
      And lead Miller must not be called any more
      When a manager asks about lead Miller
      Then lead Miller is kept out, as it is marked as not callable

    Scenario: Nobody has started the campaign
      Given lead Miller carries score 90, calculated at 08:00
      And the campaign was stopped
      When a manager asks about lead Miller
      Then lead Miller is kept out, as the campaign is off

    @dial-order
    Scenario: It is of high value
      Given lead Miller carries score 80, calculated at 08:00
      And lead Smith carries score 79, calculated at 08:00
      When a manager asks about lead Miller
      Then a call to it would ask for an agent with High Value Sales

  Rule: A lead that is on no list is no riddle

    Scenario: The name is spelt in another way
      Given lead Miller carries score 90, calculated at 08:00
      When a manager asks about lead miller
      Then the answer is that lead miller is on no list
