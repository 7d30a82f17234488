#include "vector.h"

void hk_gather_rows(const float *table, const int32_t *ids, float *y, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    __builtin_memcpy(y + row * columns, table + (size_t)ids[row] * columns, columns * sizeof(float));
  }
}

HK_DISPATCH void hk_scatter_add_columns(const float *dy, const int32_t *ids, float *dtable, size_t rows,
                                        size_t columns, size_t first_column, size_t last_column) {
  for (size_t row = 0; row < rows; row++) {
    const float *restrict from = dy + row * columns;
    float *restrict to = dtable + (size_t)ids[row] * columns;
    for (size_t c = first_column; c < last_column; c++) to[c] += from[c];
  }
}

HK_DISPATCH void hk_segment_means(const float *x, const int32_t *offsets, float *y, size_t first_segment,
                                  size_t last_segment, size_t columns) {
  for (size_t segment = first_segment; segment < last_segment; segment++) {
    size_t first = (size_t)offsets[segment], last = (size_t)offsets[segment + 1];
    float *restrict to = y + segment * columns;
    for (size_t c = 0; c < columns; c++) to[c] = 0;
    for (size_t row = first; row < last; row++) {
      const float *restrict from = x + row * columns;
      for (size_t c = 0; c < columns; c++) to[c] += from[c];
    }
    float reciprocal = 1.0f / (float)(last - first);
    for (size_t c = 0; c < columns; c++) to[c] *= reciprocal;
  }
}

HK_DISPATCH void hk_segment_means_backward(const float *dy, const int32_t *offsets, float *dx, bool accumulate,
                                           size_t first_segment, size_t last_segment, size_t columns) {
  for (size_t segment = first_segment; segment < last_segment; segment++) {
    size_t first = (size_t)offsets[segment], last = (size_t)offsets[segment + 1];
    const float *restrict from = dy + segment * columns;
    float reciprocal = 1.0f / (float)(last - first);
    for (size_t row = first; row < last; row++) {
      float *restrict to = dx + row * columns;
      if (accumulate) {
        for (size_t c = 0; c < columns; c++) to[c] += from[c] * reciprocal;
      } else {
        for (size_t c = 0; c < columns; c++) to[c] = from[c] * reciprocal;
      }
    }
  }
}
