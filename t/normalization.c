#include "vector.h"

HK_INLINE float sum(const float *x, size_t count) {
  HK_REASSOCIATE
  float total = 0;
  for (size_t c = 0; c < count; c++) total += x[c];
  return total;
}

HK_INLINE float squared_distance(const float *x, float mean, size_t count) {
  HK_REASSOCIATE
  float total = 0;
  for (size_t c = 0; c < count; c++) total += (x[c] - mean) * (x[c] - mean);
  return total;
}

HK_DISPATCH void hk_layer_norm(const float *x, const float *scale, const float *shift, float epsilon,
                               float *restrict y, float *mean, float *inverse_std, size_t rows,
                               size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    const float *from = x + row * columns;
    float *restrict to = y + row * columns;
    float m = sum(from, columns) / (float)columns;
    // The second pass over a row in cache costs little and avoids the cancellation of E[x^2] - E[x]^2.
    float r = 1.0f / hk_sqrt(squared_distance(from, m, columns) / (float)columns + epsilon);
    for (size_t c = 0; c < columns; c++) to[c] = (from[c] - m) * r * scale[c] + shift[c];
    mean[row] = m;
    inverse_std[row] = r;
  }
}

/// The two row means in the pullback of normalization: of g = dy scale, and of g times the normalized input.
HK_INLINE void projected_means(const float *x, const float *dy, const float *scale, float m, float r, size_t columns,
                               float *plain, float *weighted) {
  HK_REASSOCIATE
  float sum_g = 0, sum_gn = 0;
  for (size_t c = 0; c < columns; c++) {
    float g = dy[c] * scale[c];
    sum_g += g;
    sum_gn += g * ((x[c] - m) * r);
  }
  *plain = sum_g / (float)columns;
  *weighted = sum_gn / (float)columns;
}

HK_DISPATCH void hk_layer_norm_backward(const float *x, const float *scale, const float *mean,
                                        const float *inverse_std, const float *dy, float *restrict dx,
                                        bool accumulate, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    const float *from = x + row * columns;
    const float *d = dy + row * columns;
    float m = mean[row], r = inverse_std[row];
    float plain, weighted;
    projected_means(from, d, scale, m, r, columns, &plain, &weighted);
    float *restrict to = dx + row * columns;
    if (accumulate) {
      for (size_t c = 0; c < columns; c++) to[c] += r * (d[c] * scale[c] - plain - (from[c] - m) * r * weighted);
    } else {
      for (size_t c = 0; c < columns; c++) to[c] = r * (d[c] * scale[c] - plain - (from[c] - m) * r * weighted);
    }
  }
}

HK_DISPATCH void hk_layer_norm_add_parameter_gradients(const float *x, const float *mean,
                                                       const float *inverse_std, const float *dy,
                                                       float *restrict dscale, float *restrict dshift, size_t rows,
                                                       size_t columns, size_t first_column, size_t last_column) {
  for (size_t row = 0; row < rows; row++) {
    const float *from = x + row * columns;
    const float *d = dy + row * columns;
    float m = mean[row], r = inverse_std[row];
    for (size_t c = first_column; c < last_column; c++) dscale[c] += d[c] * ((from[c] - m) * r);
    for (size_t c = first_column; c < last_column; c++) dshift[c] += d[c];
  }
}
