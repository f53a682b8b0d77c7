"""The lexicon: ordinary words of questions, which name neither a model nor a benchmark.

A word that is neither here nor part of a known name is suspected to be a name that nobody knows: better to ask once
too often than to answer about something else.
"""

from __future__ import annotations


def words_of(text: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(text.split())


ORDINARY = words_of(
    """
    a about above accuracy accurate achieve actual actually add after afterwards again against ago ahead ai all
    almost already also alternatively always am among an and another answer any anyone anything approximately
    are around as ask assume assuming at average aware bad based be beat beats because become been before begin
    behind being below benchmark benchmarks best better between big bigger blind board both bottom break but by
    bye calculate can card case caveat caveats certain chance chances cheap cheers clear close closer come comes
    compare compared comparing comparison components confidence confident consider correct cot could data date
    day days deeper describe detail details did difference different do does doing don done down drive drives
    each easy eight eighth either else end error estimate etc eval evals evaluate evaluated evaluation even ever
    every everything evidence exact exactly example examples exceed exceeds expect expected experiment explain
    explanation fair fairly family far fast few fifth figure figures find fine first five fly following for
    forecast forecasted forecaster forecasters forecasting forecasts forget four fourth from full further future
    game general generally get gets getting give given gives go goes going gonna good got grade great greater
    grow guess had half happen happens hard has have having he head hello help helpful her here hey hi high
    higher highest him his hit hits how however i idea if ignore in included info information instead interval
    intervals into is isn it its itself joke just keep kind know known knows large larger last later latest lead
    leader leaderboard leading leads least less let level like likelihood likely limit line link links list
    little llm llms long look lot low lower lowest main make makes many matter maximum may maybe me mean meaning
    means measure measured measurement measures median mention metric might mine minimum model models moment
    more most much must my name named names near nearest necessary need never new news next nice no non none nor
    normal not nothing now number numbers of off oh ok okay old on once one ones only onto opinion or order
    other others our out outcome outperform outperforms over overall own pass passes past people per percent
    percentage perform performance performs perhaps place please plus point points possible predict predicted
    prediction predictions pretty previous prior probability probably problem public published put question
    questions quick quickly quite range rank ranking rate rather reach reached reaches really reason reasons
    record records redo reference references regarding relative remain report reported reporting reports respect
    respectively rest result results right rough roughly run runs safe said same say says score scored scores
    scoring second see seem seems seen set setting settings seven seventh several shall she shot shots should
    show shows side similar simple simply since six sixth size small smaller so some someone something soon
    sorry sota source sources speak specific stand stands start state stay stays still strong stronger strongest
    such suppose sure surpass surpasses take task tell ten term terms test tested testing tests than thank
    thanks that the their them then there these they thing things think third this those though three threshold
    through thus time to today together told too tool tools top total toward towards trial true truth try two
    typical under understand unit unknown unless unlike until up upon us use used using usual usually value
    values versus very via view vs want was way ways we weak weaker weather weight weights well went were what
    whats when where whether which while who whole whom why will win wins with withheld withhold within without
    won wonder word words work works worse worst would write wrong year yes yet you your yours zero
    """
)

ALSO_NAMES = words_of("math safety include drop frames ruler jeopardy nexus pope collie crass curie sonar")
"""Words of the language that are names of benchmarks or models as well: taken as such where a name is expected."""

BEFORE_BENCHMARK = words_of("on in at for benchmark eval evaluation test onto")
"""Words after which a benchmark is expected."""

BEFORE_MODEL = words_of(
    "will would does do can could is are did against versus vs vs. than beat beats with to between model about of"
)
"""Words after which a model is expected."""

BEFORE_EITHER = words_of("and or describe explain not")
