import Files
import Foundation
import Inference
import JSON
import ModelFolders
import Models
import NumericCore
import Testing
import TestSupport

@Suite("config.json of a BERT")
struct BERTConfigurationFileTests {
    /// The keys that published encoders of the family have, old ones included.
    private static let published = """
        {"architectures": ["BertForMaskedLM"], "attention_probs_dropout_prob": 0.1, "directionality": "bidi",
        "gradient_checkpointing": false, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 384,
        "initializer_range": 0.02, "intermediate_size": 1536, "layer_norm_eps": 1e-12, "max_position_embeddings": 512,
        "model_type": "bert", "num_attention_heads": 12, "num_hidden_layers": 6, "pad_token_id": 0,
        "pooler_fc_size": 768, "pooler_num_attention_heads": 12, "pooler_num_fc_layers": 3,
        "pooler_size_per_head": 128, "pooler_type": "first_token_transform", "position_embedding_type": "absolute",
        "transformers_version": "4.8.2", "type_vocab_size": 2, "use_cache": true, "vocab_size": 30522}
        """

    /// What transformers 5 writes for a classifier of its own.
    private static let recent = """
        {"add_cross_attention": false, "architectures": ["BertForSequenceClassification"],
        "attention_probs_dropout_prob": 0.1, "bos_token_id": null, "classifier_dropout": null, "dtype": "float32",
        "eos_token_id": null, "hidden_act": "gelu", "hidden_dropout_prob": 0.2, "hidden_size": 8,
        "id2label": {"0": "war", "1": "peace", "2": "café"}, "initializer_range": 0.02, "intermediate_size": 16,
        "is_decoder": false, "label2id": {"café": 2, "peace": 1, "war": 0}, "layer_norm_eps": 1e-12,
        "max_position_embeddings": 16, "model_type": "bert", "num_attention_heads": 2, "num_hidden_layers": 2,
        "pad_token_id": 0, "problem_type": null, "tie_word_embeddings": true, "transformers_version": "5.0.0",
        "type_vocab_size": 2, "use_cache": true, "vocab_size": 10}
        """

    private func read(_ text: String) throws -> BERTConfigurationFile {
        try withTemporaryFolder { folder in
            try AtomicFile.write(text, to: "\(folder)/config.json")
            return try BERTConfigurationFile(path: "\(folder)/config.json")
        }
    }

    /// The recent file with one key set to something else, or added, or left out.
    private func changed(_ key: String, to value: JSONValue?) throws -> String {
        var members = try #require(try JSONValue(parsing: Array(Self.recent.utf8)).object).filter { $0.key != key }
        if let value { members.append((key, value)) }
        return String(decoding: JSONValue.object(members).serialized(), as: UTF8.self)
    }

    @Test("the published and the recent files are read")
    func accepted() throws {
        let published = try read(Self.published)
        #expect(published.labels.isEmpty && published.padToken == 0 && published.temperature == nil)
        #expect(
            published.model
                == BERTClassifier.Configuration(
                    vocabularySize: 30_522, contextLength: 512, tokenTypes: 2, hiddenSize: 384, layers: 6, heads: 12,
                    intermediateSize: 1_536, layerNormEpsilon: 1e-12, initializerRange: 0.02, hiddenDropout: 0.1,
                    attentionDropout: 0.1, classifierDropout: 0.1, pooling: .cls, labels: 0))
        let recent = try read(Self.recent)
        #expect(recent.labels == ["war", "peace", "café"] && recent.model.labels == 3)
        #expect(recent.model.classifierDropout == 0.2, "that of the hidden states, unless it is given")
        let own = try changed("classifier_dropout", to: 0.3)
        #expect(try read(own).model.classifierDropout == 0.3)
    }

    @Test("what is left out has transformers' defaults")
    func defaults() throws {
        for key in [
            "attention_probs_dropout_prob", "initializer_range", "layer_norm_eps", "hidden_act", "is_decoder",
            "architectures", "classifier_dropout", "problem_type", "label2id",
        ] {
            let file = try read(try changed(key, to: nil))
            #expect(file.model == (try read(Self.recent)).model && file.labels.count == 3, "\(key)")
        }
        #expect(try read(try changed("pad_token_id", to: nil)).padToken == 0)
        #expect(try read(try changed("pad_token_id", to: .null)).padToken == nil)
    }

    @Test(
        "our own file reads back as it was, and keeps the type of numbers", arguments: BERTClassifier.Pooling.allCases)
    func roundTrip(_ pooling: BERTClassifier.Pooling) throws {
        var file = try read(Self.recent)
        file.model.pooling = pooling
        file.model.attentionDropout = 0.3
        file.model.classifierDropout = 0
        file.model.layerNormEpsilon = 1e-6
        for (dtype, temperature, pad) in [(DType.float32, Double?.none, Int32?(3)), (.float16, 1.25, nil)] {
            file.temperature = temperature
            file.padToken = pad
            let json = file.json(dtype: dtype)
            let back = try read(String(decoding: json.serialized(.indented), as: UTF8.self))
            #expect(back.model == file.model && back.labels == file.labels)
            #expect(back.padToken == pad && back.temperature == temperature)
            #expect(json["torch_dtype"]?.string == dtype.rawValue)
            #expect((json["model_type"]?.string == "bert") == (pooling == .cls))
            #expect(
                (json["architectures"] == ["BertForSequenceClassification"]) == (pooling == .cls),
                "transformers must not take mean pooling for its own")
        }
        file.labels = ["one", "two"]
        #expect(file.model.labels == 2)
    }

    @Test("settings that would make another model are refused by name")
    func refused() throws {
        let cases: [(key: String, value: JSONValue?)] = [
            ("hidden_act", "gelu_new"), ("hidden_act", "relu"), ("position_embedding_type", "relative_key"),
            ("is_decoder", true), ("add_cross_attention", true), ("problem_type", "multi_label_classification"),
            ("problem_type", "regression"), ("pooler_type", "mean"), ("rope_theta", 10_000), ("embedding_size", 8),
            ("model_type", "roberta"), ("model_type", nil), ("hidden_size", 9), ("hidden_size", 0),
            ("hidden_size", "8"), ("num_attention_heads", nil), ("num_hidden_layers", -1),
            ("num_hidden_layers", .integer(.max)), ("vocab_size", nil), ("max_position_embeddings", nil),
            ("type_vocab_size", 0), ("intermediate_size", 1.5), ("hidden_dropout_prob", 1),
            ("attention_probs_dropout_prob", -0.1), ("classifier_dropout", "none"), ("layer_norm_eps", "small"),
            ("pad_token_id", 10), ("pad_token_id", -1), ("headlinekit_temperature", 0),
            ("headlinekit_temperature", "warm"),
            ("id2label", ["war", "peace"]), ("id2label", ["0": "war", "2": "peace"]),
            ("id2label", ["0": "war", "1": "war", "2": "x"]), ("id2label", ["0": "war", "1": "", "2": "x"]),
            ("id2label", ["0": "war", "one": "peace"]), ("id2label", ["0": 1]), ("id2label", 3), ("id2label", nil),
            ("label2id", ["café": 2, "peace": 0, "war": 1]), ("label2id", ["café": 2]), ("label2id", 3),
            ("num_labels", 2), ("_num_labels", 4),
        ]
        for (key, value) in cases {
            let error = #expect(throws: FileError.self, "\(key)") { try read(try changed(key, to: value)) }
            #expect(error?.problem.contains("`\(key)`") == true, "\(error?.description ?? key)")
        }
    }

    @Test("a file that is not an object of settings is refused with its path")
    func notSettings() throws {
        for text in ["", "[]", "3", "{", "null"] {
            let error = #expect(throws: FileError.self) { try read(text) }
            #expect(error?.path.hasSuffix("config.json") == true)
        }
    }
}
