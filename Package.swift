// swift-tools-version: 6.1
import PackageDescription

/// One entry per row of the table in docs/architecture.md; `scripts/check` fails on an import that is not listed here.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A Swift module of the package.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one module. They build in release like everything else, so they reach `package` symbols, not `@testable`.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.target(name: name), "TestSupport"] + dependencies, swiftSettings: strict)
}

let package = Package(
    name: "HeadlineKit",
    products: [
        .executable(name: "train", targets: ["train"]),
        .executable(name: "evaluate", targets: ["evaluate"]),
        .executable(name: "headline", targets: ["headline"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    ],
    targets: [
        // Explicit -O3: SwiftPM compiles C at -O0 in debug builds, where the kernels would be 30 times slower. Without
        // errno a square root is one instruction, and its loop vectorises.
        .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])]),
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev", "pkg-config"])]),
        .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev", "pkg-config"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev", "pkg-config"])]),
        // Headers only: Linux calls that the Swift Glibc module hides.
        .systemLibrary(name: "CLinux"),

        module("NumericCore", ["CKernels", "COpenBLAS"]),
        module("Autograd", ["NumericCore"]),
        module("NeuralNetwork", ["Autograd", "NumericCore"]),
        module("Optimization", ["Autograd", "NumericCore"]),
        module("Models", ["NeuralNetwork", "Autograd", "NumericCore"]),
        module("Files", [crypto, "CZlib", "CLinux"]),
        module("Tokenization", ["Files"]),
        module("HeadlineData", ["Tokenization", "NumericCore", "Files"]),
        module("Checkpoints", ["NumericCore", "Files", "CHDF5"]),
        module("Configuration", ["Files", yams]),
        module("Metrics", []),
        // Of Metrics only the text table: reports know neither models nor data.
        module("Reports", ["Metrics", "Files"]),
        module(
            "Inference",
            ["Models", "NeuralNetwork", "Autograd", "NumericCore", "Tokenization", "Checkpoints", "Files"]),
        module(
            "Training",
            [
                "Inference", "Models", "NeuralNetwork", "Autograd", "NumericCore", "HeadlineData", "Tokenization",
                "Optimization", "Checkpoints", "Configuration", "Files", "Metrics",
            ]),
        module(
            "Evaluation",
            ["Inference", "Models", "NumericCore", "Metrics", "HeadlineData", "Reports", "Tokenization", "Files"]),
        module("Commands", ["Configuration", "HeadlineData", "Inference", "Files", argumentParser]),
        .executableTarget(
            name: "train", dependencies: ["Commands", "Training", "Configuration", "Files", argumentParser],
            swiftSettings: strict),
        .executableTarget(
            name: "evaluate",
            dependencies: [
                "Commands", "Configuration", "Evaluation", "Training", "Inference", "HeadlineData", "Reports",
                "Metrics", "Files", argumentParser,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "headline",
            dependencies: [
                "Commands", "Configuration", "Inference", "Checkpoints", "Reports", "HeadlineData", "Tokenization",
                "Files", argumentParser,
            ],
            swiftSettings: strict),

        .target(name: "TestSupport", dependencies: ["Files"], path: "Tests/TestSupport", swiftSettings: strict),
        tests("NumericCore", []),
        tests("Autograd", ["NumericCore"]),
        tests("NeuralNetwork", ["Autograd", "NumericCore"]),
        tests("Optimization", ["Autograd", "NumericCore"]),
        tests("Models", ["NeuralNetwork", "Autograd", "NumericCore", "Optimization", "Checkpoints"]),
        tests("Files", []),
        tests("Tokenization", ["Files"]),
        tests("HeadlineData", ["Tokenization", "Files", "NumericCore"]),
        tests("Checkpoints", ["NumericCore", "Files"]),
        tests("Configuration", ["Files"]),
        tests("Metrics", []),
        tests("Reports", ["Metrics", "Files"]),
        tests(
            "Inference",
            ["Models", "NeuralNetwork", "Autograd", "Tokenization", "Checkpoints", "NumericCore", "Files"]),
        tests(
            "Evaluation",
            [
                "Inference", "Models", "NeuralNetwork", "Autograd", "NumericCore", "Checkpoints", "Metrics",
                "HeadlineData", "Reports", "Tokenization", "Files",
            ]),
        // Runs the executables that lie beside the test bundle: `swift build --build-tests` makes all.
        .testTarget(
            name: "CommandTests", dependencies: ["TestSupport", "Checkpoints", "NumericCore", "Files"],
            swiftSettings: strict),
        tests(
            "Training",
            [
                "HeadlineData", "Files", "Configuration", "Checkpoints", "Inference", "NumericCore", "Autograd",
                "Optimization",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)
