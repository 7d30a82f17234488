public import Files
public import JSON
public import Models
public import NumericCore
import Text

/// `config.json` of a BERT in Hugging Face layout: the keys that are honored, ignored or refused.
///
/// transformers has no mean pooling and would silently make up a pooler and compute other logits. So the `model_type` of such a
/// classifier is one of our own, which transformers refuses.
public struct BERTConfigurationFile: ModelConfigurationFile {
    /// Sizes and rates; `labels` is the number of ``labels``, 0 when the file names none.
    public var model: BERTClassifier.Configuration
    /// The names of the classes in the order of the logits; empty when the file names none, as that of a bare encoder.
    public var labels: [String] { didSet { model.labels = labels.count } }
    /// The padding token, for other programs; we pad nothing.
    public var padToken: Int32?
    /// The temperature that the logits have been divided by for calibrated probabilities (Guo et al. 2017); `nil` if none was
    /// fitted.
    public var temperature: Double?
    /// True if the weights beside the file are int8, which transformers lacks; it refuses them by our own `model_type`.
    public var isInt8 = false

    /// Settings for `model` with classes called `labels`, whose number overrides that in `model`.
    public init(model: BERTClassifier.Configuration, labels: [String], padToken: Int32?, temperature: Double?) {
        self.model = model
        self.model.labels = labels.count
        self.labels = labels
        self.padToken = padToken
        self.temperature = temperature
    }

    /// The family in errors.
    public static let family = "a BERT"
    /// The `model_type` of a model that transformers computes as we do.
    private static let plainType = "bert"
    /// The `model_type` of mean pooling.
    private static let meanType = "headlinekit_bert_mean_pooling"
    /// The suffix of the types of int8 weights.
    private static let int8Suffix = "_int8"
    private static let int8Types = ["headlinekit_bert" + int8Suffix, meanType + int8Suffix]
    /// The values that `model_type` may have.
    public static let modelTypes = [plainType, meanType] + int8Types
    /// The key of ``temperature``.
    private static let temperatureKey = "headlinekit_temperature"

    private static let keys = ModelSettingsReader.Keys(
        fixed: [
            ("hidden_act", "gelu"), ("position_embedding_type", "absolute"), ("is_decoder", false),
            ("add_cross_attention", false), ("is_encoder_decoder", false), ("cross_attention_hidden_size", .null),
            ("pruned_heads", .object([])), ("problem_type", "single_label_classification"),
            ("pooler_type", "first_token_transform"), ("directionality", "bidi"),
        ],
        honored: [
            "model_type", "architectures", "vocab_size", "max_position_embeddings", "type_vocab_size", "hidden_size",
            "num_hidden_layers", "num_attention_heads", "intermediate_size", "layer_norm_eps", "initializer_range",
            "hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout", "id2label", "label2id",
            "num_labels", "_num_labels", "pad_token_id", temperatureKey,
        ],
        irrelevant: [
            "_attn_implementation_autoset", "_name_or_path", "bos_token_id", "chunk_size_feed_forward", "cls_token_id",
            "dtype", "eos_token_id", "finetuning_task", "gradient_checkpointing", "mask_token_id",
            "output_attentions", "output_hidden_states", "output_past", "pooler_fc_size",
            "pooler_num_attention_heads", "pooler_num_fc_layers", "pooler_size_per_head", "return_dict",
            "sep_token_id", "task_specific_params", "tie_word_embeddings", "tokenizer_class", "torch_dtype",
            "torchscript", "transformers_version", "unk_token_id", "use_bfloat16", "use_cache",
        ])

    /// Reads the file at `path`; keys that are absent have the defaults of transformers' `BertConfig`.
    public init(path: String) throws(FileError) {
        let reader = try ModelSettingsReader(
            path: path, family: Self.family, types: Self.modelTypes, keys: Self.keys)
        let hiddenSize = try reader.count("hidden_size")
        let heads = try reader.count("num_attention_heads")
        guard hiddenSize % heads == 0 else {
            throw reader.error("hidden_size", expected: "a multiple of `num_attention_heads`, \(heads)")
        }
        let vocabularySize = try reader.count("vocab_size")
        let hiddenDropout = try reader.number("hidden_dropout_prob", absent: 0.1, in: 0...0.999)
        let labels = try Self.labels(reader)
        let model = BERTClassifier.Configuration(
            vocabularySize: vocabularySize, contextLength: try reader.count("max_position_embeddings"),
            tokenTypes: try reader.count("type_vocab_size"), hiddenSize: hiddenSize,
            layers: try reader.count("num_hidden_layers"), heads: heads,
            intermediateSize: try reader.count("intermediate_size"),
            layerNormEpsilon: Float(try reader.number("layer_norm_eps", absent: 1e-12, in: 0...1)),
            initializerRange: try reader.number("initializer_range", absent: 0.02, in: 0...1),
            hiddenDropout: Float(hiddenDropout),
            attentionDropout: Float(try reader.number("attention_probs_dropout_prob", absent: 0.1, in: 0...0.999)),
            classifierDropout: Float(try reader.number("classifier_dropout", absent: hiddenDropout, in: 0...0.999)),
            pooling: reader.modelType.hasPrefix(Self.meanType) ? .mean : .cls, labels: labels.count)
        var temperature: Double?
        if let value = reader.json[Self.temperatureKey], !value.isNull {
            guard let number = value.number, number > 0, number.isFinite else {
                throw reader.error(Self.temperatureKey, expected: "a positive number")
            }
            temperature = number
        }
        self.init(
            model: model, labels: labels,
            padToken: try reader.token("pad_token_id", absent: 0, vocabularySize: vocabularySize),
            temperature: temperature)
        isInt8 = Self.int8Types.contains(reader.modelType)
    }

    /// Returns the names in `id2label`, in the order of their ids; `label2id` and the number, if given, must agree.
    private static func labels(_ reader: ModelSettingsReader) throws(FileError) -> [String] {
        guard let value = reader.json["id2label"], !value.isNull else {
            if let inverse = reader.json["label2id"], inverse.object?.isEmpty == false {
                throw reader.error("id2label", expected: "the names that `label2id` has")
            }
            return []
        }
        let members = value.object ?? []
        var labels = [String?](repeating: nil, count: members.count)
        for (key, name) in members {
            guard let id = Int(key), labels.indices.contains(id), labels[id] == nil, let name = name.string,
                !name.isEmpty
            else { break }
            labels[id] = name
        }
        let names = labels.compactMap { $0 }
        guard value.object != nil, names.count == members.count, Set(names.map(ByteString.init)).count == names.count
        else { throw reader.error("id2label", expected: "different names for the ids from \"0\" on, none left out") }
        if let inverse = reader.json["label2id"], !inverse.isNull {
            let pairs = (inverse.object ?? []).map { (ByteString($0.key), $0.value.integer) }
            let ids = Dictionary(pairs) { first, _ in first }
            guard pairs.count == names.count, names.indices.allSatisfy({ ids[ByteString(names[$0])] == $0 }) else {
                throw reader.error("label2id", expected: "the inverse of `id2label`")
            }
        }
        for key in ["num_labels", "_num_labels"] {
            if let number = reader.json[key], !number.isNull, number.integer != names.count {
                throw reader.error(key, expected: "the number of names in `id2label`, \(names.count)")
            }
        }
        return names
    }

    /// The number of layers.
    public var layers: Int { model.layers }

    /// Sizes and the temperature, for people.
    public var facts: [ModelIdentity.Fact] {
        [
            .init(name: "layers", value: "\(model.layers)"), .init(name: "hidden size", value: "\(model.hiddenSize)"),
            .init(name: "heads", value: "\(model.heads)"),
            .init(name: "context length", value: "\(model.contextLength)"),
            .init(name: "vocabulary", value: grouped(model.vocabularySize)),
            .init(name: "labels", value: "\(model.labels)"),
            .init(name: "temperature", value: temperature.map { Formatting.fixed($0, 4) } ?? "not fitted"),
        ]
    }

    /// Returns the file as transformers 5 reads it.
    public func json(dtype: DType) -> JSONValue {
        let isPlain = model.pooling == .cls
        let mean = "HeadlineKitMeanPoolingClassifier"
        let modelType =
            isInt8 ? Self.int8Types[isPlain ? 0 : 1] : isPlain ? Self.plainType : Self.meanType
        var members: [(key: String, value: JSONValue)] = [
            ("architectures", [.string(isPlain ? "BertForSequenceClassification" : mean)]),
            ("attention_probs_dropout_prob", .number(Double(model.attentionDropout).shortest)),
            ("classifier_dropout", .number(Double(model.classifierDropout).shortest)),
            (Self.temperatureKey, temperature.map { .number($0) } ?? .null), ("hidden_act", "gelu"),
            ("hidden_dropout_prob", .number(Double(model.hiddenDropout).shortest)),
            ("hidden_size", .integer(model.hiddenSize)),
            ("id2label", .object(labels.enumerated().map { (String($0.offset), .string($0.element)) })),
            ("initializer_range", .number(model.initializerRange)),
            ("intermediate_size", .integer(model.intermediateSize)),
            ("label2id", .object(labels.enumerated().map { ($0.element, .integer($0.offset)) })),
            ("layer_norm_eps", .number(Double(model.layerNormEpsilon).shortest)),
            ("max_position_embeddings", .integer(model.contextLength)),
            ("model_type", .string(modelType)),
            ("num_attention_heads", .integer(model.heads)), ("num_hidden_layers", .integer(model.layers)),
            ("pad_token_id", padToken.map { .integer(Int($0)) } ?? .null), ("position_embedding_type", "absolute"),
            ("problem_type", "single_label_classification"), ("torch_dtype", .string(dtype.rawValue)),
            ("type_vocab_size", .integer(model.tokenTypes)), ("vocab_size", .integer(model.vocabularySize)),
        ]
        if temperature == nil { members.removeAll { $0.key == Self.temperatureKey } }
        return .object(members)
    }
}
