public import Autograd

/// The names in files of a GPT-2: those of `GPT2LMHeadModel`, or of `GPT2Model` without the prefix.
public enum GPT2Naming: ParameterNaming {
    /// The prefix of the names in a `GPT2LMHeadModel`.
    private static let prefix = "transformer."
    /// The head, if a file repeats the token embedding under its own name.
    private static let head = "lm_head.weight"

    /// The name without its prefix.
    public static func parameterName(ofEntry name: String) -> String {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }

    /// The name with its prefix.
    public static func entryName(ofParameter name: String) -> String { prefix + name }

    /// The layout of Conv1D for layers; that of an output layer for the token embedding.
    public static func layout(ofWeight name: String) -> WeightLayout? {
        if name == "wte.weight" { return .outputInput }
        return name.hasSuffix(".weight") && name.contains(".c_") ? .inputOutput : nil
    }

    /// Constant masks of old versions, and the tied head.
    public static func isIgnorable(_ name: String) -> Bool {
        name == head || name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias")
    }

    /// The head is a copy of the token embedding.
    public static var copies: [String: String] { [head: "wte.weight"] }
}
