import Daemon
import Foundation
import Logging
import ServiceLifecycle
import Sync

/// The least a server of this kind can do: read the body, answer 200.
final class EmptyServer: Sendable {
    let port: Int
    private init(port: Int) { self.port = port }

    static func start() async throws -> EmptyServer {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let answer = Reply.json("{}")
        let server = Server.make(
            [
                Route("POST", "/empty", bodyLimit: 512 * 1024) { _ in answer },
                Route("GET", "/empty") { _ in answer },
            ], on: .tcp(host: "127.0.0.1", port: 0), log: Logger(label: "bench")
        ) { port in continuation.yield(port ?? 0) }
        Task.detached { try await server.run() }
        for await port in ports { return EmptyServer(port: port) }
        throw DemoFailure("the empty server did not start")
    }

    /// One connection's request, of the size of a summary.
    static func client(_ port: Int, _ worker: Int) -> () -> Bool {
        let request = BareLine.request("POST", "/empty", body: [UInt8](repeating: UInt8(ascii: "1"), count: 900))
        guard let line = BareLine(port) else { return { false } }
        return { line.ask(request)?.status == 200 }
    }
}

/// One dashboard that reads the city's figures every few milliseconds, and beside them an empty page of an idle server
/// and the smallest of this one.
final class Reading: @unchecked Sendable {
    private let city: BenchCity
    private let emptyPort: Int
    private let stopping = HTTPClient.Stop()
    private let finished = DispatchSemaphore(value: 0)
    private var result: Result?

    struct Result {
        var stats: Latencies
        /// Of a server that has nothing else to do.
        var empty: Latencies
        /// `/healthz` of the server that the figures come from.
        var health: Latencies
    }

    init(city: BenchCity, emptyPort: Int) { (self.city, self.emptyPort) = (city, emptyPort) }

    func measure(seconds: Int) -> Result {
        let end = ContinuousClock.now + .seconds(seconds)
        return read { ContinuousClock.now < end }
    }

    func start() {
        Thread.detachNewThread { [self] in
            result = read { !stopping.isSet }
            finished.signal()
        }
    }

    func stop() -> Result {
        stopping.set()
        finished.wait()
        return result ?? Result(stats: Latencies([]), empty: Latencies([]), health: Latencies([]))
    }

    private func read(while going: () -> Bool) -> Result {
        let asked = [
            (city.port, "/v1/stats?division=421300000000"), (emptyPort, "/empty"), (city.port, "/healthz"),
        ].map { (line: BareLine($0), request: BareLine.request("GET", $1)) }
        var times: [[Double]] = asked.map { _ in [] }
        while going() {
            for (number, (line, request)) in asked.enumerated() {
                let begun = ContinuousClock.now
                guard line?.ask(request)?.status == 200 else { continue }
                times[number].append((ContinuousClock.now - begun) / .milliseconds(1))
            }
            usleep(10_000)
        }
        return Result(stats: Latencies(times[0]), empty: Latencies(times[1]), health: Latencies(times[2]))
    }
}

/// PostgreSQL where it is installed: upserts of a compound's 12 rows, 64 connections, durable.
enum PostgreSQL {
    enum Outcome {
        /// Transactions per second.
        case rate(Double)
        case absent
        case failed(String)
    }

    static func upserts(folder: String, compounds: Int, seconds: Int) throws -> Outcome {
        let root = "/usr/lib/postgresql"
        guard let version = try? FileManager.default.contentsOfDirectory(atPath: root).sorted().last,
            FileManager.default.isExecutableFile(atPath: "\(root)/\(version)/bin/pgbench")
        else { return .absent }
        let bin = "\(root)/\(version)/bin"
        let columns = ["hh", "hh_done", "res", "sampled", "positive", "vol_need", "vol_have", "help"]
        let rows = (0..<12).map { "(:c,\($0)," + (0..<8).map { "\($0 * 11)+:r" }.joined(separator: ",") + ")" }
        let sets = columns.map { "\($0)=excluded.\($0)" }.joined(separator: ",")
        let script = """
            \\set c random(0, \(compounds - 1))
            \\set r random(0, 1000)
            INSERT INTO summary VALUES \(rows.joined(separator: ",")) ON CONFLICT (compound, building) DO UPDATE SET \(sets);
            """
        let table =
            "CREATE TABLE summary (compound int, building int, \(columns.map { "\($0) int" }.joined(separator: ",")), "
            + "PRIMARY KEY (compound, building));"
        let fill =
            "INSERT INTO summary SELECT c, b, 1,1,1,1,1,1,1,1 FROM generate_series(0,\(compounds - 1)) c, generate_series(0,11) b;"
        let shell = """
            set -e
            dir=$(mktemp -d); trap '\(bin)/pg_ctl -D $dir/data -m immediate stop >/dev/null 2>&1; rm -rf $dir' EXIT
            \(bin)/initdb -D $dir/data -A trust >/dev/null
            printf "listen_addresses=''\\nunix_socket_directories='$dir'\\nshared_buffers=1GB\\nmax_wal_size=8GB\\n" >>$dir/data/postgresql.conf
            \(bin)/pg_ctl -D $dir/data -w -l $dir/log start >/dev/null
            cat >$dir/upsert.sql <<'END'
            \(script)
            END
            \(bin)/psql -h $dir -d postgres -qc "\(table) \(fill)"
            nice -n 10 \(bin)/pgbench -h $dir -n -M prepared -c 64 -j 2 -T \(seconds) -f $dir/upsert.sql postgres
            """
        let process = Process()
        let (pipe, errors) = (Pipe(), Pipe())
        process.standardError = errors
        process.executableURL = URL(fileURLWithPath: geteuid() == 0 ? "/usr/sbin/runuser" : "/bin/bash")
        process.arguments = geteuid() == 0 ? ["-u", "postgres", "--", "bash", "-c", shell] : ["-c", shell]
        process.currentDirectoryURL = FileManager.default.temporaryDirectory
        process.standardOutput = pipe
        // A thread of the pool blocks signals and a child inherits that; pgbench ends its run by SIGALRM.
        var alarm = sigset_t()
        sigemptyset(&alarm)
        sigaddset(&alarm, SIGALRM)
        pthread_sigmask(SIG_UNBLOCK, &alarm, nil)
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let line = output.split(separator: "\n").first { $0.hasPrefix("tps") }
        if let rate = line?.split(separator: " ").compactMap({ Double($0) }).first { return .rate(rate) }
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return .failed(said.split(separator: "\n").last.map(String.init) ?? "exit code \(process.terminationStatus)")
    }
}
