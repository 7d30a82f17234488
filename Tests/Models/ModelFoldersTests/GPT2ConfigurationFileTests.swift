import Files
import Foundation
import Inference
import JSON
import ModelFolders
import Models
import NumericCore
import Testing
import TestSupport

@Suite("config.json of a GPT-2")
struct GPT2ConfigurationFileTests {
    /// The keys that the published configurations of the family have, with the sizes of DistilGPT-2.
    private static let published = """
        {"_num_labels": 1, "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1,
        "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256, "id2label": {"0": "LABEL_0"},
        "initializer_range": 0.02, "label2id": {"LABEL_0": 0}, "layer_norm_epsilon": 1e-05, "model_type": "gpt2",
        "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 6, "n_positions": 1024, "resid_pdrop": 0.1,
        "summary_activation": null, "summary_first_dropout": 0.1, "summary_proj_to_labels": true,
        "summary_type": "cls_index", "summary_use_proj": true,
        "task_specific_params": {"text-generation": {"do_sample": true, "max_length": 50}}, "vocab_size": 50257}
        """

    /// What transformers 5 writes for a model of its own.
    private static let recent = """
        {"activation_function": "gelu_new", "add_cross_attention": false, "architectures": ["GPT2LMHeadModel"],
        "attn_pdrop": 0.1, "bos_token_id": 9, "dtype": "float32", "embd_pdrop": 0.1, "eos_token_id": 9,
        "initializer_range": 0.02, "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_embd": 8, "n_head": 2,
        "n_inner": null, "n_layer": 2, "n_positions": 16, "pad_token_id": null, "reorder_and_upcast_attn": false,
        "resid_pdrop": 0.1, "scale_attn_by_inverse_layer_idx": false, "scale_attn_weights": true,
        "summary_activation": null, "summary_first_dropout": 0.1, "summary_proj_to_labels": true,
        "summary_type": "cls_index", "summary_use_proj": true, "tie_word_embeddings": true,
        "transformers_version": "5.0.0", "use_cache": true, "vocab_size": 10}
        """

    private func read(_ text: String) throws -> GPT2ConfigurationFile {
        try withTemporaryFolder { folder in
            try AtomicFile.write(text, to: "\(folder)/config.json")
            return try GPT2ConfigurationFile(path: "\(folder)/config.json")
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
        let distilled = try read(Self.published)
        #expect(distilled.endOfText == 50_256)
        #expect(
            distilled.model
                == GPT2.Configuration(
                    vocabularySize: 50_257, contextLength: 1_024, hiddenSize: 768, layers: 6, heads: 12,
                    intermediateSize: 3_072,
                    layerNormEpsilon: 1e-5, initializerRange: 0.02, embeddingDropout: 0.1, residualDropout: 0.1,
                    attentionDropout: 0.1))
        #expect(
            try read(Self.published.replacingOccurrences(of: "\"n_layer\": 6", with: "\"n_layer\": 12")).model.layers
                == 12)
        let recent = try read(Self.recent)
        #expect(recent.model.intermediateSize == 32 && recent.endOfText == 9)
    }

    @Test("what is left out has transformers' defaults")
    func defaults() throws {
        for key in [
            "attn_pdrop", "embd_pdrop", "resid_pdrop", "initializer_range", "layer_norm_epsilon", "activation_function",
            "tie_word_embeddings", "architectures",
        ] {
            #expect(try read(try changed(key, to: nil)).model == read(Self.recent).model, "\(key)")
        }
        #expect(try read(try changed("eos_token_id", to: nil)).endOfText == nil)
        #expect(try read(try changed("n_inner", to: 20)).model.intermediateSize == 20)
    }

    @Test("our own file reads back as it was, and keeps the type of numbers")
    func roundTrip() throws {
        var model = try read(Self.recent).model
        model.attentionDropout = 0.3
        model.layerNormEpsilon = 1e-6
        model.intermediateSize = 24
        for (dtype, end) in [(DType.float32, Int32?(9)), (.float16, nil)] {
            let json = GPT2ConfigurationFile(model: model, endOfText: end).json(dtype: dtype)
            let back = try read(String(decoding: json.serialized(.indented), as: UTF8.self))
            #expect(back.model == model && back.endOfText == end)
            #expect(json["torch_dtype"]?.string == dtype.rawValue)
        }
    }

    @Test("settings that would make another model are refused by name")
    func refused() throws {
        let cases: [(key: String, value: JSONValue?)] = [
            ("activation_function", "relu"), ("scale_attn_weights", false), ("scale_attn_by_inverse_layer_idx", true),
            ("reorder_and_upcast_attn", true), ("add_cross_attention", true), ("tie_word_embeddings", false),
            ("rotary_dim", 64), ("n_embed", 8), ("model_type", "bert"), ("model_type", nil), ("n_embd", 9),
            ("n_embd", 0),
            ("n_embd", "8"), ("n_embd", 8.5), ("n_head", nil), ("n_layer", -1), ("n_layer", .integer(.max)),
            ("vocab_size", nil),
            ("n_positions", nil), ("attn_pdrop", 1), ("attn_pdrop", -0.1), ("layer_norm_epsilon", "small"),
            ("eos_token_id", 10), ("eos_token_id", -1), ("eos_token_id", "x"), ("n_inner", 0),
        ]
        for (key, value) in cases {
            let error = #expect(throws: FileError.self, "\(key)") { try read(try changed(key, to: value)) }
            #expect(error?.problem.contains("`\(key)`") == true, "\(error?.description ?? key)")
        }
    }

    @Test("a file that is not an object of settings is refused with its path")
    func notSettings() throws {
        for text in ["", "[]", "3", "{", "{\"model_type\": \"gpt2\"", "\u{FEFF}x", "null"] {
            let error = #expect(throws: FileError.self) { try read(text) }
            #expect(error?.path.hasSuffix("config.json") == true)
        }
        #expect(throws: FileError.self) { try GPT2ConfigurationFile(path: "/nowhere/config.json") }
    }
}
