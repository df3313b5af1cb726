"""Kinds of mistakes that can be seen in the sources."""
import re

import pytest
from conftest import ROOT

CONTAINERS = (
    "Mutex Atomic NIOLockedValueBox NIOLoopBound NIOLoopBoundBox AsyncStream AsyncThrowingStream CircularBuffer Deque "
    "Dictionary Array ContiguousArray Set Result CheckedContinuation EventLoopPromise EventLoopFuture").split()
GENERIC = re.compile(r"\b(?:" + "|".join(CONTAINERS) + r")<")
BRACKET = re.compile(r"[:=] \[")
STREAM = re.compile(r"tream\(of: ([^{]*)")
ALIAS = re.compile(r"typealias (\w+) *=\s*(?:@\w+\s*)*\([^=]*?\)\s*(?:async )?(?:throws )?->")
CALLS = re.compile(
    r"precondition\((?:errno|made|result|count|descriptor|socket|status|code)\b|"
    r"(?:precondition|fatalError|preconditionFailure)\(.*\b(?:errno|strerror|no memory|cannot be set up)\b")


def sources():
    files = sorted((ROOT / "Sources").rglob("*.swift"))
    assert len(files) > 300
    return [(file.relative_to(ROOT), file.read_text()) for file in files]


def balanced(text, opening, closing):
    """The text up to the bracket that closes what was opened before it."""
    depth, before = 1, " "
    for index, character in enumerate(text):
        depth += character == opening
        depth -= character == closing and not (closing == ">" and before == "-")
        if not depth:
            return text[:index]
        before = character
    return text


def holds_closure(line, aliases):
    """Whether a line has a container whose arguments contain a function's type."""
    arguments = [balanced(line[m.end():], "<", ">") for m in GENERIC.finditer(line)]
    arguments += [balanced(line[m.end():], "[", "]") for m in BRACKET.finditer(line)]
    arguments += STREAM.findall(line)
    return any(
        ("->" in a or aliases & set(re.findall(r"\w+", a))) and "{" not in a and " in " not in a for a in arguments)


def test_no_generic_container_holds_a_closure():
    """Each access that the optimizer does not see through wraps such a closure in one more thunk: memory grows with every
    use, and freeing the chain recurses. A class or a struct around the closure is held as it is."""
    files = sources()
    aliases = {name for _, text in files for name in ALIAS.findall(text)}
    aliases -= {name for _, text in files for name in re.findall(r"typealias (\w+) *=(?!.*->).*\S", text)}
    assert "Handler" in aliases
    found = [
        f"{file}:{number}" for file, text in files for number, line in enumerate(text.splitlines(), 1)
        if holds_closure(line.split("//")[0], aliases)]
    assert not found, "put the closure into a class or a struct of its own"


@pytest.mark.parametrize("line", [
    "let a = Mutex<(socket: Int32, onInput: @Sendable () -> Void)?>(nil)", "let a: Mutex<(() -> Void)?>",
    "var a: [@Sendable () -> Void] = []", "var a: [String: (Int) -> Int] = [:]", "let a = Mutex<[Handler]>([])",
    "let (a, b) = AsyncStream.makeStream(of: (@Sendable () -> Void).self)"])
def test_a_held_closure_is_found(line):
    assert holds_closure(line, {"Handler"})


@pytest.mark.parametrize("line", [
    "let a = Mutex<Watch?>(nil)", "func a(_ b: [Int]) -> [String: Int] {", "private let a: @Sendable ([Item]) -> [Int]",
    "let (a, b) = state.withLock { state -> (RedisError?, NIOLoopBound<CommandHandler>?) in", "a.map { [b] in b }"])
def test_what_is_no_held_closure_passes(line):
    assert not holds_closure(line, {"Handler"})


def test_no_failed_call_of_the_system_ends_the_process():
    """What the system refuses today it may give tomorrow: an error that is tried again, no end of the process."""
    found = [
        f"{file}:{number}" for file, text in sources() for number, line in enumerate(text.splitlines(), 1)
        if CALLS.search(line)]
    assert not found
    forced = [
        f"{file}:{number}" for file, text in sources() for number, line in enumerate(text.splitlines(), 1)
        if re.search(r"\btry!", line.split("//")[0])]
    assert not forced
