import Glibc

/// Tells systemd how the daemon stands: one datagram to `$NOTIFY_SOCKET`, as sd_notify(3) describes.
package enum Notify {
    package static func ready(_ status: String) { send("READY=1\nSTATUS=\(oneLine(status))") }
    package static func status(_ status: String) { send("STATUS=\(oneLine(status))") }
    package static func watchdog() { send("WATCHDOG=1") }
    package static func stopping() { send("STOPPING=1\nSTATUS=stopping") }

    /// Microseconds between two heartbeats that systemd expects; nil if it expects none.
    package static var watchdogMicroseconds: Int? {
        getenv("WATCHDOG_USEC").flatMap { Int(String(cString: $0)) }
    }

    private static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }

    private static func send(_ message: String) {
        guard let path = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }), !path.isEmpty else { return }
        var bytes = Array(path.utf8)
        // A leading @ names a socket of the abstract name space, whose first byte is zero.
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        var address = sockaddr_un()
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let payload = Array(message.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, payload, payload.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
