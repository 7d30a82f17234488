// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Examples",
    dependencies: [
        // In a package of your own: .package(url: "…/HeadlineKit", exact: "0.2.0")
        .package(name: "HeadlineKit", path: "..")
    ],
    targets: [
        .executableTarget(name: "complete", dependencies: [.product(name: "Inference", package: "HeadlineKit")]),
        .executableTarget(name: "classify", dependencies: [.product(name: "Inference", package: "HeadlineKit")]),
    ]
)
