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

/// x becomes e^(x - shift - log_sum). In two steps: the logits of a language model lie far from 0, where rounding
/// shift + log_sum to a float would put one relative error of some 1e-6 on the whole row.
HK_INLINE void probabilities(float *x, float shift, float log_sum, size_t count) {
  for (size_t i = 0; i < count; i++) x[i] = hk_exp((x[i] - shift) - log_sum);
}

HK_DISPATCH void hk_cross_entropy(float *logits, const int32_t *targets, double *losses, bool differentiate,
                                  size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    float *x = logits + row * columns;
    float shift = largest(x, columns);
    double log_sum = __builtin_log(exponential_sum(x, shift, columns));
    losses[row] = (double)shift + log_sum - (double)x[targets[row]];
    if (differentiate) {
      probabilities(x, shift, (float)log_sum, columns);
      x[targets[row]] -= 1.0f;
    }
  }
}
