// Philox4x32-10, inlined into the kernels that draw: counter in, words out, no state.
#pragma once
#include "vector.h"

/// The number of words a kernel draws at a time; a multiple of 4.
#define RANDOM_BLOCK 256

/// Constants and round function of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
HK_INLINE void philox(uint64_t key, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t *w0, uint32_t *w1,
                      uint32_t *w2, uint32_t *w3) {
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t a = (uint64_t)0xD2511F53u * c0;
    uint64_t b = (uint64_t)0xCD9E8D57u * c2;
    uint32_t n0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
    uint32_t n2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
    c0 = n0;
    c1 = (uint32_t)b;
    c2 = n2;
    c3 = (uint32_t)a;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  *w0 = c0;
  *w1 = c1;
  *w2 = c2;
  *w3 = c3;
}

/// words[i] = word ((first_column + i) % 4) of counter ((first_column + i) / 4, row, ordinal, step), count at most
/// RANDOM_BLOCK when first_column is a multiple of 4.
HK_INLINE void random_row(uint64_t seed, uint32_t step, uint32_t ordinal, uint32_t row, uint32_t first_column,
                          uint32_t *restrict words, size_t count) {
  size_t done = 0;
  uint32_t group = first_column / 4;
  size_t skip = first_column % 4;
  if (skip == 0) {  // the common case: whole groups, four arrays at once so that the loop vectorizes
    size_t groups = count / 4;
    for (size_t g = 0; g < groups; g++) {
      philox(seed, group + (uint32_t)g, row, ordinal, step, words + 4 * g, words + 4 * g + 1, words + 4 * g + 2,
             words + 4 * g + 3);
    }
    done = groups * 4;
    group += (uint32_t)groups;
  }
  while (done < count) {
    uint32_t four[4];
    philox(seed, group++, row, ordinal, step, four, four + 1, four + 2, four + 3);
    for (size_t i = skip; i < 4 && done < count; i++) words[done++] = four[i];
    skip = 0;
  }
}
