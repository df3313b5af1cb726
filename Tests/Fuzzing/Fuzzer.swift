import Foundation

/// Feeds changed inputs to a body, many times, the same ones for the same seed.
///
/// Before each run the input is written to a file that survives a crash of the process: its name is printed when the
/// fuzzer begins. `TOCSIN_FUZZ_SEED` chooses another seed, `TOCSIN_FUZZ_FACTOR` multiplies how many inputs are tried.
package struct Fuzzer {
  /// What failed, and with which input.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  private let name: String
  private let corpus: [[UInt8]]
  private let mutator: Mutator
  private let iterations: Int
  private let seed: UInt64

  /// A fuzzer that has not run.
  /// - Parameters:
  ///   - name: names the file that keeps the last input
  ///   - corpus: inputs to begin with; at least one
  ///   - dictionary: words of the format
  ///   - iterations: how many inputs, before `TOCSIN_FUZZ_FACTOR`
  ///   - sizeLimit: the longest input, in bytes
  package init(
    _ name: String, corpus: [String], dictionary: [String] = [], iterations: Int, sizeLimit: Int = 4096
  ) {
    self.init(
      name, corpus: corpus.map { Array($0.utf8) }, dictionary: dictionary, iterations: iterations, sizeLimit: sizeLimit)
  }

  /// A fuzzer of binary inputs.
  package init(
    _ name: String, corpus: [[UInt8]], dictionary: [String] = [], iterations: Int, sizeLimit: Int = 4096
  ) {
    self.name = name
    self.corpus = corpus
    mutator = Mutator(dictionary: dictionary.map { Array($0.utf8) }, sizeLimit: sizeLimit)
    let environment = ProcessInfo.processInfo.environment
    self.iterations = iterations * max(1, environment["TOCSIN_FUZZ_FACTOR"].flatMap { Int($0) } ?? 1)
    seed = environment["TOCSIN_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
  }

  /// Calls the body with each input; a third are the corpus' own inputs with one more round of changes each.
  /// - Throws: ``Failure`` with seed and input when the body throws
  package func run(_ body: (_ input: [UInt8], _ generator: inout SeededGenerator) throws -> Void) throws {
    let journal = try InputJournal(name: name, capacity: mutator.sizeLimit)
    var source = Source(self)
    for iteration in 0..<iterations {
      let input = source.next()
      journal.record(input)
      do { try body(input, &source.generator) } catch { throw failure(error, iteration, input) }
    }
  }

  /// The same for a body that waits.
  package func run(_ body: (_ input: [UInt8], _ generator: inout SeededGenerator) async throws -> Void) async throws {
    let journal = try InputJournal(name: name, capacity: mutator.sizeLimit)
    var source = Source(self)
    for iteration in 0..<iterations {
      let input = source.next()
      journal.record(input)
      do { try await body(input, &source.generator) } catch { throw failure(error, iteration, input) }
    }
  }

  private func failure(_ error: any Error, _ iteration: Int, _ input: [UInt8]) -> Failure {
    let text = Data(input).base64EncodedString()
    return Failure(
      description: "\(name), TOCSIN_FUZZ_SEED=\(seed), input \(iteration): \(error)\nthe input in base64: \(text)")
  }
}

extension Fuzzer {
  /// Makes the inputs: from the corpus, or from a pool of earlier ones.
  private struct Source {
    var generator: SeededGenerator
    private let fuzzer: Fuzzer
    private var pool: [[UInt8]] = []

    init(_ fuzzer: Fuzzer) {
      self.fuzzer = fuzzer
      generator = SeededGenerator(seed: fuzzer.seed)
    }

    mutating func next() -> [UInt8] {
      let isDeeper = !pool.isEmpty && Int.random(in: 0..<3, using: &generator) == 0
      let base = (isDeeper ? pool : fuzzer.corpus).randomElement(using: &generator) ?? []
      let input = fuzzer.mutator.mutate(base, corpus: fuzzer.corpus, using: &generator)
      if pool.count < 256 {
        pool.append(input)
      } else {
        pool[Int.random(in: 0..<256, using: &generator)] = input
      }
      return input
    }
  }
}
