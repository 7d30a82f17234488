// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The floors of `Sources` and `Tests`, lowest first. A target imports only from its own floor and from those below;
/// `scripts/check-arrows` holds it to that, and to using every arrow declared here.
enum Floor: String {
    case foundations = "Foundations"
    case numerics = "Numerics"
    case data = "Data"
    case models = "Models"
    case workflows = "Workflows"
    case commands = "Commands"
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A Swift module of the package.
func module(_ name: String, on floor: Floor, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(floor.rawValue)/\(name)", swiftSettings: strict)
}

/// An executable.
func command(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + ["Commands", argumentParser], path: "Sources/Commands/\(name)",
        swiftSettings: strict)
}

/// The header and link name of a system library.
func systemLibrary(
    _ name: String, on floor: Floor, pkgConfig: String? = nil, packages: [String] = []
) -> Target {
    .systemLibrary(
        name: name, path: "Sources/\(floor.rawValue)/\(name)", pkgConfig: pkgConfig,
        providers: packages.isEmpty ? nil : [.apt(packages + ["pkg-config"])])
}

/// The tests of one module. They build in release like everything else, so they reach `package` symbols, not `@testable`.
func tests(_ name: String, on floor: Floor, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.target(name: name)] + dependencies,
        path: "Tests/\(floor.rawValue)/\(name)Tests", swiftSettings: strict)
}

/// A library for other packages: the module of that name and those whose types its API names.
func library(_ name: String, _ targets: [String]) -> Product { .library(name: name, targets: targets) }

let modelFolders = [
    "ModelFolders", "Models", "NeuralNetwork", "Autograd", "NumericCore", "Tokenization", "Checkpoints", "Text", "JSON",
    "Files",
]
let training = ["Training", "HeadlineData", "Optimization", "Statistics", "Settings"]

let package = Package(
    name: "HeadlineKit",
    products: [
        library("ModelFolders", modelFolders),
        library("Inference", modelFolders + ["Inference"]),
        library("Training", modelFolders + training),
        library("Evaluation", modelFolders + ["Inference", "Statistics", "HeadlineData", "Reports", "Evaluation"]),
        .executable(name: "train", targets: ["train"]),
        .executable(name: "evaluate", targets: ["evaluate"]),
        .executable(name: "headline", targets: ["headline"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Headers only: Linux calls that the Swift Glibc module hides.
        systemLibrary("CLinux", on: .foundations),
        systemLibrary("CZlib", on: .foundations, pkgConfig: "zlib", packages: ["zlib1g-dev"]),
        systemLibrary("CCrypto", on: .foundations, pkgConfig: "libcrypto", packages: ["libssl-dev"]),
        module("Preconditions", on: .foundations, []),
        module("Randomness", on: .foundations, ["Preconditions"]),
        module("Text", on: .foundations, ["Preconditions"]),
        module("JSON", on: .foundations, ["Text"]),
        module("Files", on: .foundations, ["Text", "Preconditions", "CCrypto", "CZlib", "CLinux"]),
        module("ProcessMemory", on: .foundations, ["Files", "CLinux"]),
        module("Settings", on: .foundations, ["Text", "Files", yams]),

        // No unsafeFlags: they would bar the package as a dependency. A release build compiles the kernels at -O2, nearly as fast as -O3
        // (docs/architecture.md). A debug build compiles them at -O0, some 30 times slower: add `-Xcc -O3` to develop with it.
        .target(name: "CKernels", path: "Sources/Numerics/CKernels"),
        systemLibrary("COpenBLAS", on: .numerics, pkgConfig: "openblas", packages: ["libopenblas-dev"]),
        module("NumericCore", on: .numerics, ["Preconditions", "CKernels", "COpenBLAS"]),
        module("Autograd", on: .numerics, ["NumericCore", "Preconditions"]),
        module("NeuralNetwork", on: .numerics, ["Autograd", "NumericCore", "Preconditions"]),
        module("Optimization", on: .numerics, ["Autograd", "NumericCore"]),
        module("Statistics", on: .numerics, ["Preconditions", "Randomness"]),

        module("Tokenization", on: .data, ["Preconditions", "Text", "JSON", "Files", "Randomness"]),
        module(
            "HeadlineData", on: .data,
            ["Tokenization", "NumericCore", "Preconditions", "Text", "JSON", "Files", "Randomness"]),
        module("Baselines", on: .data, ["Preconditions", "Statistics"]),

        systemLibrary("CHDF5", on: .models, pkgConfig: "hdf5", packages: ["libhdf5-dev"]),
        module("Checkpoints", on: .models, ["NumericCore", "Preconditions", "Text", "JSON", "Files", "CHDF5"]),
        module("Models", on: .models, ["NeuralNetwork", "Autograd", "NumericCore", "Preconditions"]),
        module(
            "ModelFolders", on: .models,
            [
                "Models", "NeuralNetwork", "Autograd", "NumericCore", "Tokenization", "Checkpoints", "Preconditions",
                "Text", "JSON", "Files",
            ]),

        module(
            "Inference", on: .workflows,
            [
                "ModelFolders", "Models", "NeuralNetwork", "Autograd", "NumericCore", "Tokenization", "Checkpoints",
                "Preconditions", "Text", "JSON", "Files",
            ]),
        module(
            "Training", on: .workflows,
            [
                "Inference", "ModelFolders", "Models", "NeuralNetwork", "Autograd", "NumericCore", "HeadlineData",
                "Tokenization", "Optimization", "Checkpoints", "Settings", "Text", "JSON", "Files", "Statistics",
                "Baselines", "ProcessMemory",
            ]),
        module("Reports", on: .workflows, ["Preconditions", "Text", "JSON", "Files"]),
        module(
            "Evaluation", on: .workflows,
            [
                "Inference", "ModelFolders", "Models", "Statistics", "Baselines", "HeadlineData", "Reports",
                "Tokenization", "Text", "JSON", "Files",
            ]),

        module(
            "Commands", on: .commands,
            ["Settings", "HeadlineData", "Inference", "Text", "Files", "ProcessMemory", argumentParser]),
        command("train", ["Training", "Settings", "Text", "Files", "ProcessMemory"]),
        command(
            "evaluate",
            [
                "Settings", "Evaluation", "Training", "Inference", "ModelFolders", "HeadlineData", "Reports",
                "Statistics", "Text", "JSON", "Files",
            ]),
        command(
            "headline",
            [
                "Settings", "Inference", "ModelFolders", "Evaluation", "Checkpoints", "NumericCore", "Reports",
                "HeadlineData",
                "Tokenization", "Text", "JSON", "Files", "ProcessMemory",
            ]),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "TinyModels",
            dependencies: [
                "TestSupport", "Inference", "ModelFolders", "Models", "NeuralNetwork", "Autograd", "NumericCore",
                "Tokenization", "JSON", "Files",
            ], path: "Tests/TinyModels", swiftSettings: strict),
        tests("Text", on: .foundations),
        tests("JSON", on: .foundations, ["Text", "Files", "Randomness"]),
        tests("Files", on: .foundations, ["TestSupport", "Text"]),
        tests("ProcessMemory", on: .foundations, ["Files"]),
        tests("Settings", on: .foundations, ["TestSupport", "Text", "Files"]),
        tests("NumericCore", on: .numerics, ["TestSupport"]),
        tests("Autograd", on: .numerics, ["TestSupport", "NumericCore"]),
        tests("NeuralNetwork", on: .numerics, ["Autograd", "NumericCore"]),
        tests("Optimization", on: .numerics, ["TestSupport", "Autograd", "NumericCore"]),
        tests("Statistics", on: .numerics, ["TestSupport"]),
        tests("Tokenization", on: .data, ["TestSupport", "Text", "JSON", "Files"]),
        tests(
            "HeadlineData", on: .data,
            ["TestSupport", "Tokenization", "NumericCore", "Text", "JSON", "Files", "Randomness"]),
        tests("Baselines", on: .data, ["TestSupport", "Statistics"]),
        tests("Checkpoints", on: .models, ["TestSupport", "NumericCore", "Text", "Files"]),
        tests(
            "Models", on: .models,
            ["TestSupport", "NeuralNetwork", "Autograd", "NumericCore", "Optimization"]),
        tests(
            "ModelFolders", on: .models,
            [
                "TestSupport", "TinyModels", "Inference", "Models", "NeuralNetwork", "Autograd", "NumericCore",
                "Tokenization",
                "Checkpoints", "JSON", "Files",
            ]),
        tests(
            "Inference", on: .workflows,
            [
                "TestSupport", "TinyModels", "ModelFolders", "Models", "NeuralNetwork", "Autograd", "NumericCore",
                "Tokenization",
                "Text", "Files",
            ]),
        tests("Reports", on: .workflows, ["TestSupport", "Text", "JSON", "Files"]),
        tests(
            "Evaluation", on: .workflows,
            [
                "TestSupport", "Inference", "ModelFolders", "Models", "NeuralNetwork", "Autograd", "NumericCore",
                "Checkpoints",
                "Statistics", "Baselines", "HeadlineData", "Reports", "Tokenization", "Text", "JSON", "Files",
            ]),
        tests(
            "Training", on: .workflows,
            [
                "TestSupport", "HeadlineData", "Text", "JSON", "Files", "Settings", "Checkpoints", "Inference",
                "ModelFolders",
                "NumericCore", "Autograd", "Optimization", "Tokenization", "ProcessMemory", "Statistics", "Baselines",
            ]),
        // Runs the executables that lie beside the test bundle: `swift build --build-tests` makes all.
        .testTarget(
            name: "CommandTests",
            dependencies: ["TestSupport", "Checkpoints", "NumericCore", "JSON", "Files", "ProcessMemory"],
            path: "Tests/Commands/CommandTests", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)

// scripts/check-sanitizers builds only the tests it names and the targets that they depend on.
if let named = Context.environment["HEADLINEKIT_ONLY_TESTS"] {
    var open = named.split(separator: ",").map(String.init)
    var kept: Set<String> = []
    while let name = open.popLast() {
        guard kept.insert(name).inserted, let target = package.targets.first(where: { $0.name == name }) else {
            continue
        }
        for case .targetItem(let dependency, _) in target.dependencies { open.append(dependency) }
        for case .byNameItem(let dependency, _) in target.dependencies { open.append(dependency) }
    }
    package.products = []
    package.targets = package.targets.filter { kept.contains($0.name) }
}
