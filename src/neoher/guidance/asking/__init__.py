"""Asking: questions in free words, answered by stored statements or by facts of the case, or not at all.

::

    from neoher.guidance.asking import Question, ask
    answer = ask(Question("Is Enhertu approved before surgery?", today=today), load_knowledge())

`shorthand`, `spelling`, `correcting` and `vocabulary` read a question as the things it names; `library` holds
the stored texts and their full-text index; `ranking` judges how much of a question each text holds; `asking`
gives the best or abstains; `case_facts` answers from the record; `conversation` completes follow-ups;
`rephrasing` lets a language model word an answer anew and throws out what the stored text does not hold;
`page` is the answer as HTML.
"""

from neoher.guidance.asking.answer import Answer, AnswerLine
from neoher.guidance.asking.asking import Question, ask

__all__ = ["Answer", "AnswerLine", "Question", "ask"]
