import Glibc

/// A folder or socket that the configuration names and that can't be used.
package struct PlaceError: Error, CustomStringConvertible {
    /// The option that names it.
    package let key: String
    package let path: String
    package let reason: String
    package let hint: String
    /// The disk is at fault, not the name.
    package let isDisk: Bool

    package var description: String { "\(path): \(reason). \(hint) (`\(key)` in the configuration)" }

    init(_ key: String, _ path: String, errno code: Int32, hint: String) {
        self.init(key, path, String(cString: strerror(code)), hint: hint, isDisk: [ENOSPC, EROFS, EIO].contains(code))
    }

    init(_ key: String, _ path: String, _ reason: String, hint: String, isDisk: Bool = false) {
        self.key = key
        self.path = path
        self.reason = reason
        self.hint = hint
        self.isDisk = isDisk
    }
}

package enum Place {
    /// Makes a folder that only this user may enter, where it isn't there, and sees that it can be written.
    ///
    /// - Parameter key: the option that names it.
    package static func makeFolder(_ path: String, key: String) throws(PlaceError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o700) == 0 || errno == EEXIST || errno == EROFS else {
                throw PlaceError(key, path, errno: errno, hint: "Name a folder that this user can make or write.")
            }
        }
        try check(folder: path, key: key, hint: "Name a folder that this user can make or write.")
    }

    /// A socket's folder isn't made here: under systemd it is the unit's runtime directory.
    package static func check(socket path: String, key: String) throws(PlaceError) {
        guard path.utf8.count < 108 else {
            throw PlaceError(
                key, path, "a socket's path has at most 107 bytes, this one \(path.utf8.count)",
                hint: "Name a shorter one.")
        }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        try check(folder: folder, key: key, hint: "Make the folder, or name a socket in one that this user can write.")
        guard !isAnswered(socket: path) else {
            throw PlaceError(
                key, path, "another process answers on it",
                hint: "Every daemon has a socket of its own: stop the other one, or name another path.")
        }
    }

    /// Whether a process listens there; a file that one left behind answers nobody.
    private static func isAnswered(socket path: String) -> Bool {
        guard var address = sockaddr_un(path) else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private static func check(folder: String, key: String, hint: String) throws(PlaceError) {
        // With the dot a file in a folder's place is told apart from none.
        guard access(folder + "/.", W_OK | X_OK) == 0 else { throw PlaceError(key, folder, errno: errno, hint: hint) }
    }
}

extension sockaddr_un {
    /// - Returns: nil if the path is too long for a socket.
    fileprivate init?(_ path: String) {
        self.init()
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: sun_path) else { return nil }
        sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &sun_path) { $0.copyBytes(from: bytes) }
    }
}
