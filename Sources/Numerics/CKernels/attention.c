#include "random.h"

HK_INLINE float dot(const float *a, const float *b, size_t count) {
  HK_REASSOCIATE
  float total = 0;
  for (size_t i = 0; i < count; i++) total += a[i] * b[i];
  return total;
}

HK_INLINE void add_scaled(float factor, const float *restrict x, float *restrict y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += factor * x[i];
}

/// factors[j] = keep_scale or 0: the dropout of one row of attention weights.
HK_INLINE void keep_factors(const hk_attention_unit *unit, size_t query, float *factors, size_t keys) {
  uint32_t words[RANDOM_BLOCK];
  for (size_t j = 0; j < keys; j += RANDOM_BLOCK) {
    size_t width = keys - j < RANDOM_BLOCK ? keys - j : RANDOM_BLOCK;
    random_row(unit->seed, unit->step, unit->ordinal, unit->first_row + (uint32_t)query,
               unit->first_column + (uint32_t)j, words, width);
    for (size_t i = 0; i < width; i++) factors[j + i] = words[i] >= unit->keep_threshold ? unit->keep_scale : 0.0f;
  }
}

HK_INLINE size_t visible_keys(const hk_attention_unit *unit, size_t query) {
  return unit->past_tokens + (unit->causal ? query + 1 : unit->new_tokens);
}

HK_DISPATCH void hk_attention(const hk_attention_unit *unit, const float *query, size_t query_stride, const float *key,
                              size_t key_stride, const float *value, size_t value_stride, float *out,
                              size_t out_stride, float *log_sum_exp, size_t lse_stride, float *scores) {
  size_t size = unit->head_size;
  for (size_t i = 0; i < unit->new_tokens; i++) {
    const float *q = query + i * query_stride;
    size_t keys = visible_keys(unit, i);
    float largest = -__builtin_inff();
    // One loop for shared and own keys, so that a key's score has the same bits wherever its row lies.
    for (int own = 0; own < 2; own++) {
      const float *k = own ? key : unit->shared_key;
      size_t first = own ? unit->shared_tokens : 0, end = own ? keys : unit->shared_tokens;
      for (size_t j = first; j < end; j++) {
        scores[j] = dot(q, k + (j - first) * key_stride, size) * unit->scale;
        if (scores[j] > largest) largest = scores[j];
      }
    }
    float total = 0;
    for (size_t j = 0; j < keys; j++) scores[j] = hk_exp(scores[j] - largest);
    for (size_t j = 0; j < keys; j++) total += scores[j];
    log_sum_exp[i * lse_stride] = largest + __builtin_logf(total);

    float *o = out + i * out_stride;
    for (size_t d = 0; d < size; d++) o[d] = 0;
    float reciprocal = 1.0f / total;
    if (unit->keep_threshold != 0) {
      // Keys come in blocks here so that the factors need no scratch of their own.
      float factors[RANDOM_BLOCK];
      for (size_t j = 0; j < keys; j += RANDOM_BLOCK) {
        size_t width = keys - j < RANDOM_BLOCK ? keys - j : RANDOM_BLOCK;
        hk_attention_unit block = *unit;
        block.first_column += (uint32_t)j;
        keep_factors(&block, i, factors, width);
        for (size_t b = 0; b < width; b++) scores[j + b] *= factors[b];
      }
    }
    for (int own = 0; own < 2; own++) {
      const float *v = own ? value : unit->shared_value;
      size_t first = own ? unit->shared_tokens : 0, end = own ? keys : unit->shared_tokens;
      for (size_t j = first; j < end; j++) {
        if (scores[j] != 0) add_scaled(scores[j] * reciprocal, v + (j - first) * value_stride, o, size);
      }
    }
  }
}

/// sum_j weights[j] factors[j] x[j] / sum_j weights[j]
HK_INLINE float weighted_mean(const float *weights, const float *factors, const float *x, size_t count) {
  HK_REASSOCIATE
  float sum = 0, total = 0;
  for (size_t j = 0; j < count; j++) {
    sum += weights[j] * (factors[j] * x[j]);
    total += weights[j];
  }
  return sum / total;
}

HK_DISPATCH void hk_attention_backward(const hk_attention_unit *unit, const float *query, size_t query_stride,
                                       const float *key, size_t key_stride, const float *value, size_t value_stride,
                                       const float *out, size_t out_stride, const float *dout, size_t dout_stride,
                                       const float *log_sum_exp, size_t lse_stride, float *dquery,
                                       size_t dquery_stride, float *dkey, size_t dkey_stride, float *dvalue,
                                       size_t dvalue_stride, float *scratch) {
  size_t size = unit->head_size, tokens = unit->new_tokens, room = unit->past_tokens + tokens;
  float *weights = scratch, *dscores = scratch + room, *factors = scratch + 2 * room;
  for (size_t i = 0; i < tokens; i++) {
    const float *q = query + i * query_stride;
    const float *d = dout + i * dout_stride;
    size_t keys = visible_keys(unit, i);
    float lse = log_sum_exp[i * lse_stride];
    for (size_t j = 0; j < keys; j++) weights[j] = dot(q, key + j * key_stride, size) * unit->scale - lse;
    for (size_t j = 0; j < keys; j++) weights[j] = hk_exp(weights[j]);
    for (size_t j = 0; j < keys; j++) dscores[j] = dot(d, value + j * value_stride, size);
    if (unit->keep_threshold != 0) {
      keep_factors(unit, i, factors, keys);
    } else {
      for (size_t j = 0; j < keys; j++) factors[j] = 1;
    }
    // The softmax pullback's row term, sum_j p_j dp_j, equals dout . out, dropout included. Computed from dscores instead, it
    // makes the scores' gradients sum to zero up to rounding, so that the gradient of BERT's key bias, which all keys share,
    // vanishes as it should. The causal path keeps dout . out, and with it the bits of earlier runs.
    float shared = unit->causal ? dot(d, out + i * out_stride, size) : weighted_mean(weights, factors, dscores, keys);
    for (size_t j = 0; j < keys; j++) dscores[j] = weights[j] * (factors[j] * dscores[j] - shared) * unit->scale;
    float *dq = dquery + i * dquery_stride;
    for (size_t j = 0; j < keys; j++) {
      add_scaled(dscores[j], key + j * key_stride, dq, size);
      add_scaled(dscores[j], q, dkey + j * dkey_stride, size);
      add_scaled(weights[j] * factors[j], d, dvalue + j * dvalue_stride, size);
    }
  }
}
