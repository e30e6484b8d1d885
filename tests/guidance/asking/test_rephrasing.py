"""A language model may word an answer anew; whatever the stored text does not hold is thrown out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from neoher.errors import InputError
from neoher.guidance.asking import Answer
from neoher.guidance.asking.reading.vocabulary import Vocabulary
from neoher.guidance.asking.rephrasing import Endpoint, faithful, rephrased
from neoher.guidance.knowledge import load_knowledge
from neoher.record.case import Case

Ask = Callable[..., Answer]
SEEN: list[dict[str, Any]] = []


@contextmanager
def endpoint(reply: Callable[[dict[str, Any]], str]) -> Iterator[Endpoint]:
    """A server on this machine that answers as an OpenAI-compatible endpoint does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            SEEN.append({"path": self.path, "body": body, "key": self.headers.get("Authorization")})
            content = {"choices": [{"message": {"content": reply(body)}}]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            """Nothing on the test's output."""

    SEEN.clear()
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Endpoint(f"http://127.0.0.1:{server.server_port}/v1", "test", "secret")
    finally:
        server.shutdown()
        server.server_close()


def saying(statement: str, *texts: str) -> Callable[[dict[str, Any]], str]:
    """A reply that words one statement so."""
    return lambda _: json.dumps({"sentences": [{"statement": statement, "text": text} for text in texts]})


def test_a_faithful_wording_is_shown_beside_the_stored_one(asked: Ask) -> None:
    answer = asked("When is surgery done after the last dose?")
    with endpoint(saying("surgery.timing", "An operation follows 3-6 weeks after the last dose.")) as server:
        new = rephrased(answer, server)
    assert new.answer[0].text == "An operation follows 3-6 weeks after the last dose."
    assert new.answer[0].rephrased
    assert new.answer[0].stored == answer.answer[0].text
    assert new.answer[0].sources == answer.answer[0].sources


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("surgery.timing", "An operation follows 2-6 weeks after the last dose."),
        ("surgery.timing", "An operation follows two weeks after the last dose."),
        ("surgery.timing", "Surgery is not done 3-6 weeks after the last dose."),
        ("surgery.timing", "Surgery is done 3-6 weeks after the last dose of Kadcyla."),
        ("surgery.timing", "Surgery is done more than 3-6 weeks after the last dose."),
        ("surgery.timing", ""),
        ("surgery.clip", "Surgery is done 3-6 weeks after the last dose."),
        ("made.up", "Surgery is done 3-6 weeks after the last dose."),
    ],
)
def test_a_wording_that_adds_or_changes_something_is_thrown_out(
    asked: Ask, statement: str, text: str
) -> None:
    answer = asked("When is surgery done after the last dose?")
    with endpoint(saying(statement, text)) as server:
        new = rephrased(answer, server)
    assert [line.text for line in new.answer] == [line.text for line in answer.answer]
    assert not any(line.rephrased for line in new.answer)
    assert "rephrasing-thrown-out" in [caution.code for caution in new.warnings]


def test_a_wording_that_loses_a_negation_is_thrown_out(asked: Ask) -> None:
    answer = asked("May an anthracycline be given together with trastuzumab?")
    assert answer.answer[0].item == "choice.never-with-anthracycline"
    text = "An anthracycline is given at the same time as trastuzumab, pertuzumab or T-DXd."
    with endpoint(saying("choice.never-with-anthracycline", text)) as server:
        assert not rephrased(answer, server).answer[0].rephrased


@pytest.mark.parametrize(
    "reply", ["", "no json", "{}", '{"sentences": 3}', '{"sentences": [{"text": "x"}]}', "[]"]
)
def test_a_reply_that_is_none_leaves_the_stored_wording(asked: Ask, reply: str) -> None:
    answer = asked("When is surgery done?")
    with endpoint(lambda _: reply) as server:
        new = rephrased(answer, server)
    assert new.answer == answer.answer
    assert "not-rephrased" in [caution.code for caution in new.warnings]


def test_an_endpoint_that_is_not_there_leaves_the_stored_wording(asked: Ask) -> None:
    answer = asked("When is surgery done?")
    new = rephrased(answer, Endpoint("http://127.0.0.1:9/v1", "test"))
    assert new.answer == answer.answer
    assert "not-rephrased" in [each.code for each in new.warnings]


def test_an_address_that_is_none_is_refused(asked: Ask) -> None:
    with pytest.raises(InputError, match="no web address"):
        rephrased(asked("When is surgery done?"), Endpoint("file:///etc/passwd", "test"))


def test_neither_the_question_nor_the_case_leaves_the_machine(asked: Ask, case: Case) -> None:
    answer = asked("Can Enhertu and doxorubicin be combined in my patient Zebedee?")
    with endpoint(lambda _: "{}") as server:
        rephrased(asked("Can Enhertu and doxorubicin be combined?", case=case), server)
        sent = json.dumps(SEEN)
        assert "P001" not in sent
        assert "combined?" not in sent
        SEEN.clear()
        rephrased(answer, server)
        rephrased(asked("What is her RCB?", case=case), server)
    assert "Zebedee" not in json.dumps(SEEN)
    assert all("1.537" not in json.dumps(each) for each in SEEN)


def test_the_key_goes_to_the_endpoint_alone(asked: Ask) -> None:
    with endpoint(lambda _: "{}") as server:
        new = rephrased(asked("When is surgery done?"), server)
    assert SEEN[0]["key"] == "Bearer secret"
    assert SEEN[0]["path"] == "/v1/chat/completions"
    assert "secret" not in new.model_dump_json()


def test_every_stored_text_is_faithful_to_itself() -> None:
    """The check refuses nothing that says exactly what is stored."""
    knowledge = load_knowledge()
    vocabulary = Vocabulary(knowledge)
    assert all(faithful(each.clinician, each.clinician, vocabulary) for each in knowledge.statements.values())
