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
