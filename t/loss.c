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

/// x *= factor, but no less than the smallest normal number: products of subnormal ones would be many times slower.
HK_INLINE void scale_normal(float *x, float factor, size_t count) {
  const float smallest = 1.17549435e-38f;
  for (size_t i = 0; i < count; i++) {
    float scaled = x[i] * factor;
    x[i] = scaled < smallest ? smallest : scaled;
  }
}

/// x becomes e^(x - shift); returns the sum, as above.
HK_INLINE double exponentiate(float *x, float shift, size_t count) {
  double total = 0;
  for (size_t start = 0; start < count; start += 1024) {
    HK_REASSOCIATE
    size_t end = start + 1024 < count ? start + 1024 : count;
    float partial = 0;
    for (size_t i = start; i < end; i++) {
      x[i] = hk_exp(x[i] - shift);
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
      scale_normal(x, (float)(1 / sum), columns);
      x[targets[row]] -= 1.0f;
    }
  }
}

HK_DISPATCH void hk_classification_loss(const float *logits, const int32_t *labels, const float *weights,
                                        float smoothing, double *losses, float *dlogits, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    const float *x = logits + row * columns;
    int32_t label = labels[row];
    float shift = largest(x, columns);
    float *d = dlogits ? dlogits + row * columns : 0;
    if (d) __builtin_memcpy(d, x, columns * sizeof(float));
    double sum = d ? exponentiate(d, shift, columns) : exponential_sum(x, shift, columns);
    double normalizer = (double)shift + __builtin_log(sum);
    // Each class k counts for its part of the smoothing, the label for the rest beside: loss = sum_k c_k (-log p_k).
    double own = (1.0 - (double)smoothing) * (weights ? (double)weights[label] : 1.0);
    double part = (double)smoothing / (double)columns, total = own;
    losses[row] = own * (normalizer - (double)x[label]);
    if (smoothing != 0) {
      for (size_t k = 0; k < columns; k++) {
        double share = part * (weights ? (double)weights[k] : 1.0);
        losses[row] += share * (normalizer - (double)x[k]);
        total += share;
      }
    }
    if (!d) continue;
    float factor = (float)(total / sum), share = (float)part;
    for (size_t k = 0; k < columns; k++) d[k] = d[k] * factor - share * (weights ? weights[k] : 1.0f);
    d[label] -= (float)own;
  }
}
