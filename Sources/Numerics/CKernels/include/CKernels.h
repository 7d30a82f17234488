// Vector loops of the numeric core. Each function works on the rows (or elements) it is given, owns no memory and starts
// no thread; callers split the work. Pointers need no more than 4-byte alignment.
//
// Legend: N rows (tokens), C columns (the hidden size), V vocabulary, H heads, D the size of one head, T new tokens of a
// segment, P tokens of it that a cache already holds. A name that begins with d is the gradient of the loss by the rest.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Tells the processor that this thread is waiting in a loop.
static inline void hk_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// ---- elementwise.c -------------------------------------------------------------------------------------------------

/// y[i] = a[i] + b[i]; y may be a.
void hk_add(const float *a, const float *b, float *y, size_t count);
/// y[i] *= factor
void hk_scale(float *y, float factor, size_t count);
/// Every row of y[rows, columns] = bias[columns].
void hk_fill_rows(const float *bias, float *y, size_t rows, size_t columns);
/// sums[c] += the sum over rows of x[rows, columns], for c in first_column ..< last_column, rows in order.
void hk_add_column_sums(const float *x, float *sums, size_t rows, size_t columns, size_t first_column,
                        size_t last_column);
/// The sum of squares, accumulated in double.
double hk_sum_of_squares(const float *x, size_t count);
/// GELU by its tanh approximation (GPT-2's "gelu_new"): 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
void hk_gelu_tanh(const float *x, float *y, size_t count);
/// dx[i] (+)= gelu'(x[i]) dy[i]; adds when accumulate.
void hk_gelu_tanh_backward(const float *x, const float *dy, float *dx, size_t count, bool accumulate);
/// GELU by its definition (BERT's "gelu"): x times the normal distribution function, x (1 + erf(x / sqrt 2)) / 2.
void hk_gelu_erf(const float *x, float *y, size_t count);
/// dx[i] (+)= gelu'(x[i]) dy[i]; adds when accumulate.
void hk_gelu_erf_backward(const float *x, const float *dy, float *dx, size_t count, bool accumulate);
/// y[i] = tanh x[i]
void hk_tanh(const float *x, float *y, size_t count);
/// dx[i] (+)= (1 - y[i]^2) dy[i], of the output y; adds when accumulate.
void hk_tanh_backward(const float *y, const float *dy, float *dx, size_t count, bool accumulate);

// ---- normalization.c -----------------------------------------------------------------------------------------------

/// y = (x - mean) / sqrt(variance + epsilon) * scale + shift for each row; keeps the mean and 1 / sqrt(variance + epsilon).
void hk_layer_norm(const float *x, const float *scale, const float *shift, float epsilon, float *y, float *mean,
                   float *inverse_std, size_t rows, size_t columns);
/// dx[rows, columns] (+)= the pullback of hk_layer_norm to its input.
void hk_layer_norm_backward(const float *x, const float *scale, const float *mean, const float *inverse_std,
                            const float *dy, float *dx, bool accumulate, size_t rows, size_t columns);
/// dscale += its gradient, for columns first_column ..< last_column, rows in order. That of shift is hk_add_column_sums of dy.
void hk_layer_norm_add_scale_gradient(const float *x, const float *mean, const float *inverse_std, const float *dy,
                                      float *dscale, size_t rows, size_t columns, size_t first_column,
                                      size_t last_column);

// ---- attention.c ---------------------------------------------------------------------------------------------------

/// One segment and head: everything attention needs to find its rows and its dropout bits.
typedef struct {
  size_t new_tokens;       ///< T: rows of query and output
  size_t past_tokens;      ///< P: rows of key and value beyond those; with causal, before the first query's own
  size_t head_size;        ///< D
  float scale;             ///< factor on the scores, 1/sqrt(D)
  bool causal;             ///< query i sees keys 0 ... P + i, otherwise all P + T
  uint32_t keep_threshold; ///< a weight is kept when its random word is at least this; 0 keeps all
  float keep_scale;        ///< factor on a kept weight, 1 / (1 - p)
  uint64_t seed;           ///< the seed of the run
  uint32_t step;           ///< the optimizer step
  uint32_t ordinal;        ///< the index of the dropout call within the pass
  uint32_t first_row;      ///< the row of the first query's token within the whole step
  uint32_t first_column;   ///< the first dropout column of this head: key j draws column first_column + j
  size_t shared_tokens;    ///< the first keys and values, at most P, that lie elsewhere; 0 in training
  const float *shared_key; ///< their rows, with the strides of key and value; read only with shared_tokens
  const float *shared_value;
} hk_attention_unit;

/// out[T, D] = softmax(query key' scale) value, and log_sum_exp[T] with stride lse_stride. Strides are in floats between
/// rows. key and value begin with the first token that is not shared. scores is scratch of at least P + T floats.
void hk_attention(const hk_attention_unit *unit, const float *query, size_t query_stride, const float *key,
                  size_t key_stride, const float *value, size_t value_stride, float *out, size_t out_stride,
                  float *log_sum_exp, size_t lse_stride, float *scores);
/// Adds the pullback into dquery, dkey and dvalue. scratch: at least 3 (P + T) floats.
void hk_attention_backward(const hk_attention_unit *unit, const float *query, size_t query_stride, const float *key,
                           size_t key_stride, const float *value, size_t value_stride, const float *out,
                           size_t out_stride, const float *dout, size_t dout_stride, const float *log_sum_exp,
                           size_t lse_stride, float *dquery, size_t dquery_stride, float *dkey, size_t dkey_stride,
                           float *dvalue, size_t dvalue_stride, float *scratch);

// ---- skinny_matmul.c -------------------------------------------------------------------------------------------------

/// The type of the elements of a floating-point weight matrix.
typedef enum { HK_FLOAT32, HK_BFLOAT16 } hk_element;

/// The maximum number of rows of a skinny product.
enum { HK_SKINNY_ROWS = 64 };

/// y[rows, outputs] = x[rows, depth] w, plus bias unless it is NULL. Strides are in elements between rows. rows is at most
/// HK_SKINNY_ROWS. Each element is summed in an order that depends on depth alone.
typedef struct {
  size_t rows, depth;
  const float *x;
  size_t x_stride;
  const void *w;
  hk_element element;
  size_t w_stride;
  const float *bias;  ///< [outputs]
  float *y;
  size_t y_stride;
} hk_skinny_matmul;

/// Columns first_column ..< last_column of y, for w[depth, outputs]; first_column is a multiple of 16.
void hk_rows_times_columns(const hk_skinny_matmul *product, size_t first_column, size_t last_column);
/// Columns first_output ..< last_output of y, for w[outputs, depth], read transposed.
void hk_rows_times_rows(const hk_skinny_matmul *product, size_t first_output, size_t last_output);
/// y[i] = w[i] as float.
void hk_widen_bfloat16(const uint16_t *w, float *y, size_t count);

// ---- skinny_matmul_int8.c ------------------------------------------------------------------------------------------------

/// The constants of a row of floats that was rounded to scale * (256 high[k] + low[k]).
typedef struct {
  float scale;
  int32_t high_sum, low_sum;  ///< the sums over the whole row
} hk_split_row;

/// Rounds x[depth] to 16 bits and splits it into bytes, high from -127 to 127 and low from -128 to 127; zeros from depth to
/// padded. The largest magnitude becomes 32,639; a row that is not finite gets a scale of NaN.
void hk_split_row_int16(const float *x, size_t depth, size_t padded, int8_t *high, int8_t *low, hk_split_row *row);

/// y[rows, outputs] = split x[rows, depth] times w[outputs, depth] transposed, each column times scale, plus bias unless it is
/// NULL. The sums are exact, for a depth of at most HK_MAXIMUM_INT8_DEPTH.
typedef struct {
  size_t rows, depth;
  const int8_t *high, *low;
  size_t x_stride;  ///< a multiple of 64, at least depth
  const hk_split_row *splits;  ///< [rows]
  const int8_t *w;
  const float *scale;  ///< [outputs]
  const float *bias;   ///< [outputs]
  float *y;
  size_t y_stride;
} hk_skinny_matmul_int8;

/// The maximum depth of an int8 product: 255 * 128 times this stays below 2^31.
enum { HK_MAXIMUM_INT8_DEPTH = 65536 };

/// Columns first_output ..< last_output of y.
void hk_int8_rows_times_rows(const hk_skinny_matmul_int8 *product, size_t first_output, size_t last_output);
/// y[i] = w[i] * scale
void hk_dequantize_int8(const int8_t *w, float scale, float *y, size_t count);

// ---- random.c ------------------------------------------------------------------------------------------------------

/// Philox4x32-10 (Salmon et al., SC 2011): four words for the counter (c0, c1, c2, c3) under the key.
void hk_philox(uint64_t key, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t words[4]);
/// words[i] for columns first_column ... of one row: word (column % 4) of counter (column / 4, row, ordinal, step).
void hk_random_row(uint64_t seed, uint32_t step, uint32_t ordinal, uint32_t row, uint32_t first_column, uint32_t *words,
                   size_t count);
/// y (+)= x * keep_scale where the element's random word is at least keep_threshold, 0 elsewhere.
void hk_dropout(const float *x, float *y, bool accumulate, uint32_t keep_threshold, float keep_scale, uint64_t seed,
                uint32_t step, uint32_t ordinal, uint32_t first_row, size_t rows, size_t columns);

// ---- loss.c --------------------------------------------------------------------------------------------------------

/// For each row: losses[i] = logsumexp(logits) - logits[target]. With differentiate, logits become d(sum of losses)/dlogits.
void hk_cross_entropy(float *logits, const int32_t *targets, double *losses, bool differentiate, size_t rows,
                      size_t columns);
/// For each row, with p = softmax(logits) and q the probabilities that row i gives to tokens[offsets[i] ..< offsets[i + 1]]:
/// losses[i] = -weights[i] sum_k q[k] log p[k] (NULL for weights of 1). With differentiate, logits become
/// d(sum of losses)/dlogits. One token of probability 1 and weight 1 gives the bits of hk_cross_entropy.
void hk_sparse_cross_entropy(float *logits, const int32_t *offsets, const int32_t *tokens, const float *probabilities,
                             const float *weights, double *losses, bool differentiate, size_t rows, size_t columns);
/// The same for q = softmax(teacher), a row of teacher[rows, columns] each.
void hk_teacher_cross_entropy(float *logits, const float *teacher, const float *weights, double *losses,
                              bool differentiate, size_t rows, size_t columns);
/// For each row, with w = weights[columns] (NULL for ones), p = softmax(logits), K = columns:
/// losses[i] = -(1 - smoothing) w[label] log p[label] - smoothing / K sum_k w[k] log p[k], as PyTorch's cross_entropy;
/// dlogits (unless NULL) = d(sum of losses)/dlogits.
void hk_classification_loss(const float *logits, const int32_t *labels, const float *weights, float smoothing,
                            double *losses, float *dlogits, size_t rows, size_t columns);

// ---- adamw.c -------------------------------------------------------------------------------------------------------

/// The constants of one AdamW step. Both corrections are computed in double and rounded once.
typedef struct {
  float learning_rate, beta1, beta2, epsilon, weight_decay;
  float gradient_scale;            ///< 1 / tokens of the step, times the clipping factor
  float first_correction;          ///< 1 - beta1^t
  float second_correction_root;    ///< sqrt(1 - beta2^t)
} hk_adamw_settings;

/// One pass of AdamW (Loshchilov and Hutter 2019, decay as PyTorch's torch.optim.AdamW applies it); clears gradient.
void hk_adamw(const hk_adamw_settings *settings, float *weight, float *gradient, float *first_moment,
              float *second_moment, size_t count);

// ---- gather.c ------------------------------------------------------------------------------------------------------

/// y[i, :] = table[ids[i], :]
void hk_gather_rows(const float *table, const int32_t *ids, float *y, size_t rows, size_t columns);
/// dtable[ids[i], first_column ..< last_column] += dy[i, ...], i in order, so sums do not depend on who owns which columns.
void hk_scatter_add_columns(const float *dy, const int32_t *ids, float *dtable, size_t rows, size_t columns,
                            size_t first_column, size_t last_column);
/// y[s, :] = the mean of rows offsets[s] ..< offsets[s + 1] of x, for s in first_segment ..< last_segment; none is empty.
void hk_segment_means(const float *x, const int32_t *offsets, float *y, size_t first_segment, size_t last_segment,
                      size_t columns);
/// dx (+)= the pullback of hk_segment_means: each row of a segment gets dy[s, :] divided by the number of rows.
void hk_segment_means_backward(const float *dy, const int32_t *offsets, float *dx, bool accumulate,
                               size_t first_segment, size_t last_segment, size_t columns);
