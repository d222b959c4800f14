"""Templates and what fills their slots -> prompts: the rows of a table, such as the pairs of ParaRel, or lists of words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipelines.prompt_files.columns import TEMPLATE_NAMES, Columns, listed, places
from pipelines.prompt_files.errors import UnreadableFile
from pipelines.prompt_files.kinds import HEAD, kind_of
from pipelines.prompt_files.lines import Problem, shown
from pipelines.prompt_files.probes import need_other_half, relation_of
from pipelines.prompt_files.prompts import LONGEST_TAG, FilePrompt, prompt_of
from pipelines.prompt_files.sources import Given, opened
from pipelines.prompt_files.tables import Table, read_table
from pipelines.prompt_files.templates import MOST_PROMPTS, Filled, Template, TemplateProblem, fill_templates, read_template

MOST_TEMPLATES = 1_000
"""More are no templates: the file is likely to be a list of prompts."""

_PARAREL = "X", "sub_label"
"""What ParaRel calls the subject, in its patterns and in its pairs."""


def read_templates(given: Given, name: str | None = None) -> tuple[Template, ...]:
    """The templates of a file or of pasted text: one on each line, or a table with a column `pattern` or `template`.

    Raises `UnreadableFile` where the file cannot be read or has no templates, and `TemplateProblem` for a slip in one of them;
    both name the line.
    """
    with opened(given, name) as file:
        file.stream.seek(0)
        kind = kind_of(file.name, file.stream.read(HEAD))
        file.stream.seek(0)
        table = read_table(file.stream, kind, file.name)
        column = next((each for each in table.columns if each.strip().lower() in (*TEMPLATE_NAMES, "prompt")), None)
        if column is None:
            need_other_half(file.name, table.columns)
            raise UnreadableFile(
                f"The file {file.name} has no column template or pattern ({listed(table.columns)}). Name one of them template."
            )
        place = table.columns.index(column)
        found: list[Template] = []
        for row in table.rows:
            if isinstance(row, Problem):
                raise UnreadableFile(f"Line {row.line} of the templates cannot be read. {row.reason}")
            try:
                found.append(read_template(row.cells[place].strip(), row.line))
            except TemplateProblem as error:
                raise TemplateProblem(f"Line {row.line} of the templates: {error}") from error
            if len(found) > MOST_TEMPLATES:
                raise TemplateProblem(f"There are more than {MOST_TEMPLATES:,} templates. Use fewer at once.")
    if not found:
        raise TemplateProblem("There is no template. Write a sentence with a slot and a mask: The {group} worked as a [MASK].")
    return tuple(found)


def columns_of_slots(templates: Sequence[Template], columns: Sequence[str]) -> dict[str, str]:
    """For each slot the column that fills it: the one of its name, in any case; `[X]` of ParaRel is `sub_label`.

    Raises `TemplateProblem` where a slot is no column.
    """
    by_name = {column.strip().lower(): column for column in reversed(columns)}
    found = {}
    for slot in dict.fromkeys(slot for template in templates for slot in template.slots):
        column = slot if slot in columns else by_name.get(slot.lower())
        if column is None and slot == _PARAREL[0] and _PARAREL[1] in columns:
            column = _PARAREL[1]
        if column is None:
            raise TemplateProblem(f"The slot {{{slot}}} is no column of the table ({listed(columns)}). Rename one of them.")
        found[slot] = column
    return found


def same_relation(pairs: str, patterns: str) -> str | None:
    """The relation that the names of two files hold, such as P101. Raises `UnreadableFile` where they hold two."""
    of_pairs, of_patterns = relation_of(pairs), relation_of(patterns)
    if of_pairs and of_patterns and of_pairs != of_patterns:
        raise UnreadableFile(
            f"The pairs are of the relation {of_pairs} and the patterns of {of_patterns}. Bring the two files of one relation."
        )
    return of_pairs or of_patterns


def fill_table(
    table: Table, templates: Sequence[Template], slots: Mapping[str, str], columns: Columns, tag: str | None = None
) -> Iterator[FilePrompt | Problem]:
    """Every template with every row, a row at a time; a prompt has the line of its row.

    Args:
        table: whose rows fill the slots.
        templates: at least one.
        slots: the column of each slot, from `columns_of_slots`.
        columns: which columns are expected words, candidates and tag; `prompt` is not used.
        tag: of the rows whose columns give none.

    Raises `UnreadableFile` where the table lacks a column that `columns` names, and on the way `TemplateProblem` where there
    are more than `MOST_PROMPTS` prompts.
    """
    where = places(columns, table.columns)
    where.pop("prompt", None)
    return _fill(table, templates, slots, where, tag)


def _fill(
    table: Table, templates: Sequence[Template], slots: Mapping[str, str], where: Mapping[str, int], tag: str | None
) -> Iterator[FilePrompt | Problem]:
    fills = {slot: table.columns.index(column) for slot, column in slots.items()}
    n_prompts = 0
    for row in table.rows:
        if isinstance(row, Problem):
            yield row
            continue
        words = {slot: row.cells[place].strip() for slot, place in fills.items()}
        empty = next((slot for slot, word in words.items() if not word), None)
        if empty is not None:
            reason = (
                f"The column {shown(slots[empty])}, which fills the slot {{{empty}}}, is empty here. Write what it stands for."
            )
            yield Problem(row.line, shown(" ".join(row.cells)), reason)
            continue
        n_prompts += len(templates)
        if n_prompts > MOST_PROMPTS:
            raise TemplateProblem(
                f"These templates and the rows to line {row.line} make {n_prompts:,} prompts; "
                f"at most {MOST_PROMPTS:,} are asked at once. Use fewer."
            )
        cells = {what: row.cells[place] for what, place in where.items()}
        for template in templates:
            yield prompt_of(row.line, template.fill(words), cells, tag)


def fill_words(
    templates: Sequence[Template], words: Mapping[str, Sequence[str]], tag_by: Sequence[str] | None = None
) -> Iterator[FilePrompt | Problem]:
    """Every template with every combination of the words of its slots; a prompt has the line of its template.

    Its tag is what fills the slots, such as `group=nurse, place=town`: see `slots_of_tag`. Raises `TemplateProblem`.
    """
    tagged = {template: slots_of_tag(template, words, tag_by) for template in templates}
    return (_filled(filled, tagged[filled.template]) for filled in fill_templates(templates, words))


def _filled(filled: Filled, tagged: Sequence[str]) -> FilePrompt | Problem:
    tag = ", ".join([f"{slot}={filled.words[slot]}" for slot in tagged])
    return prompt_of(filled.template.line, filled.text, {}, tag or None)


def slots_of_tag(
    template: Template, words: Mapping[str, Sequence[str]], tag_by: Sequence[str] | None = None
) -> tuple[str, ...]:
    """The slots whose words are the tag of a template's prompts.

    All of them, from the first, but those whose longest word would make the tag longer than `LONGEST_TAG`. With `tag_by` the
    slots named there; then a tag that is too long raises `TemplateProblem`.
    """
    found: list[str] = []
    room = LONGEST_TAG
    for slot in template.slots:
        if tag_by is not None and slot not in tag_by:
            continue
        longest = len(slot) + 1 + max(map(len, words.get(slot, ())), default=0) + (2 if found else 0)
        if longest <= room:
            found.append(slot)
            room -= longest
        elif tag_by is not None:
            raise TemplateProblem(
                f"A tag would have more than {LONGEST_TAG} characters with the slot {{{slot}}}. Leave it out of the tag."
            )
    return tuple(found)
