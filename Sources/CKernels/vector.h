// Shared by the kernels: CPU dispatch and the exponential.
#pragma once
#include "CKernels.h"

// Each kernel is compiled for three x86-64 levels and chosen at load time; other architectures have one baseline.
#if defined(__x86_64__) && defined(__linux__) && defined(__clang__)
#define HK_DISPATCH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HK_DISPATCH
#endif

#define HK_INLINE static inline __attribute__((always_inline))

// Products and sums may fuse everywhere; sums may be reordered only where a function says so (HK_REASSOCIATE).
#pragma clang fp contract(fast)
#define HK_REASSOCIATE _Pragma("clang fp reassociate(on)")

/// e^x to 1e-7 relative; the argument is clamped to the range of normal results. Cody-Waite reduction by ln 2, then the
/// Taylor series to degree 7, whose remainder is below 6e-9 for |r| <= ln(2)/2.
HK_INLINE float hk_exp(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  const float round_bias = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  float n = (x * 1.44269504088896341f + round_bias) - round_bias;
  float r = x - n * 0.693359375f;  // ln 2 in two parts, the first exact in few bits
  r = r + n * 2.12194440054690583e-4f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  union {
    int32_t bits;
    float value;
  } power = {((int32_t)n + 127) << 23};
  return p * power.value;
}
