@score-guard
Feature: Scores that look broken do not reach the campaign
  A model that breaks rarely fails. It scores everybody 100, or half of what it knows is missing
  and everybody moves. Each score is valid then, and the order of the calls is worthless. So the
  scores of a run are looked at together before the first of them is delivered.

  Rule: What looks broken is held until somebody has looked

    @drift-alert
    Scenario: The model scores everybody 100
      Given the contact list holds 250 leads that carry score 42, calculated at 07:00
      And the model scores all of them 100
      When the scores are pushed
      Then no lead has a new score
      And 250 scores are held, because "100% of 250 leads have the same score, 100"
      And 1 alert names 250 leads

    Scenario: The model turns everything round
      Given 250 leads got ordinary scores this morning
      And the model gives the worst leads the best scores
      When the scores are pushed
      Then no lead has a new score
      And 250 scores are held, because "of those accepted before"

    @resume
    Scenario: A run breaks off before its scores were looked at
      Given the contact list holds 250 leads that carry score 42, calculated at 07:00
      And the model scores all of them 100
      And the file breaks off after 240 rows
      When the scores are pushed and what is left is delivered
      Then no lead has a new score
      And 240 scores are held, because "100% of 240 leads have the same score, 100"

  Rule: Ordinary days are not held up

    Scenario: Many scores change a little
      Given 250 leads got ordinary scores this morning
      And the model changes all scores a little
      When the scores are pushed
      Then every lead carries its new score
      And nobody is told

    Scenario: Only the best leads are scored anew
      Given 2,000 leads got ordinary scores this morning
      And the model scores 250 of them anew, each above 80
      When the scores are pushed
      Then every lead carries its new score
      And nobody is told

    Scenario: Too few scores to tell
      Given the contact list holds 100 leads that carry score 42, calculated at 07:00
      And the model scores all of them 100
      When the scores are pushed
      Then every lead carries its new score
      And nobody is told

  Rule: Somebody decides what becomes of held scores

    Scenario: They are right after all
      Given the contact list holds 250 leads that carry score 42, calculated at 07:00
      And the model scores all of them 100
      When the scores are pushed, released and delivered
      Then every lead carries its new score
      And scores like these are not held again

    Scenario: They are wrong, and the model is mended
      Given 250 leads got ordinary scores this morning
      And the model scores all of them 100
      When the scores are pushed and dropped
      And the model changes all scores a little, and these are pushed
      Then every lead carries its new score

    Scenario: It was meant to be so
      Given the contact list holds 250 leads that carry score 42, calculated at 07:00
      And the model scores all of them 100
      When the scores are pushed as they are, whatever they look like
      Then every lead carries its new score
      And nobody is told

  Rule: A stream has no end, so it is stopped where it begins to look broken

    @simulator-only @drift-alert
    Scenario: From some moment on everybody is scored 100
      Given 250 leads got ordinary scores this morning
      And the model scores all of them 100
      When the service is sent the scores within 10 minutes
      Then every message is answered with yes
      And the first 200 leads carry their new scores
      And the last 50 scores are held, and somebody is told
