public import Files
public import Models

/// `config.json` of a GPT-2 in Hugging Face layout: what of it we honour, what may stand there, what we refuse by name.
public struct GPT2ConfigurationFile: Sendable {
    /// Sizes and rates.
    public var model: GPT2.Configuration
    /// The token that begins and ends a text, if the file names it.
    public var endOfText: Int32?

    public init(model: GPT2.Configuration, endOfText: Int32?) {
        self.model = model
        self.endOfText = endOfText
    }

    /// Settings that other values of would make another model: the key, the only value we compute, and the value that
    /// transformers takes when the key is absent.
    private static let fixed: [(key: String, only: JSONValue)] = [
        ("activation_function", .string("gelu_new")), ("scale_attn_weights", .boolean(true)),
        ("scale_attn_by_inverse_layer_idx", .boolean(false)), ("reorder_and_upcast_attn", .boolean(false)),
        ("add_cross_attention", .boolean(false)), ("tie_word_embeddings", .boolean(true)),
        ("is_encoder_decoder", .boolean(false)), ("pruned_heads", .object([])),
    ]

    private static let honoured: Set<String> = [
        "model_type", "architectures", "vocab_size", "n_positions", "n_ctx", "n_embd", "n_layer", "n_head", "n_inner",
        "layer_norm_epsilon", "initializer_range", "embd_pdrop", "resid_pdrop", "attn_pdrop", "bos_token_id",
        "eos_token_id",
    ]

    /// Keys that say nothing about the numbers: bookkeeping of transformers, other heads, generation defaults.
    private static let irrelevant: Set<String> = [
        "_attn_implementation_autoset", "_name_or_path", "_num_labels", "chunk_size_feed_forward", "do_sample", "dtype", "finetuning_task", "id2label",
        "is_decoder", "label2id", "max_length", "n_special", "output_attentions", "output_hidden_states", "output_past",
        "pad_token_id", "predict_special_tokens", "prefix", "problem_type", "return_dict", "summary_activation",
        "summary_first_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj", "task_specific_params",
        "tokenizer_class", "torch_dtype", "torchscript", "transformers_version", "use_bfloat16", "use_cache",
    ]

    /// Reads the file at `path`.
    public init(path: String) throws(FileError) {
        let json: JSONValue
        do { json = try JSONValue(parsing: try readFile(path, limit: 1 << 20)) } catch let error as JSONError {
            throw FileError(path, "\(error)")
        } catch let error as FileError { throw error } catch { throw FileError(path, "\(error)") }
        guard let members = json.object else {
            throw FileError(path, "holds \(json.kind), expected an object with the settings of a GPT-2")
        }
        try Self.checkKeys(members, path: path)
        let reader = Reader(json: json, path: path)
        guard json["model_type"]?.string == "gpt2" else {
            throw FileError(
                path,
                "`model_type` is \(reader.found("model_type")), expected \"gpt2\"; this folder holds another kind of model"
            )
        }
        let channels = try reader.count("n_embd")
        let heads = try reader.count("n_head")
        guard channels % heads == 0 else {
            throw FileError(path, "`n_embd` is \(channels), expected a multiple of `n_head`, \(heads)")
        }
        let vocabularySize = try reader.count("vocab_size")
        let inner = json["n_inner"].map(\.isNull) ?? true ? 4 * channels : try reader.count("n_inner")
        model = GPT2.Configuration(
            vocabularySize: vocabularySize, positions: try reader.count("n_positions"), channels: channels,
            layers: try reader.count("n_layer"), heads: heads, innerChannels: inner,
            layerNormEpsilon: Float(try reader.number("layer_norm_epsilon", absent: 1e-5, in: 0...1)),
            initializerDeviation: try reader.number("initializer_range", absent: 0.02, in: 0...1),
            embeddingDropout: Float(try reader.number("embd_pdrop", absent: 0.1, in: 0...0.999)),
            residualDropout: Float(try reader.number("resid_pdrop", absent: 0.1, in: 0...0.999)),
            attentionDropout: Float(try reader.number("attn_pdrop", absent: 0.1, in: 0...0.999)))
        if let end = json["eos_token_id"], !end.isNull {
            guard let id = end.integer, id >= 0, id < vocabularySize else {
                throw FileError(
                    path, "`eos_token_id` is \(reader.found("eos_token_id")), expected an id below \(vocabularySize)")
            }
            endOfText = Int32(id)
        }
    }

    private static func checkKeys(_ members: [(key: String, value: JSONValue)], path: String) throws(FileError) {
        for (key, value) in members {
            if let rule = fixed.first(where: { $0.key == key }) {
                guard value.isNull || value == rule.only else {
                    throw FileError(path, "`\(key)` is \(text(value)), and only \(text(rule.only)) is supported here")
                }
            } else if !honoured.contains(key) && !irrelevant.contains(key) {
                throw FileError(
                    path,
                    "`\(key)` is a setting that is not honoured here; remove it if the model does not depend on it")
            }
        }
    }

    fileprivate static func text(_ value: JSONValue) -> String {
        String(decoding: value.serialized(), as: UTF8.self)
    }

    /// The file as transformers 5 reads it.
    /// - Parameter numberType: of the weights beside it, in PyTorch's words: `float32` or `float16`.
    public func json(numberType: String) -> JSONValue {
        let end: JSONValue = endOfText.map { .integer(Int($0)) } ?? .null
        return .object([
            ("activation_function", "gelu_new"), ("architectures", ["GPT2LMHeadModel"]),
            ("attn_pdrop", .number(Double(model.attentionDropout).shortest)), ("bos_token_id", end),
            ("embd_pdrop", .number(Double(model.embeddingDropout).shortest)), ("eos_token_id", end),
            ("initializer_range", .number(model.initializerDeviation)),
            ("layer_norm_epsilon", .number(Double(model.layerNormEpsilon).shortest)), ("model_type", "gpt2"),
            ("n_ctx", .integer(model.positions)), ("n_embd", .integer(model.channels)),
            ("n_head", .integer(model.heads)),
            ("n_inner", .integer(model.innerChannels)), ("n_layer", .integer(model.layers)),
            ("n_positions", .integer(model.positions)),
            ("resid_pdrop", .number(Double(model.residualDropout).shortest)), ("tie_word_embeddings", true),
            ("torch_dtype", .string(numberType)),
            ("vocab_size", .integer(model.vocabularySize)),
        ])
    }

    /// Typed access with errors that name file, key, found and expected.
    private struct Reader {
        let json: JSONValue
        let path: String

        func found(_ key: String) -> String { json[key].map(GPT2ConfigurationFile.text) ?? "absent" }

        func count(_ key: String) throws(FileError) -> Int {
            guard let value = json[key]?.integer, value > 0, value < 1 << 31 else {
                throw FileError(path, "`\(key)` is \(found(key)), expected a positive whole number")
            }
            return value
        }

        func number(_ key: String, absent: Double, in range: ClosedRange<Double>) throws(FileError) -> Double {
            guard let value = json[key], !value.isNull else { return absent }
            guard let number = value.number, range.contains(number) else {
                throw FileError(
                    path, "`\(key)` is \(found(key)), expected a number from \(range.lowerBound) to \(range.upperBound)"
                )
            }
            return number
        }
    }
}

extension Double {
    /// The Double nearest to the shortest decimal that reads back as the same Float: 0.1 for Float(0.1).
    fileprivate var shortest: Double { Double(Float(self).description) ?? self }
}
