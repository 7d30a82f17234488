#include "vector.h"

HK_INLINE float largest(const float *x, size_t count) {
  HK_REASSOCIATE
  float result = x[0];
  for (size_t i = 0; i < count; i++) result = x[i] > result ? x[i] : result;
  return result;
}

/// The sum of e^(x - shift); partial sums over blocks go to double so that 50,000 terms keep their digits.
HK_INLINE double exponential_sum(const float *x, float shift, size_t count) {
  double total = 0;
  for (size_t start = 0; start < count; start += 1024) {
    HK_REASSOCIATE
    size_t end = start + 1024 < count ? start + 1024 : count;
    float partial = 0;
    for (size_t i = start; i < end; i++) partial += hk_exp(x[i] - shift);
    total += partial;
  }
  return total;
}

/// x becomes e^(x - shift); returns the sum, as above. Differences end at -64, a probability of 1e-28: what is below
/// would become subnormal when divided by the sum, and products of subnormal numbers are many times slower.
HK_INLINE double exponentiate(float *x, float shift, size_t count) {
  double total = 0;
  for (size_t start = 0; start < count; start += 1024) {
    HK_REASSOCIATE
    size_t end = start + 1024 < count ? start + 1024 : count;
    float partial = 0;
    for (size_t i = start; i < end; i++) {
      float difference = x[i] - shift;
      x[i] = hk_exp(difference < -64.0f ? -64.0f : difference);
      partial += x[i];
    }
    total += partial;
  }
  return total;
}

HK_DISPATCH void hk_cross_entropy(float *logits, const int32_t *targets, double *losses, bool differentiate,
                                  size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    float *x = logits + row * columns;
    float shift = largest(x, columns);
    double target = x[targets[row]];
    double sum = differentiate ? exponentiate(x, shift, columns) : exponential_sum(x, shift, columns);
    losses[row] = (double)shift + __builtin_log(sum) - target;
    if (differentiate) {
      float factor = (float)(1 / sum);
      for (size_t i = 0; i < columns; i++) x[i] *= factor;
      x[targets[row]] -= 1.0f;
    }
  }
}
