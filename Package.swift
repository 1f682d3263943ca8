// swift-tools-version: 6.2

import PackageDescription

/// The rules every ordinary target is compiled with: see CONTRIBUTING.md.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency =
    .product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle: Target.Dependency =
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")

let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }

let package = Package(
    name: "jobd",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "jobd", targets: ["JobDaemon"]),
        .executable(name: "jobctl", targets: ["JobControl"]),
        .executable(name: "jobd-supervise", targets: ["jobd-supervise"]),
        .library(name: "JobClient", targets: ["JobClient"]),
    ],
    dependencies: [
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // MARK: Programs
        .executableTarget(
            name: "JobDaemon",
            dependencies: [
                "CLinux", "JobModel", "JobStore", "JobEvents", "JobRunner", "JobScheduler",
                "JobAPI", "JobHTTP", "YAMLReading", argumentParser, logging, lifecycle, "Yams",
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "JobControl",
            dependencies: [
                "JobClient", "JobAPI", "JobModel", "ProgressRecognition", "CLinux", "TerminalText",
                "YAMLReading", argumentParser, "Yams",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "jobd-supervise",
            dependencies: ["CLinux"],
            swiftSettings: [
                .enableExperimentalFeature("Embedded"),
                .unsafeFlags(["-wmo", "-Osize"]),
                .treatAllWarnings(as: .error),
            ],
            // It runs in the job's environment: a dynamic program would load what
            // a job puts into LD_PRELOAD, and take twice the memory.
            linkerSettings: [.unsafeFlags(["-Xclang-linker", "-static"])]),

        .executableTarget(
            name: "RecognitionSpeed", dependencies: ["JobModel", "ProgressRecognition"],
            path: "Benchmarks/RecognitionSpeed", swiftSettings: strict),
        .executableTarget(
            name: "ClaimCost", dependencies: ["JobModel", "JobStore"],
            path: "Benchmarks/ClaimCost", swiftSettings: strict),

        // MARK: The daemon's layers, each importing only those above it
        .target(name: "JobModel", swiftSettings: strict),
        .target(
            name: "Migrations", path: "migrations", resources: [.embedInCode("sql")],
            swiftSettings: strict),
        .target(name: "CLinux"),
        .target(
            name: "JobStore", dependencies: ["JobModel", "Migrations", "CLinux", grdb],
            swiftSettings: strict),
        .target(name: "Journal", dependencies: ["CLinux"], swiftSettings: strict),
        .target(
            name: "JobEvents", dependencies: ["JobModel", "JobStore", "Journal", "JobAPI"],
            swiftSettings: strict),
        .target(
            name: "ProgressRecognition", dependencies: ["JobModel", "CLineScan"],
            swiftSettings: strict),
        // Optimised in debug builds too: a job's whole output passes through it.
        .target(name: "CLineScan", cSettings: [.unsafeFlags(["-O2"])]),
        .target(name: "TerminalText", swiftSettings: strict),
        .target(
            name: "JobRunner", dependencies: ["JobModel", "Journal", "CLinux"],
            swiftSettings: strict),
        .target(
            name: "JobScheduler",
            dependencies: [
                "JobModel", "JobStore", "JobEvents", "JobRunner", "Journal",
                "ProgressRecognition", logging,
            ],
            swiftSettings: strict),
        .target(name: "JobAPI", dependencies: ["JobModel"], swiftSettings: strict),
        .target(name: "YAMLReading", dependencies: ["JobAPI", "Yams"], swiftSettings: strict),
        .target(
            name: "JobHTTP",
            dependencies: [
                "JobModel", "JobAPI", "JobStore", "JobEvents", "Journal", "TerminalText", "CLinux",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"), nioSSL,
                nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"), nio("NIOTLS"), httpTypes,
                logging, lifecycle,
            ],
            resources: [.embedInCode("Dashboard"), .embedInCode("OpenAPI")],
            swiftSettings: strict),

        // MARK: The client side
        .target(
            name: "JobClient",
            dependencies: [
                "JobAPI",
                .product(name: "AsyncHTTPClient", package: "async-http-client"), nioSSL,
                nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"), nio("NIOTLS"),
            ],
            swiftSettings: strict),

        // MARK: Tests
        .target(
            name: "JobTestSupport",
            path: "Tests/JobTestSupport",
            swiftSettings: strict),
        .testTarget(
            name: "JobModelTests", dependencies: ["JobModel", "JobTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "JobAPITests", dependencies: ["JobAPI", "JobModel", "JobTestSupport"],
            exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "JobStoreTests",
            dependencies: [
                "JobStore", "JobModel", "Migrations", "JobTestSupport", grdb,
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "JournalTests", dependencies: ["Journal", "CLinux", "JobTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ProgressRecognitionTests",
            dependencies: ["ProgressRecognition", "CLineScan", "JobModel", "JobTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TerminalTextTests", dependencies: ["TerminalText", "JobTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "JobRunnerTests",
            dependencies: ["JobRunner", "Journal", "JobModel", "CLinux", "JobTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "JobSchedulerTests",
            dependencies: [
                "JobScheduler", "JobStore", "JobModel", "JobRunner", "Journal",
                "ProgressRecognition", "CLinux", "JobTestSupport", logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "JobEventsTests",
            dependencies: [
                "JobEvents", "JobStore", "JobModel", "JobAPI", "Journal", "JobTestSupport", grdb,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "JobHTTPTests",
            dependencies: [
                "JobHTTP", "JobEvents", "JobStore", "JobModel", "JobAPI", "JobTestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                nio("NIOCore"), nio("NIOEmbedded"), nio("NIOHTTP1"), httpTypes, logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "JobClientTests",
            dependencies: [
                "JobClient", "JobAPI", "JobTestSupport", nio("NIOCore"), nio("NIOPosix"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "JobControlTests",
            dependencies: [
                "JobControl", "JobClient", "JobAPI", "JobModel", "ProgressRecognition",
                "YAMLReading", argumentParser,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "JobDaemonTests",
            dependencies: ["JobTestSupport", "JobClient", "JobAPI", "JobModel"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
