#include "vector.h"

HK_DISPATCH void hk_add(const float *a, const float *b, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

HK_DISPATCH void hk_scale(float *y, float factor, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] *= factor;
}

void hk_fill_rows(const float *bias, float *y, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++) __builtin_memcpy(y + row * columns, bias, columns * sizeof(float));
}

HK_DISPATCH void hk_add_column_sums(const float *x, float *restrict sums, size_t rows, size_t columns,
                                    size_t first_column, size_t last_column) {
  for (size_t row = 0; row < rows; row++) {
    const float *restrict from = x + row * columns;
    for (size_t c = first_column; c < last_column; c++) sums[c] += from[c];
  }
}

HK_DISPATCH double hk_sum_of_squares(const float *x, size_t count) {
  HK_REASSOCIATE
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

/// tanh(sqrt(2/pi) (x + 0.044715 x^3)), from one exponential; never overflows since hk_exp clamps.
HK_INLINE float gelu_inner_tanh(float x) {
  const float twice_root = 1.5957691216057308f;  // 2 sqrt(2/pi)
  float e = hk_exp(twice_root * (x + 0.044715f * x * x * x));
  return 1.0f - 2.0f / (e + 1.0f);
}

HK_DISPATCH void hk_gelu_tanh(const float *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = 0.5f * x[i] * (1.0f + gelu_inner_tanh(x[i]));
}

/// d/dx of the above, written with tanh only: sech^2 = 1 - tanh^2 (llm.c #19 shows what cosh does under fast math).
HK_INLINE float gelu_tanh_derivative(float x) {
  float t = gelu_inner_tanh(x);
  const float root = 0.79788456080286536f;  // sqrt(2/pi)
  return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * root * (1.0f + 3.0f * 0.044715f * x * x);
}

HK_DISPATCH void hk_gelu_tanh_backward(const float *x, const float *dy, float *dx, size_t count, bool accumulate) {
  if (accumulate) {
    for (size_t i = 0; i < count; i++) dx[i] += gelu_tanh_derivative(x[i]) * dy[i];
  } else {
    for (size_t i = 0; i < count; i++) dx[i] = gelu_tanh_derivative(x[i]) * dy[i];
  }
}

HK_DISPATCH void hk_gelu_erf(const float *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float e;
    y[i] = x[i] * hk_normal_distribution(x[i], &e);
  }
}

/// d/dx of the above: the distribution function and x times the density.
HK_INLINE float gelu_erf_derivative(float x) {
  float e;
  float distribution = hk_normal_distribution(x, &e);
  const float density_at_0 = 0.39894228040143268f;  // 1 / sqrt(2 pi)
  return distribution + x * (density_at_0 * e);
}

HK_DISPATCH void hk_gelu_erf_backward(const float *x, const float *dy, float *dx, size_t count, bool accumulate) {
  if (accumulate) {
    for (size_t i = 0; i < count; i++) dx[i] += gelu_erf_derivative(x[i]) * dy[i];
  } else {
    for (size_t i = 0; i < count; i++) dx[i] = gelu_erf_derivative(x[i]) * dy[i];
  }
}

HK_DISPATCH void hk_tanh(const float *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = hk_tanh_of(x[i]);
}

HK_DISPATCH void hk_tanh_backward(const float *y, const float *dy, float *dx, size_t count, bool accumulate) {
  if (accumulate) {
    for (size_t i = 0; i < count; i++) dx[i] += (1.0f - y[i] * y[i]) * dy[i];
  } else {
    for (size_t i = 0; i < count; i++) dx[i] = (1.0f - y[i] * y[i]) * dy[i];
  }
}
