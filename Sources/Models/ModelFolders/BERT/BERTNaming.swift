public import Autograd

/// The names in files of a BERT: those of `BertForSequenceClassification`, or of the encoder without the prefix.
public enum BERTNaming: ParameterNaming {
    /// The parameters of the pooler.
    public static let pooler = ["bert.pooler.dense.weight", "bert.pooler.dense.bias"]
    /// The parameters of the head.
    public static let head = ["classifier.weight", "classifier.bias"]

    /// The prefix of the encoder's names in a model with a head.
    private static let prefix = "bert."

    /// The name with its prefix, and with PyTorch's names for the norms: the first BERTs kept TensorFlow's `gamma` and `beta`.
    public static func parameterName(ofEntry entry: String) -> String {
        var name = entry
        if ["embeddings.", "encoder.", "pooler."].contains(where: entry.hasPrefix) { name = prefix + entry }
        for (old, new) in [(".LayerNorm.gamma", ".LayerNorm.weight"), (".LayerNorm.beta", ".LayerNorm.bias")]
        where name.hasSuffix(old) { name = name.dropLast(old.count) + new }
        return name
    }

    /// The layout of PyTorch's Linear.
    public static func layout(ofWeight name: String) -> WeightLayout? {
        let isMatrix =
            name.hasSuffix(".dense.weight") || name.contains(".attention.self.") && name.hasSuffix(".weight")
            || name == "classifier.weight" || name == "bert.embeddings.word_embeddings.weight"
        return isMatrix ? .outputInput : nil
    }

    /// The positions 0, 1, 2 …, which old versions of transformers saved.
    public static func isIgnorable(_ name: String) -> Bool {
        name == "bert.embeddings.position_ids" || name == "position_ids"
    }
}
