#include "vector.h"

// Vectors wider than the baseline's registers never cross a call: every function that takes one is inlined.
#pragma clang diagnostic ignored "-Wpsabi"

// Products of few rows with a large matrix, as decoding needs them: the matrix is read once, as it is stored. The summation order
// of every element depends on the depth alone, so a row has the same bits alone and in any batch.

typedef float float16_lanes __attribute__((vector_size(64), aligned(4)));
typedef float float8_lanes __attribute__((vector_size(32), aligned(4)));
typedef float float4_lanes __attribute__((vector_size(16), aligned(4)));
typedef uint16_t half_lanes __attribute__((vector_size(32), aligned(2)));
typedef uint32_t word_lanes __attribute__((vector_size(64)));
typedef uint16_t half_eight __attribute__((vector_size(16), aligned(2)));
typedef uint32_t word_eight __attribute__((vector_size(32)));

enum {
  LANES = 16,
  EIGHT = 8,
  /// The depth added per visit of the sums: for one row, whose factors then stay in registers, and for several.
  DEPTH_OF_ONE = 8,
  DEPTH_OF_MORE = 4,
  /// The number of sums kept at a time: 16 KB, half of a first-level cache.
  SUMS = 4096,
  /// The number of matrix rows prefetched into the second-level cache: rows lie pages apart, where the hardware prefetcher does
  /// not follow.
  PREFETCH_ROWS = 16,
  /// The distance at which a matrix that is read row by row is prefetched into the second-level cache.
  PREFETCH_BYTES = 24576,
};

HK_INLINE size_t size_of(hk_element element) { return element == HK_FLOAT32 ? 4 : 2; }

HK_INLINE float widen_one(const void *w, size_t index, hk_element element) {
  if (element == HK_FLOAT32) return ((const float *)w)[index];
  uint32_t bits = (uint32_t)((const uint16_t *)w)[index] << 16;
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

HK_INLINE float16_lanes widen(const void *w, size_t index, hk_element element) {
  if (element == HK_FLOAT32) return *(const float16_lanes *)((const float *)w + index);
  word_lanes bits = __builtin_convertvector(*(const half_lanes *)((const uint16_t *)w + index), word_lanes) << 16;
  return (float16_lanes)bits;
}

/// sums[columns / 16][rows][16] += factors[rows][depth] times `depth` rows of w, `stride` elements apart.
HK_INLINE void add_depth(hk_element element, size_t rows, size_t depth, const float *factors, const void *w,
                         size_t stride, float *sums, size_t columns) {
  for (size_t j = 0; j < columns; j += LANES) {
    const char *first = (const char *)w + j * size_of(element);
    if (j % (64 / size_of(element)) == 0) {
#pragma clang loop unroll(full)
      for (size_t i = 0; i < depth; i++) __builtin_prefetch(first + (PREFETCH_ROWS + i) * stride * size_of(element), 0, 2);
    }
    float16_lanes weights[DEPTH_OF_ONE];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < depth; i++) weights[i] = widen(first, i * stride, element);
    float *place = sums + j * rows;
    for (size_t m = 0; m < rows; m++) {
      float16_lanes sum = *(const float16_lanes *)(place + m * LANES);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < depth; i++) sum += factors[m * depth + i] * weights[i];
      *(float16_lanes *)(place + m * LANES) = sum;
    }
  }
}

HK_INLINE void pack(const hk_skinny_matmul *p, size_t k, size_t depth, float *factors) {
  for (size_t m = 0; m < p->rows; m++) {
    for (size_t i = 0; i < depth; i++) factors[m * depth + i] = p->x[m * p->x_stride + k + i];
  }
}

HK_INLINE float finish(const hk_skinny_matmul *p, float sum, size_t output) {
  return p->bias ? sum + p->bias[output] : sum;
}

HK_INLINE void times_columns(const hk_skinny_matmul *p, hk_element element, size_t rows, size_t depth_step,
                             size_t first, size_t last) {
  // Aligned to cache lines: otherwise the speed depends on where the caller's stack ends.
  _Alignas(64) float sums[SUMS], factors[HK_SKINNY_ROWS * DEPTH_OF_ONE];
  const size_t whole = first + (last - first) / LANES * LANES, widest = SUMS / rows / LANES * LANES;
  for (size_t begin = first; begin < whole; begin += widest) {
    const size_t columns = whole - begin < widest ? whole - begin : widest;
    const char *w = (const char *)p->w + begin * size_of(element);
    __builtin_memset(sums, 0, columns * rows * sizeof *sums);
    size_t k = 0;
    for (; k + depth_step <= p->depth; k += depth_step) {
      pack(p, k, depth_step, factors);
      add_depth(element, rows, depth_step, factors, w + k * p->w_stride * size_of(element), p->w_stride, sums, columns);
    }
    for (; k < p->depth; k++) {
      pack(p, k, 1, factors);
      add_depth(element, rows, 1, factors, w + k * p->w_stride * size_of(element), p->w_stride, sums, columns);
    }
    for (size_t j = 0; j < columns; j += LANES) {
      for (size_t m = 0; m < rows; m++) {
        float *y = p->y + m * p->y_stride + begin + j;
        for (size_t l = 0; l < LANES; l++) y[l] = finish(p, sums[j * rows + m * LANES + l], begin + j + l);
      }
    }
  }
  for (size_t j = whole; j < last; j++) {
    for (size_t m = 0; m < rows; m++) {
      float sum = 0;
      for (size_t k = 0; k < p->depth; k++) {
        sum += p->x[m * p->x_stride + k] * widen_one(p->w, k * p->w_stride + j, element);
      }
      p->y[m * p->y_stride + j] = finish(p, sum, j);
    }
  }
}

/// One clone of the kernel for each element type.
#define FOR_EACH_ELEMENT(function, ...)                                                                              \
  switch (p->element) {                                                                                              \
  case HK_FLOAT32: function(p, HK_FLOAT32, __VA_ARGS__); break;                                                      \
  case HK_BFLOAT16: function(p, HK_BFLOAT16, __VA_ARGS__); break;                                                    \
  }

HK_DISPATCH void hk_rows_times_columns(const hk_skinny_matmul *p, size_t first_column, size_t last_column) {
  if (p->rows == 1) {
    FOR_EACH_ELEMENT(times_columns, 1, DEPTH_OF_ONE, first_column, last_column)
  } else {
    FOR_EACH_ELEMENT(times_columns, p->rows, DEPTH_OF_MORE, first_column, last_column)
  }
}

HK_INLINE float sum_of_lanes(float8_lanes x) {
  float4_lanes four = __builtin_shufflevector(x, x, 0, 1, 2, 3) + __builtin_shufflevector(x, x, 4, 5, 6, 7);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

HK_INLINE float8_lanes widen_eight(const void *w, size_t index, hk_element element) {
  if (element == HK_FLOAT32) return *(const float8_lanes *)((const float *)w + index);
  word_eight bits = __builtin_convertvector(*(const half_eight *)((const uint16_t *)w + index), word_eight) << 16;
  return (float8_lanes)bits;
}

/// `rows` rows of x from `row` on times `outputs` rows of w, which begin at `w` and give the outputs from `output` on. Eight
/// lanes, so that the twelve sums of the largest tile, three rows and a weight fill the sixteen registers of AVX2. `ahead` points
/// to the bytes to prefetch, as many as this tile reads, or is NULL. They are fetched line by line, since the hardware prefetcher
/// does not follow eight rows at a time.
HK_INLINE void dot_tile(const hk_skinny_matmul *p, hk_element element, const void *w, size_t stride, size_t rows,
                        size_t outputs, size_t row, size_t output, const char *ahead) {
  const float *x = p->x + row * p->x_stride;
  const size_t whole = p->depth / EIGHT * EIGHT;
  float8_lanes sums[12];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows * outputs; i++) sums[i] = (float8_lanes){0};
  for (size_t k = 0; k < whole; k += EIGHT) {
    if (ahead) {
#pragma clang loop unroll(full)
      for (size_t line = 0; line < outputs * EIGHT * size_of(element); line += 64) __builtin_prefetch(ahead + line, 0, 2);
      ahead += outputs * EIGHT * size_of(element);
    }
    float8_lanes factors[5];
#pragma clang loop unroll(full)
    for (size_t m = 0; m < rows; m++) factors[m] = *(const float8_lanes *)(x + m * p->x_stride + k);
#pragma clang loop unroll(full)
    for (size_t o = 0; o < outputs; o++) {
      // No branch here: it would separate products from sums, which then fuse in some clones and not in others.
      float8_lanes weights = widen_eight(w, o * stride + k, element);
#pragma clang loop unroll(full)
      for (size_t m = 0; m < rows; m++) sums[m * outputs + o] += factors[m] * weights;
    }
  }
  if (whole < p->depth) {
    // The remainder is one more vector padded with zeros: a scalar loop could fuse differently from clone to clone.
    for (size_t o = 0; o < outputs; o++) {
      float8_lanes weights = {0};
      for (size_t k = whole; k < p->depth; k++) weights[k - whole] = widen_one(w, o * stride + k, element);
      for (size_t m = 0; m < rows; m++) {
        float8_lanes factors = {0};
        for (size_t k = whole; k < p->depth; k++) factors[k - whole] = x[m * p->x_stride + k];
        sums[m * outputs + o] += factors * weights;
      }
    }
  }
  for (size_t o = 0; o < outputs; o++) {
    for (size_t m = 0; m < rows; m++) {
      p->y[(row + m) * p->y_stride + output + o] = finish(p, sum_of_lanes(sums[m * outputs + o]), output + o);
    }
  }
}

/// All rows of x times four rows of w. Only the first tile reads w from memory, so only it prefetches; see dot_tile for `ahead`.
HK_INLINE void four_outputs(const hk_skinny_matmul *p, hk_element element, const void *w, size_t stride, size_t output,
                            const char *ahead) {
  size_t row = 0;
  if (ahead) {
    if (p->rows == 1) return dot_tile(p, element, w, stride, 1, 4, 0, output, ahead);
    if (p->rows == 2) return dot_tile(p, element, w, stride, 2, 4, 0, output, ahead);
    dot_tile(p, element, w, stride, 3, 4, 0, output, ahead);
    row = 3;
  }
  for (; row + 3 <= p->rows; row += 3) dot_tile(p, element, w, stride, 3, 4, row, output, NULL);
  if (p->rows - row == 2) dot_tile(p, element, w, stride, 2, 4, row, output, NULL);
  if (p->rows - row == 1) dot_tile(p, element, w, stride, 1, 4, row, output, NULL);
}

HK_INLINE void times_rows(const hk_skinny_matmul *p, hk_element element, size_t first, size_t last) {
  const size_t row_size = p->w_stride * size_of(element), stride = p->w_stride;
  const char *w = (const char *)p->w + first * row_size;
  size_t o = first;
  if (p->rows == 1) {
    for (; o + 8 <= last; o += 8, w += 8 * row_size) {
      dot_tile(p, element, w, stride, 1, 8, 0, o, w + PREFETCH_BYTES);
    }
  } else if (p->rows == 5) {
    // One read for the five candidates of a headline: ten sums, five rows and a weight.
    for (; o + 2 <= last; o += 2, w += 2 * row_size) {
      dot_tile(p, element, w, stride, 5, 2, 0, o, w + PREFETCH_BYTES);
    }
  } else if (element != HK_FLOAT32 && p->rows > 3 && p->depth <= SUMS / 4) {
    // Many rows share weights that are widened once.
    _Alignas(64) float widened[SUMS];
    for (; o + 4 <= last; o += 4, w += 4 * row_size) {
      for (size_t i = 0; i < 4; i++) {
        const char *from = w + i * row_size;
        float *to = widened + i * p->depth;
        size_t k = 0;
        for (; k + EIGHT <= p->depth; k += EIGHT) {
          *(float8_lanes *)(to + k) = widen_eight(from, k, element);
        }
        for (; k < p->depth; k++) to[k] = widen_one(from, k, element);
      }
      four_outputs(p, HK_FLOAT32, widened, p->depth, o, NULL);
    }
  } else {
    for (; o + 4 <= last; o += 4, w += 4 * row_size) four_outputs(p, element, w, stride, o, w + PREFETCH_BYTES);
  }
  for (; o < last; o++, w += row_size) {
    for (size_t row = 0; row < p->rows; row++) dot_tile(p, element, w, stride, 1, 1, row, o, NULL);
  }
}

HK_DISPATCH void hk_rows_times_rows(const hk_skinny_matmul *p, size_t first_output, size_t last_output) {
  FOR_EACH_ELEMENT(times_rows, first_output, last_output)
}

HK_DISPATCH void hk_widen_bfloat16(const uint16_t *w, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = widen_one(w, i, HK_BFLOAT16);
}
