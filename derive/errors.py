"""Located problems, and the table of every message that derive can print.

A problem is data: it is collected, sorted and printed by the reports; nothing is lost because something else failed
first. To add a message, add one row to ``CODES``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace


class Span(Struct, frozen=True):
    """A stretch of a file: 1-based lines and columns, counted in characters; the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Code(Struct, frozen=True):
    """One kind of message: a stable code, a template for what was found and required, and a page for ``explain``."""

    code: str
    title: str
    template: str
    help: str
    page: str


class Problem(Struct, frozen=True):
    """One located message; ``span`` is None where only the file is known, ``at`` holds offsets not yet placed."""

    code: str
    message: str
    help: str = ""
    path: str = ""
    span: Span | None = None
    at: tuple[int, int] | None = None
    claim_id: str | None = None

    @property
    def is_lint(self) -> bool:
        """Whether the problem leaves the claim checkable: a matter of hygiene, family DV5xx."""
        return self.code.startswith("DV5")

    def placed(self, path: str, span: Span | None, claim_id: str | None = None) -> Problem:
        """The same problem at a place in a file, unless it has one already."""
        return replace(
            self,
            path=self.path or path,
            span=self.span or span,
            claim_id=self.claim_id or claim_id,
        )


class InputError(Exception):
    """Input that cannot be read; carries the located problems. Never raised for a defect of derive itself."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(f"{p.message}; {p.help}" if p.help else p.message for p in problems))
        self.problems = problems


def problem(code: str, /, at: tuple[int, int] | None = None, help: str | None = None, **found: object) -> Problem:
    """Make the problem of a row of ``CODES``; every text is cut to a length that fits a message.

    Raises KeyError: the row or a placeholder is missing.
    """
    row = CODES[code]
    limits = {"repair": 400}  # it may list what is known
    short = {k: clip(v, limits.get(k, 160)) if isinstance(v, str) else v for k, v in found.items()}
    return Problem(code, row.template.format(**short), row.help.format(**short) if help is None else help, at=at)


def clip(text: str, limit: int = 60) -> str:
    """The text on one line and cut to ``limit`` characters, so that hostile input cannot flood a message."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


_NOTHING: Mapping[str, str] = MappingProxyType({})


def meant(name: str, known: Iterable[str], elsewhere: Mapping[str, str] = _NOTHING) -> str:
    """The repair for a misspelt name: its nearest neighbours, or all known names when there are few.

    ``elsewhere`` says what is called otherwise in other places.
    """
    if other := elsewhere.get(name.lower()):
        return f"did you mean `{other}`?"
    from difflib import get_close_matches  # of no use where nothing is misspelt

    names = sorted(set(known))
    if len(names) > 500:
        names = [n for n in names if n[:1] == name[:1] and abs(len(n) - len(name)) < 2][:500]
    same = [n for n in names if n.lower() == name.lower()]
    near = same or get_close_matches(name, names, n=2, cutoff=0.75) or get_close_matches(name, names, n=2, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(f'`{n}`' for n in near)}?"
    return f"known: {', '.join(f'`{n}`' for n in names)}" if 0 < len(names) <= 20 else ""


_FILE = (
    Code(
        "DV001",
        "File not found",
        "there is no file `{path}`",
        "check the path, or run `derive init` to write a first claim file",
        "The file named on the command line, or in `[tool.derive] files`, does not exist. A gate that silently checked "
        "nothing would be green for ever, so a missing file is an error.",
    ),
    Code(
        "DV002",
        "File cannot be read",
        "`{path}` cannot be read: {why}",
        "name a readable text file",
        "The path exists but is not a readable regular file: it is a directory, or its permissions forbid reading.",
    ),
    Code(
        "DV003",
        "File too large",
        "the file has {found} bytes; at most {limit} are allowed",
        "split the file",
        "Claim files are data from strangers, so their size is bounded before anything is parsed.",
    ),
    Code(
        "DV004",
        "Not UTF-8",
        "byte 0x{byte} is not valid UTF-8",
        "save the file as UTF-8",
        "Claim files are UTF-8 text. The place is that of the first byte that is not.",
    ),
    Code(
        "DV005",
        "Control character",
        "found the control character {found}",
        "remove it; a claim file is plain text",
        "Control characters, exotic line separators and invisible direction marks have no place in a claim "
        "file: they make a formula look like another one.",
    ),
    Code(
        "DV006",
        "YAML syntax",
        "this is not valid YAML: {why}",
        "quote the text with single quotes",
        "The file does not follow YAML. Text that contains `: `, ` #`, or starts with one of `> | * & ! % @ [ {` and a "
        "backtick must stand in single quotes. The claim that contains the error is skipped, the others are checked.",
    ),
    Code(
        "DV007",
        "Unquoted relation",
        "`{found}` at the start of a value has a meaning of its own in YAML",
        "quote the whole text: '{quoted}'",
        "YAML reads `>` at the start of a value as a folded block and `!` as a tag, so a step that starts with "
        "`>`, `>=` or `!=` must be quoted: `- '>= 0'`. Steps that start with `==`, `<` or `<=` need no quotes.",
    ),
    Code(
        "DV008",
        "Duplicate key",
        "the key `{key}` is given twice; the first one is on line {first}",
        "remove one of the two",
        "YAML 1.1 lets the last of two equal keys win silently. Here it is an error.",
    ),
    Code(
        "DV009",
        "Unknown key",
        "unknown key `{key}` in {where}",
        "{repair}",
        "Only the documented keys are allowed, so that a misspelt `expct:` cannot turn a gate off.",
    ),
    Code(
        "DV010",
        "Anchor or alias",
        "anchors and aliases are not allowed: found `{found}`",
        "write the text out; if `*` or `&` starts a formula, quote it",
        "A YAML alias repeats another part of the file, and a few lines of aliases can stand for gigabytes of data.",
    ),
    Code(
        "DV011",
        "Tag",
        "YAML tags are not allowed: found `{found}`",
        "remove the tag; if `!` starts a text, quote it",
        "A YAML tag asks the reader to build an object. Claim files are plain data.",
    ),
    Code(
        "DV012",
        "Escape in a quoted text",
        "`{found}` in double quotes is an escape, not a backslash and a letter",
        "use single quotes, or a name such as `beta` or `β`",
        "In double quotes YAML reads `\\b` as a backspace and `\\n` as a line break, so a quoted `\\beta` or `\\nabla` "
        "loses its first letter. Single quotes keep every character.",
    ),
    Code(
        "DV013",
        "Wrong kind of value",
        "`{key}` must be {required}, found {found}",
        "{repair}",
        "Every key has one kind of value: a text, a list, or a mapping.",
    ),
    Code(
        "DV014",
        "Missing key",
        "{where} has no `{key}`",
        "add `{key}: …`",
        "Every claim has an id, and every file a list of claims; nothing is guessed.",
    ),
    Code(
        "DV015",
        "Format version",
        "`derive: {found}` is not a known format version",
        "write `derive: 1`",
        "The first key of a claim file is the version of its format. This version of derive reads format 1.",
    ),
    Code(
        "DV016",
        "Too much of it",
        "{what}: {found}, more than the {limit} allowed",
        "split the file or the text",
        "The number of claims, the depth of nesting and the length of each text are bounded before anything is "
        "computed.",
    ),
    Code(
        "DV017",
        "Invalid value",
        "`{key}: {found}` is not allowed",
        "write {required}",
        "The value of this key is one of a closed set.",
    ),
    Code(
        "DV018",
        "Invalid id",
        "`{found}` is not a valid id",
        "use a-z, A-Z, 0-9, `-`, `_` and `.`, starting with a letter or a digit, 100 characters at most",
        "Ids stand in reports, in URLs and on command lines, so they are short and plain. Titles may use any script.",
    ),
    Code(
        "DV019",
        "Duplicate id",
        "the id `{found}` is already used on line {first}",
        "give each claim its own id",
        "An id names one claim of its file in reports and in the cache.",
    ),
    Code(
        "DV020",
        "Expectation without a reason",
        "`expect: {found}` needs `because`",
        "add `because: …` in one sentence",
        "A claim that is expected not to be proved must say why, so that a reader can tell a known misprint "
        "from a hidden failure.",
    ),
    Code(
        "DV021",
        "What is claimed",
        "a claim needs exactly one of `claim`, `steps`, `cases` and `value`; found {found}",
        "keep one of them",
        "`claim` is a relation, `steps` a derivation line by line, `cases` several of them under assumptions that "
        "cover everything, `value` a printed number.",
    ),
    Code(
        "DV022",
        "Several documents",
        "a claim file is one YAML document; a second one starts here",
        "remove the `---` line",
        "Only one document is read from a file, so a second one would be ignored silently.",
    ),
    Code(
        "DV023",
        "Not a claim file",
        "a claim file is a mapping with the key `claims`; found {found}",
        "start the file with `derive: 1` and list the claims below `claims:`; a file that is none is left out of a "
        "folder by `exclude` under [tool.derive]",
        "The top level of a claim file is a mapping with the key `claims`. A folder stands for all `*.yaml` in it: "
        "what is not a claim file is told, since it might be one that was spoilt.",
    ),
    Code(
        "DV024",
        "Empty value",
        "`{key}` is empty",
        "write its text, or remove the key",
        "A key without a value says nothing, so it is taken for a slip.",
    ),
    Code(
        "DV025",
        "Text after a quoted value",
        "`{found}` follows the closing quote and is not part of the text",
        "quote the whole text, or nothing of it",
        "YAML takes a value that starts with a quote to end at the closing quote.",
    ),
)

_FORMULA = (
    Code(
        "DV030",
        "No formula",
        "there is no formula here",
        "write an expression, such as `Sum(exp(o[k]), k)`",
        "The text of a claim, a step or a definition is empty.",
    ),
    Code(
        "DV031",
        "Formula too large",
        "the formula has more than the {limit} {what} allowed",
        "give its parts names under `define`",
        "Claim files are data from strangers, so the length, the nesting and the number of parts of a formula are "
        "bounded before anything is computed.",
    ),
    Code(
        "DV032",
        "Brackets do not match",
        "`{found}` has no matching `{required}`",
        "{repair}",
        "Every bracket needs its partner: `(` with `)` and `[` with `]`, properly nested.",
    ),
    Code(
        "DV033",
        "Symbol not in the language",
        "{found} is not part of the claim language",
        "{repair}",
        "Formulas are infix text: `+ - * / **`, the relations `== != < <= > >=`, parentheses, `[ ]` for indices, and "
        "commas between arguments. Nothing else is read, so no formula can run code.",
    ),
    Code(
        "DV034",
        "Operator missing",
        "found `{found}` right after `{before}`, where an operator is required",
        "write {repair}",
        "A product is always written with `*`; parentheses after a name call a function.",
    ),
    Code(
        "DV035",
        "Reserved word",
        "`{found}` is a reserved word",
        "{repair}",
        "The words that the Python language reserves cannot be names, so that a formula reads the same in every tool.",
    ),
    Code(
        "DV036",
        "Expression missing",
        "found {found}, where an expression is required",
        "{repair}",
        "An operator needs an expression on both sides, and an argument cannot be empty.",
    ),
    Code(
        "DV037",
        "Construct not in the language",
        "{found} is not part of the claim language",
        "{repair}",
        "A formula consists of numbers, names, components `o[i]`, calls `f(x)`, and arithmetic.",
    ),
    Code(
        "DV038",
        "Wrong number of arguments",
        "`{name}` takes {required}, found {found}",
        "write {usage}",
        "Every function of the language has its own number of arguments.",
    ),
    Code(
        "DV040",
        "Number too large",
        "{what} `{found}` is larger than allowed: {limit}",
        "use a symbol for it",
        "A short text such as 9**9**9 can stand for a number that no machine holds, so literals and their powers are "
        "bounded.",
    ),
    Code(
        "DV041",
        "Number badly written",
        "`{found}` is not how a number is written",
        "{repair}",
        "Numbers are decimal: `2`, `0.25`, `1e-9`, `Rational(1, 3)`. They are exact.",
    ),
    Code(
        "DV042",
        "Index required",
        "found `{found}`, where an index is required",
        "{repair}",
        "An index is a name, or a whole number that counts from 1. Indices are places, not numbers: they cannot be "
        "computed with.",
    ),
    Code(
        "DV043",
        "Relation inside an expression",
        "found the relation `{found}`, where an expression is required",
        "{repair}",
        "The relations `== != < <= > >=` stand between expressions, at the top of a claim, a step or an assumption, "
        "and in the restriction of a sum: `Sum(e, k, k != i)`.",
    ),
    Code(
        "DV044",
        "Relation required",
        "found `{found}`, where a relation is required",
        "start the step with one of `==`, `!=`, `<`, `<=`, `>`, `>=`",
        "The first line of `steps` is an expression, every further line is a relation and an expression.",
    ),
    Code(
        "DV045",
        "Derivative with respect to this",
        "cannot read `{found}` as a target of diff",
        "{repair}",
        "`diff(e, v, w, 2)` differentiates by v once and by w twice. Targets are variables `x` or components `o[j]`; a "
        "whole number repeats the target before it.",
    ),
    Code(
        "DV046",
        "Limit",
        "cannot read `{found}` as {what} of a limit",
        "write limit(e, x, a), or limit(e, x, a, '+') for the limit from the right, '-' from the left",
        "A limit names an expression, a variable, the point that it tends to (`oo` is infinity) and, if it is "
        "one-sided, a side.",
    ),
    Code(
        "DV047",
        "Range of a sum",
        "cannot read `{found}` as a restriction of {kind} over `{index}`",
        "{repair}",
        "`Sum(e, k)` runs over the whole range of k, and `Sum(e, k, k != i, k != j)` leaves places out. No other range "
        "exists.",
    ),
    Code(
        "DV048",
        "Variable of an optimum",
        "cannot read `{found}` as the variable of {kind}",
        "write {kind}(e, p), with p a variable or the bare name of an array",
        "`argmax(e, p)` is the value of the variable p at which e is largest.",
    ),
    Code(
        "DV049",
        "Another name",
        "`{found}` is not a name of the claim language",
        "write `{repair}`, or declare `{found}` if it is your own",
        "Functions and constants have the names that SymPy gives them: `log` is the natural logarithm, `oo` infinity, "
        "`Abs` the absolute value.",
    ),
)

_MEANING = (
    Code(
        "DV067",
        "Lemma",
        "{found}",
        "{repair}",
        "`using` names claims of the same file that a claim or a step rests on, each expected to be proved, none of "
        "them resting on this one in turn. Their variables are those of the same name, or what is said after the id: "
        "`an-id: {x: a + b}`, `an-id: {'x[k]': p[k]/q[k], i: j}`.",
    ),
    Code(
        "DV068",
        "Reason of a step",
        "{found}",
        "{repair}",
        "`by` says what a step rests on: a family of rules such as `quotient rule`, `cancel` or `Jensen`, "
        "`definition of` and a name that the step mentions, or a hypothesis as it stands under `assume`.",
    ),
    Code(
        "DV069",
        "Cases",
        "{found}",
        "{repair}",
        "The cases of a claim must cover everything, which is proved from the opposites of their assumptions. The "
        "opposite of a relation is the opposite sign only where both sides have a value and every index is one of "
        "the claim.",
    ),
    Code(
        "DV070",
        "Unknown type",
        "unknown type `{found}`",
        "{repair}",
        "Types are real, positive, negative, nonnegative, nonzero, integer, positive integer, nonnegative integer; of "
        "arrays real[n], positive[n], real[m,n], onehot[n], simplex[n] and so on; and index[n].",
    ),
    Code(
        "DV071",
        "Bad dimension",
        "`{found}` cannot be a dimension",
        "{repair}",
        "A dimension is the name of a positive integer, as `n` in `n: positive integer`, or a number written "
        "out, as in `real[3]`.",
    ),
    Code(
        "DV072",
        "Bad name",
        "`{found}` cannot be used as a name",
        "{repair}",
        "Names are letters, digits and underscores and do not start with a digit; words of the language such as "
        "`lambda` cannot be names. Greek letters are welcome: `lam` or `λ`.",
    ),
    Code(
        "DV073",
        "Bad definition",
        "`{found}` does not read as the left side of a definition",
        "write `loss: …`, `s[i]: …` or `sigmoid(x): …`",
        "A definition is a template: a plain name, a name with distinct indices in brackets, or a name with "
        "distinct arguments in parentheses.",
    ),
    Code(
        "DV074",
        "Circular definition",
        "`{name}` is defined by itself: {cycle}",
        "break the circle",
        "Definitions are expanded before anything else, so they may not refer to themselves.",
    ),
    Code(
        "DV075",
        "Expansion too large",
        "with its definitions written out the claim has more than {limit} parts",
        "use fewer nested definitions, or declare an intermediate quantity as a variable",
        "A dozen definitions that each use the previous one twice grow without bound, so expansion is budgeted.",
    ),
    Code(
        "DV076",
        "Unknown name",
        "unknown name `{name}`",
        "{repair}",
        "Every scalar, array and definition is declared under `variables` or `define`. Indices need no declaration.",
    ),
    Code(
        "DV077",
        "Unknown function",
        "unknown function `{name}`",
        "{repair}",
        "Functions are those of the language and those that `define` introduces.",
    ),
    Code(
        "DV078",
        "Wrong number of places",
        "`{name}` takes {required}, found {found}",
        "write {usage}",
        "An array of two dimensions needs two indices, a definition as many indices or arguments as its left "
        "side shows.",
    ),
    Code(
        "DV079",
        "Dimensions clash",
        "the index `{index}` ranges over `{first}` and over `{second}`",
        "use two different indices, or declare one dimension for both",
        "Every index has one dimension, the one of the array slots in which it stands. Two dimensions never mix.",
    ),
    Code(
        "DV080",
        "Dimension unknown",
        "nothing says which range the index `{index}` has",
        "declare it under `variables`, for example `{index}: index[n]`",
        "The dimension of an index is read from the arrays that it subscripts. Where it subscripts none, it "
        "must be declared.",
    ),
    Code(
        "DV081",
        "Index used as a number",
        "the index `{name}` is used as a number",
        "an index stands only in brackets, in KroneckerDelta and after Sum; use an array for a weight that "
        "depends on it",
        "Indices name places and are not numbers: `k*x[k]` has no meaning here.",
    ),
    Code(
        "DV082",
        "Array used as a number",
        "`{name}` is an array of {found} and needs {required}",
        "write {usage}",
        "Formulas are written by components. A bare array may only stand in Max, Min, argmax and argmin, and on the "
        "other side of an argmax.",
    ),
    Code(
        "DV083",
        "Derivative with respect to this",
        "cannot differentiate with respect to {found}",
        "diff targets are variables: a real scalar, or an array component such as `o[j]`",
        "Targets of diff are real variables or fully indexed components. Integers and dimensions do not vary "
        "continuously, and a definition is not a variable.",
    ),
    Code(
        "DV084",
        "Number used as an array",
        "`{name}` is a number and takes no index",
        "write `{name}`, or declare it as an array",
        "Only arrays and indexed definitions take indices.",
    ),
    Code(
        "DV085",
        "No relation",
        "a claim is a relation; found only an expression",
        "write `left == right`, or use <, <=, >, >=, !=",
        "A claim says that two expressions are related. An expression alone claims nothing.",
    ),
    Code(
        "DV086",
        "Steps",
        "{found}",
        "{repair}",
        "The first line of `steps` is an expression; every further line is a relation and an expression, such "
        "as `== x + 1`.",
    ),
    Code(
        "DV087",
        "Index out of range",
        "the index {index} is outside 1..{dimension}",
        "indices start at 1",
        "Literal indices start at 1 and end at the dimension.",
    ),
    Code(
        "DV088",
        "Limit variable",
        "cannot take a limit in {found}",
        "a limit needs a scalar variable or a dimension",
        "The variable of a limit is a scalar. In an integer or a dimension the only limit point is `oo`.",
    ),
    Code(
        "DV089",
        "Optimum",
        "{found}",
        "{repair}",
        "`argmax(f, p) == e` says that `e` is the unique optimiser. The variable is a declared scalar or array; for an "
        "array both sides are read by components.",
    ),
    Code(
        "DV090",
        "Declared twice",
        "`{name}` is declared as {first} and as {second}",
        "rename one of them",
        "A name means one thing in a claim. A claim may not redeclare what its file declares.",
    ),
    Code(
        "DV092",
        "Infinity as a number",
        "`oo` is not a number",
        "`oo` stands only as the point of a limit, or alone opposite a limit",
        "Infinity is not a real number, so no arithmetic is done with it.",
    ),
    Code(
        "DV093",
        "Printed value",
        "{found}",
        "{repair}",
        "A claim with `value` gives `at`, the point, and `prints`, the digits that were printed there.",
    ),
    Code(
        "DV094",
        "Assumption",
        "an assumption is a relation; found {found}",
        "write for example `n >= 2` or `x < y`",
        "Assumptions are relations between expressions, or `i == j`, `i != j` between indices.",
    ),
    Code(
        "DV095",
        "Dimension used twice",
        "`{name}` is the dimension of an array and {found}",
        "{repair}",
        "A dimension is a positive integer variable and nothing else.",
    ),
    Code(
        "DV096",
        "Not an index",
        "`{name}` is {what} and cannot stand as an index",
        "use a name that is not declared, such as `i`, or declare it: `{name}: index[n]`",
        "Subscripts are indices. A declared number, array or dimension is none; the last component has no notation.",
    ),
    Code(
        "DV097",
        "Depends on an error",
        "`{name}` could not be read, so what uses it was not checked",
        "repair its declaration or definition",
        "A name whose declaration has an error is reported once there; claims that use it are not checked.",
    ),
    Code(
        "DV098",
        "Free index in a definition",
        "the index `{index}` is not a parameter of the definition `{name}`",
        "write `{name}[{index}]: …`, or declare `{index}` under `variables` when one fixed place is meant",
        "A definition stands for the same thing wherever it is used, so the indices that vary are its parameters.",
    ),
    Code(
        "DV099",
        "Name bound twice",
        "`{name}` is bound here and stands for something else in {where}",
        "rename one of the two",
        "Expanding the definition here would change what the name means.",
    ),
)

_HYGIENE = (
    Code(
        "DV501",
        "Bound index unused",
        "the body does not depend on the index `{index}`",
        "if a multiple of the body is meant, write it as a product with `{dimension}`",
        "`Sum(x, k)` without `k` in its body is n*x. That is seldom what was meant.",
    ),
    Code(
        "DV502",
        "Index shadowed",
        "`{index}` is bound here and free elsewhere in the claim",
        "rename the bound index",
        "In `o[i] - Sum(o[i], i)` the two i are different indices. The claim is checked with that meaning.",
    ),
    Code(
        "DV503",
        "Built-in hidden",
        "`{name}` hides a word of the language",
        "rename it, so that readers are not misled",
        "A declared name wins over a built-in one.",
    ),
    Code(
        "DV504",
        "Text cut by a comment",
        "YAML takes `{found}` for a comment, so the text ends before it",
        "quote the whole text, or put a space after the `#` if a comment is meant",
        "In YAML a `#` after a space starts a comment: `f(x) #1` is read as `f(x)`.",
    ),
    Code(
        "DV505",
        "No claims",
        "the file contains no claims",
        "list them below `claims:`",
        "A check that checked nothing is not a pass.",
    ),
    Code(
        "DV506",
        "No claim files in a folder",
        "the folder `{path}` contains no claim file",
        "name a folder that holds `*.yaml` files; hidden folders are not searched",
        "A folder stands for the `*.yaml` files in it and in the folders below. A check that checked nothing is not a "
        "pass.",
    ),
    Code(
        "DV507",
        "Nothing selected",
        "no claim is selected by {selection}",
        "look at the claims with `derive show`; -k seeks words in ids, titles and tags, --tag takes whole tags",
        "`-k`, `--tag` and `--last-failed` leave out every claim that was found. A check that checked nothing is not a "
        "pass.",
    ),
)

_RUN = (
    Code(
        "DV026",
        "No claim files",
        "no claim file was named, and there is no `{path}`",
        "name the files, list them under [tool.derive] in pyproject.toml, or run `derive init` to write a first one",
        "Without arguments derive takes `files` of [tool.derive] in the nearest pyproject.toml, else "
        "./derivations.yaml. A renamed file must not turn a gate green.",
    ),
    Code(
        "DV091",
        "Neither a file nor a claim",
        "there is neither a file nor a claim `{name}`",
        "name a file, a folder, or FILE::ID; an ID alone is looked up in the default files, and there are none here",
        "A word without a slash and without `.yaml` names a file or a folder that exists, else a claim of the default "
        "files: `files` of [tool.derive] in the nearest pyproject.toml, else ./derivations.yaml.",
    ),
    Code(
        "DV027",
        "Configuration",
        "[tool.derive]: {found}",
        "{repair}",
        "The table [tool.derive] of pyproject.toml has the keys `files` and `exclude` (claim files and folders, "
        "relative to pyproject.toml), `format` (as on the command line), `strict` and `allow-empty` (true or false). "
        "A misspelt key would quietly turn the gate off, so any other key is an error.",
    ),
    Code(
        "DV028",
        "No such claim",
        "no claim has the id `{id}`",
        "name a claim of the files that were asked for; `derive show FILE` lists those of a file",
        "A claim is named as FILE::ID, or as ID alone when it stands in the default files.",
    ),
    Code(
        "DV029",
        "Stable side",
        "`stable: {found}` belongs to a claim that is one equation",
        "state both ways to compute the value as `claim: left == right`",
        "A side is stable when float64 has its value wherever it has that of the other side, and somewhere only there.",
    ),
)

_VERDICTS = (
    Code(
        "DV101",
        "Refuted",
        "`{id}` is refuted, expected {expected}",
        "correct the claim; if it is meant to be false, write `expect: refuted` and say why in `because`",
        "The point shown is exact: both sides are defined there, and rigorous enclosures of both show that the "
        "relation fails. Anyone can recompute it by hand. A limit is refuted by the proof that it is another one.",
    ),
    Code(
        "DV102",
        "Correction not proved",
        "the correction of `{id}` is {verdict}, required: proved",
        "correct the correction",
        "The `correction` of a refuted claim stands beside it as the true statement, so it must itself be proved.",
    ),
    Code(
        "DV103",
        "Better than expected",
        "`{id}` is proved, expected {expected}",
        "remove `expect` and `because`",
        "A claim that does better than its file says is a finding too, so that files stay true.",
    ),
    Code(
        "DV104",
        "Another reason",
        "step {step} of `{id}` is proved, but not by `{by}`: {found}",
        "name what the step rests on, or leave `by` out",
        "The reason of a step is held against its proof: the rules of the family must be among those of the proof, and "
        "without the hypothesis that is named the step must not be proved.",
    ),
    Code(
        "DV105",
        "Step too large",
        "step {step} of `{id}` rests on {found} rules, required: at most {most}",
        "write the expressions between as steps of their own, or raise `largest-step`",
        "`largest-step` at the head of a file bounds how many rules of the kernel the proof of one line of `steps` or "
        "`cases` may rest on, so that a reader can follow each of them.",
    ),
    Code(
        "DV201",
        "Undecided: vacuous",
        "`{id}` is undecided, expected {expected}: its hypotheses contradict each other",
        "weaken the hypotheses; nothing satisfies all of them",
        "From a contradiction everything follows, so a claim about nothing is never called proved.",
    ),
    Code(
        "DV202",
        "Undecided: no admissible point",
        "`{id}` is undecided, expected {expected}: no point was found at which both sides are defined",
        "check the hypotheses and the domains of both sides",
        "A proved claim needs one exhibited point that satisfies the hypotheses and at which both sides are defined. "
        "None was found, so the claim may be about nothing.",
    ),
    Code(
        "DV203",
        "Undecided: budget",
        "`{id}` is undecided, expected {expected}: the budget ran out",
        "split the claim into steps, or shorten it",
        "Work is counted in steps, not in seconds, so that a verdict does not depend on the machine.",
    ),
    Code(
        "DV204",
        "Undecided: outside the fragment",
        "`{id}` is undecided, expected {expected}: it uses something that no rule covers",
        "rewrite that part, or give the intermediate forms under `steps`",
        "The kernel has no rule for a construct of the claim, and the search found no counterexample.",
    ),
    Code(
        "DV205",
        "Undecided: nonzero residual",
        "`{id}` is undecided, expected {expected}: the two sides do not agree in normal form",
        "look at what remains; a missing hypothesis is the usual reason",
        "The difference of the sides has a normal form that is not zero, and yet no point was found at which they "
        "differ. What remains of the difference is shown.",
    ),
    Code(
        "DV206",
        "Undecided: open obligation",
        "`{id}` is undecided, expected {expected}: a side condition could not be discharged",
        "state the condition under `assume`",
        "Every division, logarithm and root that a proof uses must be allowed by the hypotheses or by the definedness "
        "of a side as written. The obligation that stayed open is shown.",
    ),
    Code(
        "DV207",
        "Undecided: order",
        "`{id}` is undecided, expected {expected}: the order was not established",
        "give intermediate bounds under `steps`",
        "No proof of the inequality was found, and no point at which it fails.",
    ),
    Code(
        "DV208",
        "Undecided: limit",
        "`{id}` is undecided, expected {expected}: the limit was not established",
        "state the bounds that squeeze it as claims of their own",
        "A limit must be proved to exist and to have the stated value. Values near the limit point never settle it.",
    ),
    Code(
        "DV209",
        "Undecided: optimum",
        "`{id}` is undecided, expected {expected}: the optimum was not established",
        "state the inequality that makes it the optimum as a claim of its own",
        "An optimum must be proved to exist, to be global and to be unique.",
    ),
    Code(
        "DV210",
        "Undecided: stability",
        "`{id}` is undecided, expected {expected}: no point was found at which float64 loses only one side",
        "remove `stable`, or state the two sides as they are computed",
        "`stable: right` says that float64 has the right side wherever it has the left, and somewhere only the right. "
        "A point that shows the second is required; one that contradicts the first refutes the claim.",
    ),
    Code(
        "DV211",
        "Undecided: cases",
        "the cases of `{id}` are not shown to cover everything",
        "add the case that is missing",
        "Several derivations prove a claim together only if one of their assumptions holds at every admissible point. "
        "The last case must follow from the opposites of the others.",
    ),
    Code(
        "DV212",
        "Undecided: lemma",
        "`{id}` rests on a claim that is not proved, expected {expected}",
        "prove what `using` names, or leave it out",
        "A claim that is said to rest on another one counts as proved only if that one is.",
    ),
    Code(
        "DV106",
        "Lemma that is not needed",
        "`{id}` is proved without `{lemma}`, too",
        "leave it out of `using`",
        "`using` names what a proof rests on. A claim that is proved without is sound all the same: the report says "
        "so, and `--strict` makes it a finding.",
    ),
    Code(
        "DV301",
        "Domains differ",
        "the sides of `{id}` are not defined at the same points",
        "state the common domain under `assume`",
        "A claim holds wherever both sides are defined. Where exactly one side is defined, it says nothing: the report "
        "shows such a point, and `--strict` makes it a finding.",
    ),
    Code(
        "DV302",
        "Unused hypothesis",
        "`{id}` is proved without `{hypothesis}` all the same",
        "leave it out, or state what it was meant to restrict",
        "`derive check --audit` drops each hypothesis in turn, assumed relations and types such as positive or onehot, "
        "and decides the claim anew. A hypothesis that nothing rests on hides how much is true, or tells of a slip.",
    ),
    Code(
        "DV303",
        "SymPy disagrees",
        "SymPy's own calculus has another value for a side of `{id}`: {difference}",
        "one of the two is mistaken; work the value out by hand, and report it if it is derive",
        "`derive check --second-opinion` computes both sides of every decided claim by SymPy, at the point that the "
        "verdict exhibits, and holds them against rigorous enclosures. SymPy makes mistakes of its own, so that no "
        "verdict rests on it: a disagreement is a reason to look.",
    ),
    Code(
        "DV900",
        "Internal error",
        "derive failed on {where}: {error}",
        "this is a defect of derive, not of the claim; please report it with the claim",
        "The other claims were checked. The exit code is 70.",
    ),
    Code(
        "DV901",
        "Proof and counterexample",
        "`{id}` has both a proof and a counterexample",
        "this is a defect of derive; trust neither and please report it with the claim",
        "The prover and the numeric search share nothing but the claim. When they disagree one of them is wrong, and "
        "derive does not choose: both pieces of evidence are shown and the exit code is 3.",
    ),
)

CODES: dict[str, Code] = {row.code: row for row in (*_FILE, *_FORMULA, *_MEANING, *_HYGIENE, *_RUN, *_VERDICTS)}
