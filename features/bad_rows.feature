@bad-input
Feature: A bad row gets a reason, and hurts nobody else
  Exports are made by people and programs, and some rows are no scores. Each of them gets a reason
  that somebody can act on; all other rows are delivered.

  Rule: A row that is no score is rejected with its reason

    Scenario Outline: A score that reads "<written>"
      Given lead Miller carries score 50, calculated at 07:00
      When the row Miller, "<written>", "2026-11-23T08:30:00Z" is pushed
      Then the verdict is <verdict>
      And the reason is <reason>
      And lead Miller is dialled by score <score>

      Examples: what is a score
        | written | verdict   | reason | score |
        | 1       | delivered | none   | 1     |
        | 100     | delivered | none   | 100   |
        | 87.0    | delivered | none   | 87    |
        | +7      | delivered | none   | 7     |
        | 007     | delivered | none   | 7     |
        | 8.7e1   | delivered | none   | 87    |

      Examples: what is none
        | written  | verdict  | reason             | score |
        |          | rejected | score not a number | 50    |
        | n/a      | rejected | score not a number | 50    |
        | NaN      | rejected | score not a number | 50    |
        | Infinity | rejected | score not a number | 50    |
        | ８７     | rejected | score not a number | 50    |
        | true     | rejected | score not a number | 50    |
        | 8_7      | rejected | score not a number | 50    |
        | 87,5     | rejected | score not a number | 50    |
        | 0        | rejected | score out of range | 50    |
        | 101      | rejected | score out of range | 50    |
        | -5       | rejected | score out of range | 50    |
        | 1e3      | rejected | score out of range | 50    |
        | 100.5    | rejected | score out of range | 50    |
        | 87.5     | rejected | score not integer  | 50    |

    Scenario Outline: A time that reads "<written>"
      Given lead Miller carries score 50, calculated at 07:00
      When the row Miller, "90", "<written>" is pushed
      Then the verdict is <verdict>
      And the reason is <reason>
      And lead Miller is dialled by score <score>

      Examples: what is a time
        | written                   | verdict   | reason | score |
        | 2026-11-23T08:30:00Z      | delivered | none   | 90    |
        | 2026-11-23T10:30:00+02:00 | delivered | none   | 90    |
        | 2026-11-23t08:30:00.5z    | delivered | none   | 90    |

      Examples: what is none
        | written                   | verdict  | reason            | score |
        | 2026-11-23T08:30:00       | rejected | time without zone | 50    |
        | 2026-11-23                | rejected | time invalid      | 50    |
        | 2026-11-23 08:30:00Z      | rejected | time invalid      | 50    |
        | 2026-11-31T08:30:00Z      | rejected | time invalid      | 50    |
        | 2026-11-23T08:30:60Z      | rejected | time invalid      | 50    |
        | 23.11.2026 08:30          | rejected | time invalid      | 50    |
        | yesterday                 | rejected | time invalid      | 50    |
        |                           | rejected | time invalid      | 50    |
        | 1969-12-31T23:59:59Z      | rejected | time invalid      | 50    |
        | 2038-01-19T03:14:08Z      | rejected | time invalid      | 50    |
        | 2026-11-23T10:30:00Z      | rejected | time in future    | 50    |

    Scenario Outline: A lead that is called "<written>"
      When the row <written>, "90", "2026-11-23T08:30:00Z" is pushed
      Then the verdict is <verdict>
      And the reason is <reason>

      Examples:
        | written      | verdict      | reason          |
        |              | rejected     | invalid lead id |
        | Müller       | rejected     | invalid lead id |
        | Miller Smith | rejected     | invalid lead id |
        | Miller/1     | rejected     | invalid lead id |
        | nobody-yet   | unknown lead | unknown lead    |

    Scenario: The message says what to write instead
      Given lead Miller is on the contact list
      When the row Miller, "90", "2026-11-23T08:30:00" is pushed
      Then the verdict's message says "write 2026-11-23T08:30:00Z if it is UTC"

  Rule: All other rows are delivered

    Scenario: One file with every kind of bad row
      Given these leads are on the contact list
        | lead   |
        | Miller |
        | Smith  |
        | Garcia |
      When a file with these lines is pushed
        | line                                      |
        | lead_id,priority_score,last_calculated_at |
        | Miller,91,2026-11-23T08:30:00Z            |
        | Smith,n/a,2026-11-23T08:30:00Z            |
        | Smith,1000,2026-11-23T08:30:00Z           |
        | Smith,9.5,2026-11-23T08:30:00Z            |
        | Smith,92,2026-11-23T08:30:00              |
        | Smith,92,soon                             |
        | Smith,92,2026-12-24T08:30:00Z             |
        | Smith,92                                  |
        | Smith,92,2026-11-23T08:30:00Z,1,2         |
        | Smi th,92,2026-11-23T08:30:00Z            |
        | Nobody,92,2026-11-23T08:30:00Z            |
        | Garcia,93,2026-11-23T08:30:00Z            |
      Then the verdicts are
        | row | verdict      | reason             |
        | 1   | delivered    |                    |
        | 2   | rejected     | score not a number |
        | 3   | rejected     | score out of range |
        | 4   | rejected     | score not integer  |
        | 5   | rejected     | time without zone  |
        | 6   | rejected     | time invalid       |
        | 7   | rejected     | time in future     |
        | 8   | rejected     | malformed row      |
        | 9   | rejected     | malformed row      |
        | 10  | rejected     | invalid lead id    |
        | 11  | unknown lead | unknown lead       |
        | 12  | delivered    |                    |
      And the run ends with rows that need attention
      And lead Miller carries score 91, calculated at 08:30
      And lead Garcia carries score 93, calculated at 08:30

    Scenario: The rows of a file are numbered as a person counts them
      Given lead Miller is on the contact list
      When a file with these lines is pushed
        | line                                      |
        | lead_id,priority_score,last_calculated_at |
        |                                           |
        | Miller,n/a,2026-11-23T08:30:00Z           |
        |                                           |
        | Miller,90,2026-11-23T08:30:00Z            |
      Then the verdicts are
        | row | verdict   | reason             |
        | 1   | rejected  | score not a number |
        | 2   | delivered |                    |

  Rule: A lead that is not on the contact list is never created

    Scenario: A score for somebody nobody knows
      When score 90 for lead Stranger, calculated at 08:30, is pushed
      Then the verdict is unknown lead
      And lead Stranger is not on the contact list
      And the run ends with rows that need attention

    Scenario: Upper and lower case make different leads
      Given lead Miller is on the contact list
      When score 90 for lead MILLER, calculated at 08:30, is pushed
      Then the verdict is unknown lead
      And lead Miller has no score

    Scenario: Every row of an unknown lead is told so
      When these scores are pushed
        | lead     | score | calculated at |
        | Stranger | 60    | 08:00         |
        | Stranger | 70    | 08:30         |
        | Stranger | 50    | 07:30         |
      Then the verdicts are
        | row | verdict      | reason       |
        | 1   | unknown lead | unknown lead |
        | 2   | unknown lead | unknown lead |
        | 3   | unknown lead | unknown lead |

    @resume
    Scenario: The lead is loaded afterwards
      Given score 90 for lead Miller, calculated at 08:30, was pushed
      And lead Miller is on the contact list
      When unknown leads are tried again
      Then lead Miller carries score 90, calculated at 08:30

  Rule: A contact that the platform refuses does not hold up the others

    @simulator-only
    Scenario: One bad contact in a thousand
      Given 1,000 leads are waiting for their new scores
      And the contact of lead L-00777 has gone bad
      When the scores are pushed
      Then the other 999 leads carry their new scores
      And the verdict on lead L-00777 is rejected
      And the verdict on lead L-00777 gives the platform's own reason
      And the run took at most 62 calls

    @simulator-only
    Scenario: Three bad contacts in different places
      Given 300 leads are waiting for their new scores
      And the contact of lead L-00001 has gone bad
      And the contact of lead L-00150 has gone bad
      And the contact of lead L-00300 has gone bad
      When the scores are pushed
      Then the other 297 leads carry their new scores
      And 3 scores are parked with a reason

    @simulator-only
    Scenario: The bad contact is mended
      Given 300 leads are waiting for their new scores
      And the contact of lead L-00042 has gone bad
      And the scores were pushed
      When the contact of lead L-00042 is mended
      And what was refused is tried again
      Then every lead carries its new score

    @simulator-only
    Scenario: Nothing at all is accepted any more
      Given 500 leads are waiting for their new scores
      And the contacts of all leads have gone bad
      When the scores are pushed
      Then the run ends because the platform refused it
      And no lead was written
      And 500 scores are kept for later
      And the run took at most 45 calls
