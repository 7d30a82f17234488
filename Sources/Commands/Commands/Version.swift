/// The version of HeadlineKit that every executable prints for `--version`. CHANGELOG.md says what is in it.
public let headlineKitVersion = "0.2.0"
