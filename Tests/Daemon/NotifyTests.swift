import Glibc
import Testing

@testable import Daemon

/// What systemd hears: one datagram to the socket that the environment names.
@Suite(.serialized) struct NotifyTests {
    @Test(arguments: ["/tmp/jiayuan-notify-", "@jiayuan-notify-"]) func oneDatagramEach(_ prefix: String) throws {
        let name = "\(prefix)\(getpid())"
        let descriptor = try Self.listen(name)
        defer {
            close(descriptor)
            unlink(name)
            unsetenv("NOTIFY_SOCKET")
        }
        setenv("NOTIFY_SOCKET", name, 1)
        Notify.ready("listening\non 1")
        #expect(Self.receive(descriptor) == "READY=1\nSTATUS=listening on 1")
        Notify.watchdog()
        #expect(Self.receive(descriptor) == "WATCHDOG=1")
        Notify.stopping()
        #expect(Self.receive(descriptor) == "STOPPING=1\nSTATUS=stopping")
    }

    @Test func withoutASocketNothingHappens() {
        unsetenv("NOTIFY_SOCKET")
        Notify.ready("x")
    }

    private static func listen(_ name: String) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
        }
        try #require(isBound)
        return descriptor
    }

    private static func receive(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
