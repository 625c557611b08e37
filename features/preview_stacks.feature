# SPDX-License-Identifier: Apache-2.0
@previews @engine @simulator-only
Feature: A change is tried out before it reaches the contact centre

  Rule: Previews share an organisation, and neither meet nor stay

    Scenario: Two changes are tried out at the same time
      Given an environment with 12 leads
      When changes 7 and 8 are tried out in the same organisation
      And change 7 makes leads be of high value from 85 on, and is tried out again from another machine
      Then the preview of change 7 has the new rules, and that of change 8 has the old ones
      And no preview calls anybody, and the number that is shown is nobody's
      When the time of change 8 is over
      Then the preview of change 7 is still there, and that of change 8 is not
      When change 7 is closed
      Then nothing of a preview is left
      And the organisation is as it was

    Scenario: A change cannot be tried out to the end
      Given an organisation in which nothing is set up
      And the organisation refuses campaigns
      When change 9 is tried out, and fails
      And change 9 is closed
      Then nothing of a preview is left
      And the organisation is as it was

  Rule: A change that would harm leads is stopped before it is made

    Scenario: Four changes that would do harm
      Given an environment with 12 leads
      Then each of these changes is stopped, and it is told what would have happened to whom
        | change                          | told                                                                                   |
        | scores are sorted as text       | a lead with score 9 would be called before one with 87                                 |
        | those who push may dial as well | one stolen secret would be enough to put people on a list and have them called         |
        | leads of any age are let in     | lets old scores pass: leads would be called on them                                    |
        | a column gets another name      | the list would be replaced, and all its contacts with their call history would be lost |
      And nothing has been changed
