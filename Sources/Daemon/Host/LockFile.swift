import Glibc

/// The exclusive lock on a state folder: held by the daemon while it runs, or by a command that
/// writes where no daemon runs. It dies with its process, so a crash leaves no stale lock.
package final class LockFile: Sendable {
    private let descriptor: Int32

    package enum Failure: Error, CustomStringConvertible {
        case held(path: String)
        case unusable(path: String, reason: String)

        package var description: String {
            switch self {
            case .held(let path): "\(path): another jiayuan process is using this state folder; stop it first."
            case .unusable(let path, let reason): "\(path): \(reason). Check the folder and its owner."
            }
        }
    }

    package init(_ path: String) throws {
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure.unusable(path: path, reason: String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Failure.held(path: path)
        }
    }

    /// Whether a process holds the lock. Creates nothing; a file that isn't there is held by nobody.
    package static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    deinit { close(descriptor) }
}
