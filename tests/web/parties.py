"""A case over HTTP and the three who meet in it: an officer, a second officer, someone who signs."""

from typing import Any

from tests.builders import ACT, a_grant_document, a_premises_document, association, today
from tests.servers import Browserlike, Service


class Case:
    """A case and the three who meet in it."""

    def __init__(self, service: Service, document: dict[str, Any]) -> None:
        self.service = service
        self.premises = document["kind"] == "premises"
        self.officer = service.signed_in("petter" if self.premises else "alva")
        self.second, self.boss = service.signed_in("bo"), service.signed_in("disa")
        with service.api() as api:
            case = api.post("/api/v1/applications", json=document).json()
            for kind in ("stadgar", "arsmotesprotokoll", "verksamhetsplan"):
                api.post(
                    case["enclosures"],
                    data={"kind": kind},
                    files={"file": (f"{kind}.txt", f"Handling om {kind} i var forening".encode())},
                )
        self.id = str(case["id"])
        service.screened(self.id)
        assert self.officer.act(self.id, "take").status_code == 303

    def do(self, who: Browserlike, name: str, **fields: Any) -> dict[str, Any]:
        answer = who.step(self.id, name, **fields)
        self.service.screened(self.id)  # a step may have the checks asked again
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def stopped(self, who: Browserlike, name: str, **fields: Any) -> set[str]:
        """The codes by which a step is refused."""
        answer = who.step(self.id, name, **fields)
        assert answer.status_code in (403, 422), answer.text
        problem = answer.json()
        return {one["code"] for one in problem.get("errors", [])} or {problem["type"].rpartition(":")[2]}

    def searched(self, **act: str) -> str:
        found: list[str] = self.do(
            self.officer, "search", template="open_sources", searched_on="2026-11-20", found=["inget"] * 4, **(ACT | act)
        )["id"]  # fmt: skip
        return found[0]

    def assessed(self, *criteria: str) -> None:
        for one in criteria:
            self.do(self.officer, "assess", criterion=one, result="met", text="Bedömt mot det som finns i ärendet.")

    def communicated(self, clause: str, outcome: str = "refusal") -> None:
        sent = self.do(
            self.officer, "communication", outcome=outcome, clauses=[clause], text="Vad säger ni?", due="",
            channel="mail", language="sv",
        )["id"]  # fmt: skip
        self.do(self.officer, "communication-answer", communication=sent, text="Vi håller inte med.", received=today())

    def proposal(self, clause: str, **changed: Any) -> dict[str, Any]:
        return {
            "outcome": "refusal", "clauses": [clause], "reasons": "Skäl enligt beslutet.", "circumstances": "Se skälen.",
            "response": "Svaret ändrar inte bedömningen.", "amount": "", **changed,
        }  # fmt: skip


def grant(service: Service, name: str) -> Case:
    return Case(service, a_grant_document(organisation=association(name)))


def room(service: Service, name: str) -> Case:
    return Case(service, a_premises_document(organiser=name) | {"organisation": association(name)})
