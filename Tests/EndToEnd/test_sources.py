"""Kinds of mistakes that can be seen in the sources."""
import re
import subprocess

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


# Which of our modules each module may import: downward only. A new module has to be named here.
SHARED = {"Support"}
CORE = {"TocsinCore", "TocsinJSON"} | SHARED
MODULES = {
    "Support": set(), "LocalServers": set(), "TocsinJSON": set(), "TocsinMetrics": set(),
    "RedisClient": {"CHiredis"} | SHARED, "PostgresClient": {"CLibpq"} | SHARED, "CurlClient": {"CLibcurl"} | SHARED,
    "TocsinCore": {"TocsinJSON"} | SHARED,
    "TocsinEngine": CORE | {"TocsinMetrics"},
    "TocsinTesting": CORE | {"TocsinMetrics"},
    "TocsinRedis": CORE | {"RedisClient"}, "TocsinPostgres": CORE | {"PostgresClient"},
    "TocsinNotifiers": CORE | {"CurlClient"},
    "TocsinServer": CORE | {"TocsinEngine", "TocsinMetrics"},
    "TocsinApp": CORE | {
        "TocsinEngine", "TocsinMetrics", "TocsinServer", "TocsinRedis", "TocsinPostgres", "TocsinNotifiers",
        "RedisClient", "PostgresClient", "CurlClient"},
    "TocsinClient": CORE, "TocsinBench": CORE | {"TocsinClient"},
    "tocsin": CORE | {"TocsinApp", "TocsinClient", "TocsinBench", "TocsinPostgres", "LocalServers"},
}
OURS = set(MODULES) | {"CHiredis", "CLibpq", "CLibcurl"}
# What the modules at the bottom may import of others: no I/O and no clock there, and no server in the engine.
OTHERS = {
    "TocsinCore": set(), "TocsinJSON": set(), "TocsinMetrics": {"Synchronization"},
    "TocsinEngine": {"Logging", "ServiceLifecycle", "Synchronization"},
}
IMPORT = re.compile(r"^(?:@\w+ +)*(?:(?:package|internal|private|fileprivate|public) +)?import +(?:\w+ +)?(\w+)", re.M)
DECLARED = re.compile(
    r"\bpackage\s+(?:(?:static|final|mutating|nonisolated|indirect|internal\(set\)|private\(set\))\s+)*"
    r"(?:struct|class|enum|protocol|actor|typealias|func|var|let|case|extension)\s+`?(\w+)|^\s*case\s+\.?(\w+)", re.M)


def code(text):
    """The text without comments."""
    return re.sub(r"//.*|/\*.*?\*/", "", text)


def module_of(file):
    return file.parts[1]


def test_imports_point_downward():
    found = []
    for file, text in sources():
        module, imported = module_of(file), set(IMPORT.findall(text))
        assert module in MODULES, f"which of our modules may {module} import? Add it to MODULES"
        wrong = imported & OURS - MODULES[module]
        if module in OTHERS:
            wrong |= imported - OURS - OTHERS[module]
        found += [f"{file} imports {name}" for name in sorted(wrong)]
    assert not found


def test_our_modules_are_imported_where_they_are_used():
    """As far as names tell: a file that imports one of our modules has a word that is declared there."""
    files = [(file, code(text)) for file, text in sources()]
    declared = {module: set() for module in MODULES}
    for file, text in files:
        declared[module_of(file)] |= {name for pair in DECLARED.findall(text) for name in pair if name}
    found = [
        f"{file} imports {name}" for file, text in files for name in sorted(set(IMPORT.findall(text)) & set(MODULES))
        if not declared[name] & set(re.findall(r"\w+", IMPORT.sub("", text)))]
    assert not found


# A word that has no place in the sources, and the files that have a reason for it.
BANNED = {
    # Work in the background is a child of a service's run(), which ends it.
    r"\bTask(?:\.detached|\.immediate)?\s*(?:\([^)]*\)\s*)?\{": {
        # Rolls back what a cancelled caller left behind, which must not be cancelled as well.
        "PostgresPool+Lease.swift",
        # The way of a check from an event loop into async code.
        "CheckPipeline.swift", "AlertRaiser.swift", "AlertPipeline.swift", "Responder.swift", "EngineResponder.swift",
        # An attempt that the dispatcher cancels when its lease is lost.
        "Dispatcher.swift", "DeliveryDispatcher.swift",
    },
    # A log line has a logger, what a command prints has a console.
    r"(?<![\w.])(?:print|debugPrint|dump)\(": {"Console.swift"},
    # No request may end the process.
    r"\bfatalError\(": {
        # Memory for a few bytes when a connection is made: nothing could go on.
        "ReplyReader.swift",
    },
    r"\bas!": set(),
    # What the compiler cannot see to be safe: a handle of a C library that has one owner and moves with it.
    r"@unchecked Sendable|nonisolated\(unsafe\)": {"CancelHandle.swift", "ResultHandle.swift", "MultiHandle.swift"},
}


@pytest.mark.parametrize("word", BANNED, ids=lambda word: re.sub(r"\W+", " ", word).strip())
def test_a_banned_word_is_not_used(word):
    found = [
        f"{file}:{number}" for file, text in sources() if file.name not in BANNED[word]
        for number, line in enumerate(text.splitlines(), 1) if re.search(word, code(line))]
    assert not found


def test_swift_tests_do_not_sleep():
    """They wait for a signal or move a clock."""
    found = [
        f"{file.relative_to(ROOT)}:{number}" for file in sorted((ROOT / "Tests").rglob("*.swift"))
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if re.search(r"\b(?:Task\.sleep|Thread\.sleep|usleep|nanosleep|try!)", code(line))]
    assert not found


def test_every_embedded_file_is_used():
    """Each .lua and .sql file is named by Swift code of its module, as PackageResources has it, and has its reason on top."""
    embedded = [file for kind in ("lua", "sql") for file in sorted((ROOT / "Sources").rglob(f"*.{kind}"))]
    assert len(embedded) > 60
    swift = {}
    for file, text in sources():
        swift[module_of(file)] = swift.get(module_of(file), "") + text
    for file in embedded:
        module = module_of(file.relative_to(ROOT))
        assert re.search(rf"\bPackageResources\.{file.stem}_{file.suffix[1:]}\b", swift[module]), f"nothing uses {file}"
        lines = [line for line in file.read_text().splitlines() if not line.startswith("#!")]
        assert lines[0].startswith("-- ") and not lines[0].startswith("-- uses:"), f"{file}: why is it there?"


def test_nothing_names_a_path_of_a_machine():
    """What is in the repository holds on every machine."""
    path = re.compile(r"(?<![\w./])/(?:home/(?!kim/|lee/)|root/|Users/|work/|builds/)\w|/tmp/\w/")
    found = []
    for name in subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines():
        try:
            lines = (ROOT / name).read_text().splitlines()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        found += [f"{name}:{number}" for number, line in enumerate(lines, 1) if path.search(line)]
    assert not found


def test_report_of_sizes(capsys):
    """Says how many files there are for the lines that they have: one idea each, but not half of one."""
    lines = [len(text.splitlines()) for _, text in sources()]
    with capsys.disabled():
        print(f"\n{len(lines)} Swift files, {sum(lines)} lines: {1000 * len(lines) / sum(lines):.1f} files per thousand, "
              f"median {sorted(lines)[len(lines) // 2]}, longest {max(lines)}")
