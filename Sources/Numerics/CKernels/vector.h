// Shared by the kernels: CPU dispatch, the square root, the exponential and functions made from it.
#pragma once
#include "CKernels.h"

// Each kernel is compiled for three x86-64 levels; the loader picks one. Other architectures have a single baseline.
#if defined(__x86_64__) && defined(__linux__) && defined(__clang__)
#define HK_DISPATCH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HK_DISPATCH
#endif

#define HK_INLINE static inline __attribute__((always_inline))

// Products and sums may fuse everywhere; sums may be reordered only where a function says so (HK_REASSOCIATE).
#pragma clang fp contract(fast)
#define HK_REASSOCIATE _Pragma("clang fp reassociate(on)")

/// The square root as one instruction. `sqrtf` must set errno for arguments below 0, so a loop with it does not vectorize.
HK_INLINE float hk_sqrt(float x) { return __builtin_elementwise_sqrt(x); }

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

/// The standard normal distribution function, (1 + erf(x / sqrt 2)) / 2, to 6e-8; e^(-x^2 / 2), which its derivative needs,
/// goes to *exponential. Within one standard deviation 1/2 + x P(x^2), beyond it the tail e^(-x^2 / 2) t P(t) with t = 1 / (1 + p |x|),
/// the form of Abramowitz and Stegun 7.1.26. The coefficients minimize the largest relative error: 7e-10 and 1e-7.
HK_INLINE float hk_normal_distribution(float x, float *exponential) {
  float size = __builtin_fabsf(x), square = x * x;
  // Beyond 12 standard deviations the tail is negligible, and its products would be subnormal, which is slow.
  float e = square > 150.0f ? 0.0f : hk_exp(-0.5f * square);
  float near = -7.654148248548154e-06f;
  near = near * square + 1.1348623957019299e-04f;
  near = near * square - 1.186329871416092e-03f;
  near = near * square + 9.973322972655296e-03f;
  near = near * square - 6.649035960435867e-02f;
  near = near * square + 3.989422917366028e-01f;
  float t = 1.0f / (1.0f + 0.3875f * size);
  float far = 6.163187325000763e-02f;
  far = far * t - 1.8659496307373047e-01f;
  far = far * t + 1.2976466119289398e-01f;
  far = far * t + 4.805061221122742e-02f;
  far = far * t + 1.3885559141635895e-01f;
  far = far * t + 1.5378087759017944e-01f;
  far = far * t + 1.5462630987167358e-01f;
  float tail = e * (far * t);
  *exponential = e;
  return size < 1.0f ? 0.5f + x * near : (x < 0.0f ? tail : 1.0f - tail);
}

/// tanh x to 1.5e-7 relative: near 0 an odd polynomial fitted to 4e-9, else from one exponential, which clamps.
HK_INLINE float hk_tanh_of(float x) {
  float size = __builtin_fabsf(x), square = x * x;
  float near = -5.704933777451515e-03f;
  near = near * square + 2.063904143869877e-02f;
  near = near * square - 5.3739700466394424e-02f;
  near = near * square + 1.3331441581249237e-01f;
  near = near * square - 3.333328068256378e-01f;
  float far = 1.0f - 2.0f / (hk_exp(2.0f * size) + 1.0f);
  return size < 0.625f ? x + x * (square * near) : __builtin_copysignf(far, x);
}
