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

HK_INLINE void probabilities(float *x, float log_sum_exp, size_t count) {
  for (size_t i = 0; i < count; i++) x[i] = hk_exp(x[i] - log_sum_exp);
}

HK_DISPATCH void hk_cross_entropy(float *logits, const int32_t *targets, double *losses, bool differentiate,
                                  size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    float *x = logits + row * columns;
    float shift = largest(x, columns);
    double log_sum_exp = (double)shift + __builtin_log(exponential_sum(x, shift, columns));
    losses[row] = log_sum_exp - (double)x[targets[row]];
    if (differentiate) {
      probabilities(x, (float)log_sum_exp, columns);
      x[targets[row]] -= 1.0f;
    }
  }
}
