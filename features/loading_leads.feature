@loading
Feature: Leads are put on the contact list without disturbing the campaign
  A lead must be on the contact list before it can get a score. The same export is loaded every
  night, and most of it is known already.

  Rule: New leads are added, changed ones are changed

    Scenario: The first load
      When these leads are loaded
        | lead   | phone        | zone          |
        | Miller | +49301234567 | Europe/Berlin |
        | Smith  | +49301234568 | Europe/Berlin |
      Then 2 leads are new, 0 have changed and 0 are as before
      And the contact list shows
        | lead   | phone        | zone          | score |
        | Miller | +49301234567 | Europe/Berlin |       |
        | Smith  | +49301234568 | Europe/Berlin |       |

    Scenario: The next night
      Given these leads are on the contact list
        | lead   | phone        | zone          |
        | Miller | +49301234567 | Europe/Berlin |
        | Smith  | +49301234568 | Europe/Berlin |
      When these leads are loaded
        | lead   | phone        | zone          |
        | Miller | +49309999999 | Europe/Berlin |
        | Smith  | +49301234568 | Europe/Berlin |
        | Garcia | +49301234569 | Europe/Berlin |
      Then 1 lead is new, 1 has changed and 1 is as before
      And the contact list shows
        | lead   | phone        |
        | Miller | +49309999999 |
        | Garcia | +49301234569 |

    Scenario: More leads than fit into one call
      When 1,500 leads are loaded
      Then 1,500 leads are new, 0 have changed and 0 are as before

  Rule: Scores stay

    Scenario: A lead with a score is loaded again
      Given lead Miller carries score 80, calculated at 08:00
      When these leads are loaded
        | lead   | phone        | zone          |
        | Miller | +49309999999 | Europe/Berlin |
      Then lead Miller carries score 80, calculated at 08:00
      And the contact list shows
        | lead   | phone        |
        | Miller | +49309999999 |

    Scenario: The export has a score column of its own
      Given lead Miller carries score 80, calculated at 08:00
      When these leads are loaded
        | lead   | phone        | ml_score |
        | Miller | +49309999999 | 5        |
      Then lead Miller carries score 80, calculated at 08:00

  Rule: Who was called stays called

    @redial-safety @simulator-only
    Scenario: A lead that was reached is loaded again with another number
      Given lead Miller carries score 80, calculated at 08:00
      And an agent has reached lead Miller
      When these leads are loaded
        | lead   | phone        | zone          |
        | Miller | +49309999999 | Europe/Berlin |
      Then the record of the call to lead Miller is still there
      And lead Miller does not wait to be dialled

  Rule: What cannot be loaded is named

    Scenario: A lead without a usable name
      When these leads are loaded
        | lead      | phone        |
        | Miller    | +49301234567 |
        | Smith & 1 | +49301234568 |
      Then 1 lead is new, 0 have changed and 0 are as before
      And row 2 was not loaded because of its invalid lead id

    Scenario: A column that the contact list does not have
      When these leads are loaded
        | lead   | phone        | shoe size |
        | Miller | +49301234567 | 46        |
      Then the load fails and names the column shoe size
      And lead Miller is not on the contact list

    Scenario: A cell that is too long for the platform
      When leads Miller, Smith and Garcia are loaded, Smith with a note of 600 characters
      Then 2 leads are new, 0 have changed and 0 are as before
      And lead Smith was refused by the platform

  Rule: Loading stays inside the call budget and survives failures

    @rate-limit @simulator-only
    Scenario: A large load under a small budget
      Given the platform allows 10 calls a minute
      When 600 leads are loaded
      Then 600 leads are new, 0 have changed and 0 are as before

    @simulator-only @outage
    Scenario: The answer to a write gets lost
      Given the answer to the first write gets lost
      When 300 leads are loaded
      Then 300 leads are new, 0 have changed and 0 are as before
