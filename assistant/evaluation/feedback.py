"""What readers said of answers, as questions for an evaluation."""

from __future__ import annotations

from typing import Any

from assistant.library.desk import Feedback


def question_row(said: Feedback) -> dict[str, Any]:
    """Return a row for `load_questions`.

    What a reader found right is known: its supported quotes are evidence and its articles relevant, its short
    form is acceptable; a right "not in the articles" is unanswerable. Of what was found wrong only the question is
    known; the reason, and what was said then, are there for whoever completes the row.
    """
    answer = said.answer
    row: dict[str, Any] = {
        "id": said.exchange,
        "question": said.question,
        "language": answer.get("language"),
        "rated": "good" if said.good else "bad",
        "reason": said.reason,
        "said": answer.get("text", ""),
        "answerer": answer.get("answerer", ""),
        "given": said.given.isoformat(),
        "versions": dict(said.versions),
    }
    if said.earlier:
        row["earlier"] = list(said.earlier)
    return row | _known(answer) if said.good else row


def _known(answer: Any) -> dict[str, Any]:
    if answer.get("abstained"):
        return {"answerable": False, "why": "confirmed"}
    cited = [one for one in answer.get("citations", ()) if one["verdict"] == "supported"]
    known = {
        "evidence": list(dict.fromkeys(one["quote"] for one in cited)),
        "relevant": list(dict.fromkeys(one["article"]["id"] for one in cited)),
        "norm": [answer["short"]] if answer.get("short") else [],
    }
    return {name: values for name, values in known.items() if values}
