import Foundation
import Synchronization

/// The network path of one node: a TCP relay that can be closed, as a pulled cable would.
///
/// The node is not told; what it notices is what it would notice.
final class Proxy: @unchecked Sendable {
    let port: Int
    private let listener: Int32
    private let target: Int
    private let lock = NSLock()
    private var open = true
    private var sockets: Set<Int32> = []

    init(to target: Int) throws {
        self.target = target
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        port = try Proxy.listen(listener)
        Thread.detachNewThread { [self] in acceptAll() }
    }

    /// Breaks what is under way and refuses what comes.
    func cut() {
        lock.withLock {
            open = false
            for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    func mend() { lock.withLock { open = true } }

    func close() {
        cut()
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func acceptAll() {
        while true {
            let near = accept(listener, nil, nil)
            guard near >= 0 else { return }
            guard lock.withLock({ open }), let far = Proxy.connect(target) else {
                Glibc.close(near)
                continue
            }
            lock.withLock { sockets.formUnion([near, far]) }
            let pair = Pair(near: near, far: far) { [self] in lock.withLock { sockets.subtract([near, far]) } }
            Thread.detachNewThread { pair.pump(from: near, to: far) }
            Thread.detachNewThread { pair.pump(from: far, to: near) }
        }
    }

    /// Two sockets that are closed once both directions have ended.
    private final class Pair: @unchecked Sendable {
        private let near: Int32
        private let far: Int32
        private let lock = NSLock()
        private var running = 2
        private let ended: () -> Void

        init(near: Int32, far: Int32, ended: @escaping () -> Void) {
            (self.near, self.far, self.ended) = (near, far, ended)
        }

        func pump(from: Int32, to: Int32) {
            var buffer = [UInt8](repeating: 0, count: 16 * 1024)
            while true {
                let count = recv(from, &buffer, buffer.count, 0)
                guard count > 0, send(to, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
            }
            shutdown(near, Int32(SHUT_RDWR))
            shutdown(far, Int32(SHUT_RDWR))
            lock.lock()
            running -= 1
            let last = running == 0
            lock.unlock()
            if last {
                ended()
                Glibc.close(near)
                Glibc.close(far)
            }
        }
    }

    // MARK: Sockets

    /// Below those that the kernel gives to connections: until the daemon that it is for listens there, nobody is handed it.
    private static let ports = 28_000..<32_768
    private static let next = Mutex(Int.random(in: ports))

    static func freePort() throws -> Int {
        for _ in ports {
            let port = next.withLock { port in
                port = port + 1 < ports.upperBound ? port + 1 : ports.lowerBound
                return port
            }
            let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { Glibc.close(probe) }
            if let free = try? listen(probe, on: port) { return free }
        }
        throw POSIXError(.EADDRINUSE)
    }

    /// - Parameter port: 0 for any.
    private static func listen(_ descriptor: Int32, on port: Int = 0) throws -> Int {
        var address = loopback(port)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(descriptor, name, length) == 0 && Glibc.listen(descriptor, 64) == 0
                    && getsockname(descriptor, name, &length) == 0
            }
        }
        guard bound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EADDRINUSE) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    static func connect(_ port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = loopback(port)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if connected { return descriptor }
        Glibc.close(descriptor)
        return nil
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
