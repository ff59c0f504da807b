import Synchronization

/// Answers made of the latest picture, by their tags: each is made once, and ten thousand readers of one page cost as much
/// as one. Of a later picture they are made anew, although the tag may be the same: they say as of when they are.
final class AnswerShelf: Sendable {
    private struct Contents {
        /// Of the picture.
        var number: UInt64 = 0
        var answers: [String: [UInt8]] = [:]
        var bytes = 0
        var making: [String: Task<[UInt8], any Error>] = [:]

        func kept(_ tag: String, _ number: UInt64) -> [UInt8]? { number <= self.number ? answers[tag] : nil }

        mutating func keep(_ made: [UInt8], _ tag: String, of number: UInt64) {
            if number > self.number { (self.number, answers, bytes) = (number, [:], 0) }
            guard number == self.number, bytes + made.count <= AnswerShelf.most, answers[tag] == nil else { return }
            answers[tag] = made
            bytes += made.count
        }
    }
    private let contents = Mutex(Contents())

    private static let most = 16 * 1024 * 1024
    private static let short = 64 * 1024

    /// For whoever may not take long over it.
    ///
    /// - Returns: nil where there is none yet of this picture, or it is a long one.
    func shortBytes(_ tag: String, of number: UInt64) -> [UInt8]? {
        contents.withLock { $0.kept(tag, number) }.flatMap { $0.count <= AnswerShelf.short ? $0 : nil }
    }

    func bytes(
        _ tag: String, of number: UInt64, _ make: @escaping @Sendable () throws -> [UInt8]
    ) async throws -> [UInt8] {
        let found = contents.withLock { contents -> @Sendable () async throws -> [UInt8] in
            if let kept = contents.kept(tag, number) { return { kept } }
            // One that was begun for a picture which was the latest a moment ago will do: the figures are those of the tag.
            let task = contents.making[tag] ?? Task.detached { [self] in try made(make, tag, of: number) }
            contents.making[tag] = task
            return { try await task.value }
        }
        return try await found()
    }

    private func made(_ make: () throws -> [UInt8], _ tag: String, of number: UInt64) throws -> [UInt8] {
        let made = Result { try make() }
        contents.withLock {
            $0.making[tag] = nil
            if case .success(let bytes) = made { $0.keep(bytes, tag, of: number) }
        }
        return try made.get()
    }
}
