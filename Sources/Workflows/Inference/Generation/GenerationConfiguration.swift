public import JSON

extension SamplingOptions {
    /// The contents of `generation_config.json`, which transformers samples with.
    /// - Parameter endOfText: the token that ends a headline.
    public func generationConfiguration(endOfText: Int32?) -> JSONValue {
        let end: JSONValue = endOfText.map { .integer(Int($0)) } ?? .null
        return .object([
            ("bos_token_id", end), ("do_sample", .boolean(temperature > 0)), ("eos_token_id", end),
            ("max_new_tokens", .integer(maximumNewTokens)), ("pad_token_id", end),
            ("repetition_penalty", .number(repetitionPenalty)), ("temperature", .number(temperature)),
            ("top_k", .integer(topK)), ("top_p", .number(topP)),
        ])
    }
}
