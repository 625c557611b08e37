@dial-order
Feature: The campaign calls the best leads first
  The campaign sorts its own contact list by score, as numbers, the highest first. The tier on each
  lead says which agents take it.

  Rule: The highest score is dialled first

    Scenario: Scores are numbers, not words
      Given these leads are on the contact list
        | lead   |
        | Miller |
        | Smith  |
        | Garcia |
        | Jones  |
        | Brown  |
      When these scores are pushed
        | lead   | score | calculated at |
        | Miller | 9     | 08:30         |
        | Smith  | 100   | 08:30         |
        | Garcia | 87    | 08:30         |
        | Jones  | 10    | 08:30         |
      Then the dial order is Smith, Garcia, Jones, Miller, Brown

    Scenario: A new score moves a lead
      Given lead Miller carries score 50, calculated at 08:00
      And lead Smith carries score 60, calculated at 08:00
      And lead Garcia carries score 70, calculated at 08:00
      When score 65 for lead Miller, calculated at 08:30, is pushed
      Then the dial order is Garcia, Miller, Smith

  Rule: Leads above 70 belong to the senior agents

    Scenario Outline: Score <score>
      Given lead Miller is on the contact list
      When score <score> for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled by score <score> in the <tier> tier

      Examples:
        | score | tier    |
        | 1     | general |
        | 70    | general |
        | 71    | senior  |
        | 100   | senior  |

    Scenario Outline: Where the seniors take leads above 50, score <score>
      Given senior agents take leads above 50
      And lead Miller is on the contact list
      When score <score> for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled by score <score> in the <tier> tier

      Examples:
        | score | tier    |
        | 50    | general |
        | 51    | senior  |

    Scenario: A lead cools down
      Given lead Miller is on the contact list
      And score 90 for lead Miller, calculated at 08:00, was pushed
      When score 30 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled by score 30 in the general tier

    Scenario: A lead warms up
      Given lead Miller is on the contact list
      And score 30 for lead Miller, calculated at 08:00, was pushed
      When score 90 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller is dialled by score 90 in the senior tier

  Rule: It can be seen which model a score came from

    Scenario: The version of the model is written with the score
      Given lead Miller is on the contact list
      When these scores are pushed
        | lead   | score | calculated at | model   |
        | Miller | 90    | 08:30         | 2026.11 |
      Then the contact list shows
        | lead   | score | model   |
        | Miller | 90    | 2026.11 |
