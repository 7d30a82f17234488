public import Files
public import JSON
public import Models
public import NumericCore
import Text

/// `config.json` of a GPT-2 in Hugging Face layout: the keys that are honored, ignored or refused.
public struct GPT2ConfigurationFile: ModelConfigurationFile {
    /// Sizes and rates.
    public var model: GPT2.Configuration
    /// The token that begins and ends a text, if the file names it.
    public var endOfText: Int32?
    /// True if the weights beside the file are int8.
    public var isInt8: Bool

    /// Settings from their parts.
    public init(model: GPT2.Configuration, endOfText: Int32?, isInt8: Bool = false) {
        self.model = model
        self.endOfText = endOfText
        self.isInt8 = isInt8
    }

    /// The family in errors.
    public static let family = "a GPT-2"
    /// The `model_type` of a model that transformers computes as we do.
    private static let plainType = "gpt2"
    /// The `model_type` of int8 weights, one of our own, so that transformers refuses them: it would take them for weights
    /// without scales.
    private static let int8Type = "headlinekit_gpt2_int8"
    /// The values that `model_type` may have.
    public static let modelTypes = [plainType, int8Type]

    /// `tie_word_embeddings` and others may be absent: transformers then takes the only value that we support.
    private static let keys = ModelSettingsReader.Keys(
        fixed: [
            ("activation_function", .string("gelu_new")), ("scale_attn_weights", .boolean(true)),
            ("scale_attn_by_inverse_layer_idx", .boolean(false)), ("reorder_and_upcast_attn", .boolean(false)),
            ("add_cross_attention", .boolean(false)), ("tie_word_embeddings", .boolean(true)),
            ("is_encoder_decoder", .boolean(false)), ("pruned_heads", .object([])),
        ],
        honored: [
            "model_type", "architectures", "vocab_size", "n_positions", "n_ctx", "n_embd", "n_layer", "n_head",
            "n_inner", "layer_norm_epsilon", "initializer_range", "embd_pdrop", "resid_pdrop", "attn_pdrop",
            "bos_token_id", "eos_token_id",
        ],
        irrelevant: [
            "_attn_implementation_autoset", "_name_or_path", "_num_labels", "chunk_size_feed_forward", "do_sample",
            "dtype", "finetuning_task", "id2label", "is_decoder", "label2id", "max_length", "n_special",
            "output_attentions", "output_hidden_states", "output_past", "pad_token_id", "predict_special_tokens",
            "prefix", "problem_type", "return_dict", "summary_activation", "summary_first_dropout",
            "summary_proj_to_labels", "summary_type", "summary_use_proj", "task_specific_params", "tokenizer_class",
            "torch_dtype", "torchscript", "transformers_version", "use_bfloat16", "use_cache",
        ])

    /// Reads the file at `path`.
    public init(path: String) throws(FileError) {
        let reader = try ModelSettingsReader(path: path, family: Self.family, types: Self.modelTypes, keys: Self.keys)
        isInt8 = reader.modelType == Self.int8Type
        let hiddenSize = try reader.count("n_embd")
        let heads = try reader.count("n_head")
        guard hiddenSize % heads == 0 else {
            throw reader.error("n_embd", expected: "a multiple of `n_head`, \(heads)")
        }
        let vocabularySize = try reader.count("vocab_size")
        let inner = reader.json["n_inner"].map(\.isNull) ?? true ? 4 * hiddenSize : try reader.count("n_inner")
        model = GPT2.Configuration(
            vocabularySize: vocabularySize, contextLength: try reader.count("n_positions"), hiddenSize: hiddenSize,
            layers: try reader.count("n_layer"), heads: heads, intermediateSize: inner,
            layerNormEpsilon: Float(try reader.number("layer_norm_epsilon", absent: 1e-5, in: 0...1)),
            initializerRange: try reader.number("initializer_range", absent: 0.02, in: 0...1),
            embeddingDropout: Float(try reader.number("embd_pdrop", absent: 0.1, in: 0...0.999)),
            residualDropout: Float(try reader.number("resid_pdrop", absent: 0.1, in: 0...0.999)),
            attentionDropout: Float(try reader.number("attn_pdrop", absent: 0.1, in: 0...0.999)))
        endOfText = try reader.token("eos_token_id", absent: nil, vocabularySize: vocabularySize)
    }

    /// The number of layers.
    public var layers: Int { model.layers }

    /// Sizes for people.
    public var facts: [ModelIdentity.Fact] {
        [
            .init(name: "layers", value: "\(model.layers)"), .init(name: "hidden size", value: "\(model.hiddenSize)"),
            .init(name: "heads", value: "\(model.heads)"),
            .init(name: "context length", value: "\(model.contextLength)"),
            .init(name: "vocabulary", value: grouped(model.vocabularySize)),
        ]
    }

    /// Returns the file as transformers 5 reads it.
    public func json(dtype: DType) -> JSONValue {
        let end: JSONValue = endOfText.map { .integer(Int($0)) } ?? .null
        return .object([
            ("activation_function", "gelu_new"), ("architectures", ["GPT2LMHeadModel"]),
            ("attn_pdrop", .number(Double(model.attentionDropout).shortest)), ("bos_token_id", end),
            ("embd_pdrop", .number(Double(model.embeddingDropout).shortest)), ("eos_token_id", end),
            ("initializer_range", .number(model.initializerRange)),
            ("layer_norm_epsilon", .number(Double(model.layerNormEpsilon).shortest)),
            ("model_type", .string(isInt8 ? Self.int8Type : Self.plainType)),
            ("n_ctx", .integer(model.contextLength)), ("n_embd", .integer(model.hiddenSize)),
            ("n_head", .integer(model.heads)),
            ("n_inner", .integer(model.intermediateSize)), ("n_layer", .integer(model.layers)),
            ("n_positions", .integer(model.contextLength)),
            ("resid_pdrop", .number(Double(model.residualDropout).shortest)), ("tie_word_embeddings", true),
            ("torch_dtype", .string(dtype.rawValue)),
            ("vocab_size", .integer(model.vocabularySize)),
        ])
    }
}
