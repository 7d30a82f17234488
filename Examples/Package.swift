// swift-tools-version: 6.2
import PackageDescription

/// A library of HeadlineKit.
func headlineKit(_ library: String) -> Target.Dependency { .product(name: library, package: "HeadlineKit") }

let package = Package(
    name: "Examples",
    dependencies: [
        // In a package of your own: .package(url: "…/HeadlineKit", exact: "0.2.0")
        .package(name: "HeadlineKit", path: "..")
    ],
    targets: [
        .executableTarget(name: "complete", dependencies: [headlineKit("Inference")]),
        .executableTarget(name: "classify", dependencies: [headlineKit("Inference")]),
        .executableTarget(
            name: "bag-of-words", dependencies: [headlineKit("Training"), headlineKit("ModelFolders")]),
    ]
)
