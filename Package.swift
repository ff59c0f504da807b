// swift-tools-version: 6.2
import PackageDescription

// A wall (target) stands only where an import must be impossible; see Sources/README.md.
// `District` cannot import `Compound`, so the aggregator cannot even name a person's record.
var strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]
var shims: [CSetting] = []

// `make fuzz` measures coverage of our own modules, under the address sanitizer; no other build knows of it.
let isFuzzing = Context.environment["JIAYUAN_FUZZ"] != nil
if isFuzzing {
    strict.append(.unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"]))
    shims.append(.unsafeFlags(["-fsanitize=fuzzer-no-link,address"]))
}

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let http: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
    .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
]
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let yaml: Target.Dependency = .product(name: "Yams", package: "Yams")

let embeds: [CSetting] = [.unsafeFlags(["-Wno-c23-extensions"])]

let package = Package(
    name: "jiayuan",
    products: [
        .executable(name: "jiayuan", targets: ["jiayuan"])
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
    ],
    targets: [
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CZlib", cSettings: shims, linkerSettings: [.linkedLibrary("z")]),
        .target(name: "CQRCode", linkerSettings: [.linkedLibrary("qrencode")]),
        .target(name: "CZip", cSettings: shims, linkerSettings: [.linkedLibrary("minizip")]),
        .target(name: "CXML", cSettings: shims, linkerSettings: [.linkedLibrary("expat")]),
        .target(name: "CXLSX", linkerSettings: [.linkedLibrary("xlsxwriter")]),
        .target(name: "CAssets", exclude: ["files"], cSettings: embeds),
        .target(name: "CDisk", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "Federation", swiftSettings: strict),
        .target(name: "Coverage", swiftSettings: strict),
        .target(name: "Wire", dependencies: ["Federation", "CZlib"], exclude: ["PROTOCOL.md"], swiftSettings: strict),
        .target(name: "Sync", dependencies: ["Federation", "Wire", "CCurl", grdb, log], swiftSettings: strict),
        .target(
            name: "Daemon",
            dependencies: http + [
                log, grdb, yaml, crypto, "CAssets", "CZip", "CXML", "CXLSX",
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "Compound",
            dependencies: ["CQRCode", "Federation", "Wire", "Sync", "Daemon", grdb, log, crypto],
            exclude: ["API.md", "README.md"],
            swiftSettings: strict),
        .target(
            name: "District",
            dependencies: [
                "Federation", "Coverage", "Wire", "Sync", "Daemon", grdb, log, crypto,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(name: "Generator", swiftSettings: strict),
        .target(
            name: "Simulator",
            dependencies: [
                "CDisk", "Federation", "Coverage", "Wire", "Sync", "Compound", "District", "Daemon", grdb, log,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "jiayuan",
            dependencies: [
                "Federation", "Coverage", "Wire", "Sync", "Daemon", "Compound", "District", "Generator",
                "Simulator", log,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        // Checkers that more than one of the test targets apply.
        .target(name: "Laws", dependencies: ["Coverage"], path: "Tests/Laws", swiftSettings: strict),
        // Archives that tests put together byte by byte.
        .target(name: "Archives", path: "Tests/Archives", swiftSettings: strict),
        .testTarget(
            name: "FederationTests", dependencies: ["Federation", "Laws"], path: "Tests/Federation",
            swiftSettings: strict),
        .testTarget(
            name: "GeneratorTests", dependencies: ["Generator", "Coverage", "Laws"], path: "Tests/Generator",
            swiftSettings: strict),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Daemon", "Archives", grdb, log,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Tests/Daemon", swiftSettings: strict),
        .testTarget(
            name: "SyncTests", dependencies: ["Sync", "Wire", "Federation"], path: "Tests/Sync", swiftSettings: strict),
        .testTarget(
            name: "WireTests", dependencies: ["Wire", "Federation"], path: "Tests/Wire", swiftSettings: strict),
        .testTarget(
            name: "CoverageTests", dependencies: ["Coverage", "Laws"], path: "Tests/Coverage", swiftSettings: strict),
        .testTarget(
            name: "DistrictTests",
            dependencies: ["District", "Federation", "Coverage", "Daemon", "Wire", "Laws", log, grdb],
            path: "Tests/District",
            swiftSettings: strict),
        .testTarget(
            name: "CompoundTests",
            dependencies: ["Compound", "Federation", "Wire", "Sync", "Daemon", "Generator", "Laws", grdb],
            path: "Tests/Compound", swiftSettings: strict),
        .testTarget(
            name: "SimulatorTests", dependencies: ["Simulator", "Federation", "District", "Daemon", grdb],
            path: "Tests/Simulator",
            swiftSettings: strict),
        .testTarget(
            name: "ProfileTests",
            dependencies: [
                "Compound", "District", "Generator", "Coverage", "Sync", "Daemon", "Federation", "Wire", "Laws", grdb,
                log,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/Profile", swiftSettings: strict),
    ]
)

if isFuzzing {
    package.products.append(.executable(name: "Fuzz", targets: ["Fuzz"]))
    package.targets.append(
        .executableTarget(
            name: "Fuzz",
            dependencies: ["Federation", "Wire", "Sync", "District", "Compound", "Daemon", "Archives"],
            path: "Tests/Fuzz",
            exclude: ["corpus"], swiftSettings: strict,
            // gold, the default, can't link the fuzzer's sections.
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]))
}
