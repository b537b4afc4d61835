"""What is said of a resemblance."""

from tests.matching.comparing import people


def test_the_evidence_shows_both_spellings_strongest_first_and_what_would_settle_it() -> None:
    [candidate] = people("Tarkvin Vosberg")

    assert {("same_sound", "Tarkvin", "Tarquin"), ("same_sound", "Vosberg", "Vossberg")} <= {
        (one.code, one.left, one.right) for one in candidate.evidence
    }
    assert (candidate.evidence[-1].code, candidate.evidence[-1].right) == ("settle_birth", "1971")
