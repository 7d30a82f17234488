#include "vector.h"

// Products of few rows with an int8 matrix, as decoding needs them. The rows are rounded to 16 bits and split into a high and a
// low byte, so that their products with the matrix are integer sums: exact, hence the same on every processor, in any order and
// in any batch. The rounding error is at most 1.5e-5 of a row's largest entry, far below what 8 bits cost the matrix.

#if defined(__x86_64__) && defined(__linux__) && defined(__clang__)
#define HK_VNNI 1
#include <immintrin.h>
#endif

enum {
  /// The largest integer whose high and low bytes are from -127 to 127.
  LARGEST = 127 * 256 + 127,
  /// The size of a vector and of a cache line.
  BYTES = 64,
  /// The distance at which the matrix is prefetched into the second-level cache.
  PREFETCH_BYTES = 24576,
};

HK_DISPATCH void hk_split_row_int16(const float *x, size_t depth, size_t padded, int8_t *high, int8_t *low,
                              hk_split_row *row) {
// A fused multiply-add would round differently in some clones.
#pragma clang fp contract(off)
  uint32_t largest = 0;
  for (size_t k = 0; k < depth; k++) {
    uint32_t bits;
    __builtin_memcpy(&bits, x + k, sizeof bits);
    bits &= 0x7fffffff;
    largest = bits > largest ? bits : largest;
  }
  float size;
  __builtin_memcpy(&size, &largest, sizeof size);
  // A row that is not finite gets a scale of NaN; one that is nearly zero becomes zero, since its inverse would overflow.
  const bool representable = size >= 1e-30f && size < __builtin_inff();
  const size_t filled = representable ? depth : 0;
  const float inverse = representable ? LARGEST / size : 0.0f;
  row->scale = size < 1e-30f ? 0.0f : representable ? size / LARGEST : __builtin_nanf("");
  int32_t high_sum = 0, low_sum = 0;
  for (size_t k = 0; k < filled; k++) {
    const float round_bias = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
    const float rounded = x[k] * inverse + round_bias - round_bias;
    const int32_t whole = (int32_t)rounded, upper = (whole + 128) >> 8, lower = whole - upper * 256;
    high[k] = (int8_t)upper;
    low[k] = (int8_t)lower;
    high_sum += upper;
    low_sum += lower;
  }
  __builtin_memset(high + filled, 0, padded - filled);
  __builtin_memset(low + filled, 0, padded - filled);
  row->high_sum = high_sum;
  row->low_sum = low_sum;
}

/// 256 high + low, the exact product of a row with a row of the matrix, in the units of both.
HK_INLINE float finish(const hk_skinny_matmul_int8 *p, int32_t high, int32_t low, size_t row, size_t output) {
  const double whole = 256.0 * high + low;
  const float value = (float)(whole * ((double)p->splits[row].scale * (double)p->scale[output]));
  return p->bias ? value + p->bias[output] : value;
}

/// On any processor.
HK_DISPATCH static void times_rows(const hk_skinny_matmul_int8 *p, size_t first, size_t last) {
  for (size_t o = first; o < last; o++) {
    const int8_t *w = p->w + o * p->depth;
    for (size_t m = 0; m < p->rows; m++) {
      const int8_t *upper = p->high + m * p->x_stride, *lower = p->low + m * p->x_stride;
      int32_t high = 0, low = 0;
      for (size_t k = 0; k < p->depth; k++) {
        high += w[k] * upper[k];
        low += w[k] * lower[k];
      }
      p->y[m * p->y_stride + o] = finish(p, high, low, m, o);
    }
  }
}

#if HK_VNNI

#define HK_VNNI_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#define HK_VNNI_INLINE static inline __attribute__((always_inline)) HK_VNNI_TARGET

/// The sums of the lanes of four vectors.
HK_VNNI_INLINE __m128i sums_of_four(__m512i a, __m512i b, __m512i c, __m512i d) {
  __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
  __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
  __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
  __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

/// `finish` for the four outputs from `output` on, whose sums were taken with 128 added to every weight.
HK_VNNI_INLINE void finish_four(const hk_skinny_matmul_int8 *p, __m128i high, __m128i low, size_t row, size_t output) {
  const hk_split_row *splits = p->splits + row;
  const __m256d upper = _mm256_cvtepi32_pd(_mm_sub_epi32(high, _mm_set1_epi32(128 * splits->high_sum)));
  const __m256d lower = _mm256_cvtepi32_pd(_mm_sub_epi32(low, _mm_set1_epi32(128 * splits->low_sum)));
  const __m256d whole = _mm256_add_pd(_mm256_mul_pd(_mm256_set1_pd(256.0), upper), lower);
  const __m256d scale =
      _mm256_mul_pd(_mm256_set1_pd((double)splits->scale), _mm256_cvtps_pd(_mm_loadu_ps(p->scale + output)));
  __m128 value = _mm256_cvtpd_ps(_mm256_mul_pd(whole, scale));
  if (p->bias) value = _mm_add_ps(value, _mm_loadu_ps(p->bias + output));
  _mm_storeu_ps(p->y + row * p->y_stride + output, value);
}

/// `rows` rows from `row` on times `outputs` (a multiple of four) rows of w from `output` on. The instruction multiplies unsigned
/// with signed bytes, so 128 is added to the weights and subtracted from the sums again. The first tile that reads these rows of
/// w prefetches those that come next.
HK_VNNI_INLINE void vnni_tile(const hk_skinny_matmul_int8 *p, size_t rows, size_t outputs, size_t row, size_t output,
                              bool prefetch) {
  const int8_t *w = p->w + output * p->depth;
  const int8_t *upper = p->high + row * p->x_stride, *lower = p->low + row * p->x_stride;
  const __m512i sign = _mm512_set1_epi8((char)0x80);
  __m512i high[12], low[12];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows * outputs; i++) high[i] = low[i] = _mm512_setzero_si512();
  for (size_t k = 0; k < p->depth; k += BYTES) {
    // No bytes are read past the end of a row of w; x is zero there.
    const __mmask64 inside = p->depth - k < BYTES ? ((__mmask64)1 << (p->depth - k)) - 1 : ~(__mmask64)0;
#pragma clang loop unroll(full)
    for (size_t o = 0; o < outputs; o++) {
      const int8_t *place = w + o * p->depth + k;
      // Line by line, whatever rows the lines belong to: the hardware prefetcher does not follow eight streams at a time.
      if (prefetch) __builtin_prefetch(w + PREFETCH_BYTES + k * outputs + o * BYTES, 0, 2);
      const __m512i weights = _mm512_xor_si512(_mm512_maskz_loadu_epi8(inside, place), sign);
#pragma clang loop unroll(full)
      for (size_t m = 0; m < rows; m++) {
        const size_t i = m * outputs + o;
        high[i] = _mm512_dpbusd_epi32(high[i], weights, _mm512_loadu_si512(upper + m * p->x_stride + k));
        low[i] = _mm512_dpbusd_epi32(low[i], weights, _mm512_loadu_si512(lower + m * p->x_stride + k));
      }
    }
  }
#pragma clang loop unroll(full)
  for (size_t m = 0; m < rows; m++) {
#pragma clang loop unroll(full)
    for (size_t o = 0; o < outputs; o += 4) {
      const size_t i = m * outputs + o;
      finish_four(p, sums_of_four(high[i], high[i + 1], high[i + 2], high[i + 3]),
                  sums_of_four(low[i], low[i + 1], low[i + 2], low[i + 3]), row + m, output + o);
    }
  }
}

HK_VNNI_TARGET static void vnni_times_rows(const hk_skinny_matmul_int8 *p, size_t first, size_t last) {
  size_t o = first;
  if (p->rows == 1) {
    for (; o + 8 <= last; o += 8) vnni_tile(p, 1, 8, 0, o, true);
  } else if (p->rows == 2) {
    for (; o + 4 <= last; o += 4) vnni_tile(p, 2, 4, 0, o, true);
  } else if (p->rows >= 3) {
    for (; o + 4 <= last; o += 4) {
      vnni_tile(p, 3, 4, 0, o, true);
      size_t row = 3;
      for (; row + 3 <= p->rows; row += 3) vnni_tile(p, 3, 4, row, o, false);
      if (p->rows - row == 2) vnni_tile(p, 2, 4, row, o, false);
      if (p->rows - row == 1) vnni_tile(p, 1, 4, row, o, false);
    }
  }
  times_rows(p, o, last);
}

#endif

void hk_int8_rows_times_rows(const hk_skinny_matmul_int8 *p, size_t first_output, size_t last_output) {
#if HK_VNNI
  if (__builtin_cpu_supports("avx512vnni")) return vnni_times_rows(p, first_output, last_output);
#endif
  times_rows(p, first_output, last_output);
}

HK_DISPATCH void hk_dequantize_int8(const int8_t *w, float scale, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = (float)w[i] * scale;
}
