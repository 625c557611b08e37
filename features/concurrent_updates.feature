@concurrency @lost-update
Feature: Two who change the same lead do not undo each other's work
  The platform keeps no versions of a contact: whoever writes last wins. So the integration looks
  before it writes, looks again after a wait, and lets a scorer say what its result was based on.

  Rule: A newer score that somebody else wrote is never overwritten

    @simulator-only
    Scenario: A colleague was faster
      Given lead Miller carries score 50, calculated at 08:00
      And a colleague has written score 95, calculated at 08:45, to lead Miller
      When score 60 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 95, calculated at 08:45
      And the verdict is superseded

    @simulator-only
    Scenario: A colleague writes a newer score while the run has to wait
      Given lead Miller carries score 50, calculated at 08:00
      And the platform refuses the first write and asks to wait 30 seconds
      And a colleague writes score 95, calculated at 08:45, to lead Miller, 10 seconds into the run
      When score 60 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 95, calculated at 08:45
      And the verdict is superseded
      And the run ends well

    @simulator-only @audit
    Scenario: A colleague writes an older score while the run has to wait
      Given lead Miller carries score 50, calculated at 08:00
      And the platform refuses the first write and asks to wait 30 seconds
      And a colleague writes score 55, calculated at 08:15, to lead Miller, 10 seconds into the run
      When score 60 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 60, calculated at 08:30
      And the verdict is delivered

    @simulator-only
    Scenario: A colleague corrects the phone number while the run has to wait
      Given lead Miller carries score 50, calculated at 08:00
      And the platform refuses the first write and asks to wait 30 seconds
      And a colleague changes the phone number of lead Miller, 10 seconds into the run
      When score 60 for lead Miller, calculated at 08:30, is pushed
      Then lead Miller carries score 60, calculated at 08:30
      And lead Miller has the phone number that the colleague wrote

    @simulator-only
    Scenario: A colleague removed the time of a score
      Given lead Miller carries score 50, calculated at 08:00
      And a colleague has blanked the time of the score of lead Miller
      When score 60 for lead Miller, calculated at 07:30, is pushed
      Then lead Miller carries score 60, calculated at 07:30

  Rule: A score that was based on another one is written only if that one is still there

    Scenario Outline: Score 60 is based on <base>
      Given lead Miller carries score 50, calculated at 08:00
      When score 60 for lead Miller, calculated at 08:30 and based on <base>, is pushed
      Then lead Miller carries score <score>, calculated at <time>
      And the verdict is <verdict>

      Examples:
        | base               | score | time  | verdict   |
        | the score of 08:00 | 60    | 08:30 | delivered |
        | the score of 07:00 | 50    | 08:00 | conflict  |
        | the score of 08:15 | 50    | 08:00 | conflict  |
        | no score           | 50    | 08:00 | conflict  |

    Scenario: A first score that was based on there being none
      Given lead Miller is on the contact list
      When score 60 for lead Miller, calculated at 08:30 and based on no score, is pushed
      Then lead Miller carries score 60, calculated at 08:30
      And the verdict is delivered

    Scenario: A chain of results, each based on the one before
      Given lead Miller carries score 50, calculated at 08:00
      When these scores are pushed
        | lead   | score | calculated at | based on |
        | Miller | 60    | 08:10         | 08:00    |
        | Miller | 70    | 08:20         | 08:10    |
        | Miller | 80    | 08:30         | 08:20    |
      Then lead Miller carries score 80, calculated at 08:30
      And the run ends well

    Scenario: Two scorers start from the same score
      Given lead Miller carries score 50, calculated at 08:00
      When score 60 for lead Miller, calculated at 08:20 and based on the score of 08:00, is pushed
      And score 70 for lead Miller, calculated at 08:30 and based on the score of 08:00, is pushed
      Then lead Miller carries score 60, calculated at 08:20
      And the verdict is conflict
      And the run ends with rows that need attention

    Scenario: Two scorers start from the same score and arrive in one file
      Given lead Miller carries score 50, calculated at 08:00
      When these scores are pushed
        | lead   | score | calculated at | based on |
        | Miller | 60    | 08:20         | 08:00    |
        | Miller | 70    | 08:30         | 08:00    |
      Then lead Miller carries score 60, calculated at 08:20
      And the verdicts are
        | row | verdict   |
        | 1   | delivered |
        | 2   | conflict  |

    @simulator-only
    Scenario: The base is replaced while the run has to wait
      Given lead Miller carries score 50, calculated at 08:00
      And the platform refuses the first write and asks to wait 30 seconds
      And a colleague writes score 55, calculated at 08:15, to lead Miller, 10 seconds into the run
      When score 60 for lead Miller, calculated at 08:30 and based on the score of 08:00, is pushed
      Then lead Miller carries score 55, calculated at 08:15
      And the verdict is conflict

  Rule: Two runs at once end as if one had come after the other

    @simulator-only
    Scenario Outline: The second run starts while the first <moment>, with <which> scores
      Given lead Miller carries score 50, calculated at 07:00
      And the platform takes 2 seconds for every answer
      When score <a> for lead Miller, calculated at <first>, is pushed, and <span> later from a second window score <b>, calculated at <second>
      Then lead Miller carries score 90, calculated at 08:30
      And both runs end well

      Examples:
        | moment            | which | span       | first | a  | second | b  |
        | signs in          | newer | 1 second   | 08:00 | 60 | 08:30  | 90 |
        | signs in          | older | 1 second   | 08:30 | 90 | 08:00  | 60 |
        | reads             | newer | 3 seconds  | 08:00 | 60 | 08:30  | 90 |
        | reads             | older | 3 seconds  | 08:30 | 90 | 08:00  | 60 |
        | writes            | newer | 5 seconds  | 08:00 | 60 | 08:30  | 90 |
        | writes            | older | 5 seconds  | 08:30 | 90 | 08:00  | 60 |
        | is long finished  | newer | 60 seconds | 08:00 | 60 | 08:30  | 90 |
        | is long finished  | older | 60 seconds | 08:30 | 90 | 08:00  | 60 |

    Scenario Outline: Two machines push the same lead one after the other, the <which> result first
      Given lead Miller carries score 50, calculated at 07:00
      When score <a> for lead Miller, calculated at <first>, is pushed
      And score <b> for lead Miller, calculated at <second>, is pushed from another machine
      Then lead Miller carries score 90, calculated at 08:30
      And the run ends well

      Examples:
        | which | first | a  | second | b  |
        | older | 08:00 | 60 | 08:30  | 90 |
        | newer | 08:30 | 90 | 08:00  | 60 |

  Rule: Scores that stream in keep to the same order

    @simulator-only
    Scenario Outline: The second update arrives while the first <moment>, with <which> scores
      Given lead Miller carries score 50, calculated at 07:00
      And the platform takes 2 seconds for every answer
      When the service is sent these scores
        | after     | lead   | score | calculated at |
        | 0 seconds | Miller | <a>   | <first>       |
        | <span>    | Miller | <b>   | <second>      |
      Then lead Miller carries score 90, calculated at 08:30
      And every message is answered with yes

      Examples:
        | moment              | which | span       | first | a  | second | b  |
        | waits for its batch | newer | 1 second   | 08:00 | 60 | 08:30  | 90 |
        | waits for its batch | older | 1 second   | 08:30 | 90 | 08:00  | 60 |
        | signs in            | newer | 3 seconds  | 08:00 | 60 | 08:30  | 90 |
        | signs in            | older | 3 seconds  | 08:30 | 90 | 08:00  | 60 |
        | reads               | newer | 5 seconds  | 08:00 | 60 | 08:30  | 90 |
        | reads               | older | 5 seconds  | 08:30 | 90 | 08:00  | 60 |
        | writes              | newer | 7 seconds  | 08:00 | 60 | 08:30  | 90 |
        | writes              | older | 7 seconds  | 08:30 | 90 | 08:00  | 60 |
        | is long delivered   | newer | 5 hours    | 08:00 | 60 | 08:30  | 90 |
        | is long delivered   | older | 5 hours    | 08:30 | 90 | 08:00  | 60 |

    @simulator-only
    Scenario: Two updates are under way and older ones come last
      Given lead Miller carries score 50, calculated at 07:00
      And the platform takes 2 seconds for every answer
      When the service is sent these scores
        | after      | lead   | score | calculated at |
        | 0 seconds  | Miller | 60    | 08:00         |
        | 1 second   | Miller | 70    | 08:15         |
        | 5 seconds  | Miller | 90    | 08:30         |
        | 6 seconds  | Miller | 80    | 08:20         |
        | 30 seconds | Miller | 75    | 08:25         |
      Then lead Miller carries score 90, calculated at 08:30
      And the verdicts are
        | row | verdict    |
        | 1   | superseded |
        | 2   | delivered  |
        | 3   | delivered  |
        | 4   | superseded |
        | 5   | superseded |

    @simulator-only @rate-limit
    Scenario: Newer scores arrive while the platform asks to wait
      Given 200 leads are waiting for their new scores
      And the platform refuses the first write and asks to wait 30 seconds
      When the service is sent the scores within 1 minute
      Then every lead carries its new score
      And no call was made while the platform had asked us to wait

    @simulator-only
    Scenario Outline: A file is pushed beside the stream, with <which> scores
      Given lead Miller carries score 50, calculated at 07:00
      And the platform takes 2 seconds for every answer
      When the service is sent score <a> for lead Miller, calculated at <first>, and 5 seconds later a file brings score <b>, calculated at <second>
      Then lead Miller carries score 90, calculated at 08:30
      And the run ends well

      Examples:
        | which | first | a  | second | b  |
        | newer | 08:00 | 60 | 08:30  | 90 |
        | older | 08:30 | 90 | 08:00  | 60 |

    @simulator-only
    Scenario: A chain of results streams in, each based on the one before
      Given lead Miller carries score 50, calculated at 08:00
      When the service is sent these scores
        | after      | lead   | score | calculated at | based on |
        | 0 seconds  | Miller | 60    | 08:10         | 08:00    |
        | 1 second   | Miller | 70    | 08:20         | 08:10    |
        | 30 seconds | Miller | 80    | 08:30         | 08:20    |
      Then lead Miller carries score 80, calculated at 08:30

    @simulator-only
    Scenario Outline: Two scorers start from the same score, the second <span> later
      Given lead Miller carries score 50, calculated at 08:00
      When the service is sent these scores
        | after     | lead   | score | calculated at | based on |
        | 0 seconds | Miller | 60    | 08:20         | 08:00    |
        | <span>    | Miller | 70    | 08:30         | 08:00    |
      Then lead Miller carries score 60, calculated at 08:20
      And the verdicts are
        | row | verdict   |
        | 1   | delivered |
        | 2   | conflict  |

      Examples:
        | span     |
        | 1 second |
        | 1 hour   |

    @simulator-only
    Scenario: A colleague was faster than the stream
      Given lead Miller carries score 50, calculated at 08:00
      And the platform refuses the first write and asks to wait 30 seconds
      And a colleague writes score 95, calculated at 08:45, to lead Miller, 10 seconds into the run
      When the service is sent these scores
        | after     | lead   | score | calculated at |
        | 0 seconds | Miller | 60    | 08:30         |
      Then lead Miller carries score 95, calculated at 08:45
      And the verdict is superseded
