@webhook @simulator-only
Feature: A partner's scores arrive as messages, and each is heard once
  A scoring partner does not hand over files: it sends a message whenever a score changes. A message
  is stored before the partner hears that it was accepted, whatever happens afterwards.

  Background:
    Given the partner and the service share the secret "blue"

  Rule: What was accepted reaches the contact list

    Scenario: A new score
      Given lead Miller carries score 50, calculated at 08:00
      When the partner sends
        | message | lead   | score | calculated at |
        | first   | Miller | 87    | 08:30         |
      Then the partner hears
        | message | answer   |
        | first   | accepted |
      And lead Miller carries score 87, calculated at 08:30

    Scenario: A thousand scores in one message
      Given 1,000 leads are waiting for their new scores
      When the partner sends all of them in one message
      Then the partner hears
        | message | answer   |
        | all     | accepted |
      And every lead carries its new score

    @newest-wins
    Scenario: An older score comes after a newer one
      Given lead Miller carries score 50, calculated at 08:00
      When the partner sends
        | after      | message | lead   | score | calculated at |
        | 0 seconds  | newer   | Miller | 90    | 08:40         |
        | 60 seconds | older   | Miller | 60    | 08:20         |
      Then lead Miller carries score 90, calculated at 08:40

    @resume
    Scenario: The power fails right after the answer
      Given lead Miller carries score 50, calculated at 08:00
      And the machine loses power, 1 second into the run
      And the partner has sent
        | message | lead   | score | calculated at |
        | first   | Miller | 87    | 08:30         |
      When the run is resumed
      Then the partner hears
        | message | answer   |
        | first   | accepted |
      And lead Miller carries score 87, calculated at 08:30

  Rule: Only those who hold a secret are heard

    Scenario Outline: A message that is <wrong>
      Given lead Miller carries score 50, calculated at 08:00
      When the partner sends
        | message | lead   | score | calculated at | signed   |
        | first   | Miller | 87    | 08:30         | <signed> |
      Then the partner hears
        | message | answer     |
        | first   | not let in |
      And lead Miller carries score 50, calculated at 08:00

      Examples:
        | wrong                           | signed              |
        | signed with another secret      | with green          |
        | an old one, recorded and played | 6 minutes ago       |
        | signed ahead of time            | 6 minutes ahead     |
        | changed on its way              | for another message |
        | not signed                      | not at all          |

    Scenario Outline: A message from a clock that is a little off, <signed>
      Given lead Miller carries score 50, calculated at 08:00
      When the partner sends
        | message | lead   | score | calculated at | signed   |
        | first   | Miller | 87    | 08:30         | <signed> |
      Then lead Miller carries score 87, calculated at 08:30

      Examples:
        | signed          |
        | 4 minutes ago   |
        | 4 minutes ahead |

    Scenario: A partner that cannot sign has a password
      Given lead Smith carries score 50, calculated at 08:00
      When the partner sends
        | message | lead   | score | calculated at | signed       |
        | first   | Smith  | 87    | 08:30         | with a password |
      Then the partner hears
        | message | answer   |
        | first   | accepted |
      And lead Smith carries score 87, calculated at 08:30

    Scenario: A secret is replaced, and no message is lost
      Given leads Miller, Smith, Jones and Brown are on the contact list
      And the service learns the secret "green" too, 1 minute into the run
      And the service forgets the secret "blue", 3 minutes into the run
      When the partner sends
        | after     | message | lead   | score | calculated at | signed     |
        | 0 minutes | first   | Miller | 60    | 08:30         | with blue  |
        | 2 minutes | second  | Smith  | 70    | 08:30         | with blue  |
        | 2 minutes | third   | Jones  | 80    | 08:30         | with green |
        | 4 minutes | fourth  | Brown  | 90    | 08:30         | with green |
        | 4 minutes | fifth   | Miller | 61    | 08:40         | with blue  |
      Then the partner hears
        | message | answer     |
        | first   | accepted   |
        | second  | accepted   |
        | third   | accepted   |
        | fourth  | accepted   |
        | fifth   | not let in |
      And lead Miller carries score 60, calculated at 08:30

  Rule: A message counts once, however often it is sent

    Scenario Outline: The same message comes again <when>
      Given lead Miller carries score 50, calculated at 08:00
      When the partner sends
        | after     | message | lead   | score | calculated at |
        | 0 seconds | first   | Miller | 87    | 08:30         |
        | <after>   | first   | Miller | 87    | 08:30         |
      Then the partner hears
        | message | answer        |
        | first   | accepted      |
        | first   | known already |
      And lead Miller carries score 87, calculated at 08:30
      And the service has taken in 1 score

      Examples:
        | when                                     | after     |
        | before the first one is answered         | 0 seconds |
        | because the answer was lost on its way   | 5 seconds |
        | four minutes later                       | 4 minutes |

    Scenario: Two messages with the same name
      Given lead Brown carries score 50, calculated at 08:00
      When the partner sends
        | after     | message | lead   | score | calculated at |
        | 0 seconds | first   | Brown | 87    | 08:30         |
        | 5 seconds | first   | Brown | 23    | 08:40         |
      Then the partner hears
        | message | answer                        |
        | first   | accepted                      |
        | first   | another message has this name |
      And lead Brown carries score 87, calculated at 08:30

  Rule: A bad score harms no other

    @bad-input
    Scenario: One bad score among good ones
      Given leads Miller, Smith and Jones are on the contact list
      When the partner sends
        | message | lead   | score | calculated at |
        | first   | Miller | 87    | 08:30         |
        | first   | Smith  | 870   | 08:30         |
        | first   | Jones  | 78    | 08:30         |
      Then the partner hears
        | message | answer   |
        | first   | accepted |
      And the partner hears of each lead
        | lead   | verdict  | reason             |
        | Miller | accepted | none               |
        | Smith  | rejected | score out of range |
        | Jones  | accepted | none               |
      And lead Miller carries score 87, calculated at 08:30
      And lead Jones carries score 78, calculated at 08:30
      And lead Smith has no score

    @bad-input
    Scenario: Nothing good in it
      Given lead Miller carries score 50, calculated at 08:00
      When the partner sends
        | message | lead   | score | calculated at |
        | first   | Miller | much  | yesterday     |
      Then the partner hears
        | message | answer             |
        | first   | nothing in it good |
      And the partner hears of each problem
        | reason             |
        | score not a number |
        | time invalid       |
      And lead Miller carries score 50, calculated at 08:00

  Rule: When too much waits, the partner is asked to come back

    @outage
    Scenario: The platform is away for long
      Given leads Miller, Smith and Jones are on the contact list
      And no more than 2 scores may wait in the service
      And the platform is down for 10 minutes
      When the partner sends
        | after      | message | lead   | score | calculated at |
        | 0 minutes  | first   | Miller | 60    | 08:30         |
        | 1 minute   | second  | Smith  | 70    | 08:30         |
        | 2 minutes  | third   | Jones  | 80    | 08:30         |
        | 30 minutes | third   | Jones  | 80    | 08:30         |
      Then the partner hears
        | message | answer     |
        | first   | accepted   |
        | second  | accepted   |
        | third   | come back  |
        | third   | accepted   |
      And lead Miller carries score 60, calculated at 08:30
      And lead Smith carries score 70, calculated at 08:30
      And lead Jones carries score 80, calculated at 08:30
