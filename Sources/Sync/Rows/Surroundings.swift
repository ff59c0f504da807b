import Foundation
package import Logging

/// What a store takes from the machine that it runs on; a simulated machine gives others.
package struct Surroundings: Sendable {
    /// Seconds since 1970. Clamps what devices claim and says how long rows have waited; counts nothing.
    package var clock: @Sendable () -> Int64
    /// 64 random bits.
    package var draw: @Sendable () -> UInt64
    /// - Returns: nil if there is no such file.
    package var readFile: @Sendable (String) throws -> [UInt8]?
    /// Replaces a small file so that a crash leaves the old content or the new.
    package var replaceFile: @Sendable ([UInt8], String) throws -> Void
    /// Where a stage, named by its word, tells what nobody asked for; nowhere, unless somebody reads it.
    package var log: @Sendable (String) -> Logger

    package init(
        clock: @escaping @Sendable () -> Int64 = Surroundings.now,
        draw: @escaping @Sendable () -> UInt64 = { UInt64.random(in: 0 ... .max) },
        readFile: @escaping @Sendable (String) throws -> [UInt8]? = DurableFile.read,
        replaceFile: @escaping @Sendable ([UInt8], String) throws -> Void = DurableFile.write,
        log: @escaping @Sendable (String) -> Logger = { Logger(label: $0) { _ in SwiftLogNoOpLogHandler() } }
    ) {
        self.clock = clock
        self.draw = draw
        self.readFile = readFile
        self.replaceFile = replaceFile
        self.log = log
    }

    /// A clock before 1970 counts as the beginning.
    package static let now: @Sendable () -> Int64 = { max(0, Int64(Date().timeIntervalSince1970)) }
}
