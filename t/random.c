#include "random.h"

void hk_philox(uint64_t key, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t words[4]) {
  philox(key, c0, c1, c2, c3, words, words + 1, words + 2, words + 3);
}

HK_DISPATCH void hk_random_row(uint64_t seed, uint32_t step, uint32_t ordinal, uint32_t row, uint32_t first_column,
                               uint32_t *words, size_t count) {
  random_row(seed, step, ordinal, row, first_column, words, count);
}

HK_DISPATCH void hk_dropout(const float *x, float *y, bool accumulate, uint32_t keep_threshold, float keep_scale,
                            uint64_t seed, uint32_t step, uint32_t ordinal, uint32_t first_row, size_t rows,
                            size_t columns) {
  uint32_t words[RANDOM_BLOCK];
  for (size_t row = 0; row < rows; row++) {
    for (size_t c = 0; c < columns; c += RANDOM_BLOCK) {
      size_t width = columns - c < RANDOM_BLOCK ? columns - c : RANDOM_BLOCK;
      random_row(seed, step, ordinal, first_row + (uint32_t)row, (uint32_t)c, words, width);
      const float *from = x + row * columns + c;
      float *to = y + row * columns + c;
      if (accumulate) {
        for (size_t i = 0; i < width; i++) to[i] += words[i] >= keep_threshold ? from[i] * keep_scale : 0.0f;
      } else {
        for (size_t i = 0; i < width; i++) to[i] = words[i] >= keep_threshold ? from[i] * keep_scale : 0.0f;
      }
    }
  }
}
