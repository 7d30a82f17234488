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

/// x = factor x for x >= 0, at least the smallest normal number in magnitude, as above, or 0 for a factor of 0.
HK_INLINE void scale_weighted(float *x, float factor, size_t count) {
  if (factor > 0) {
    scale_normal(x, factor, count);
  } else if (factor < 0) {
    scale_normal(x, -factor, count);
    for (size_t i = 0; i < count; i++) x[i] = -x[i];
  } else {
    __builtin_memset(x, 0, count * sizeof(float));
  }
}

HK_DISPATCH void hk_sparse_cross_entropy(float *logits, const int32_t *offsets, const int32_t *tokens,
                                         const float *probabilities, const float *weights, double *losses,
                                         bool differentiate, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    float *x = logits + row * columns;
    const size_t first = (size_t)offsets[row], last = (size_t)offsets[row + 1];
    const double weight = weights ? (double)weights[row] : 1.0;
    float shift = largest(x, columns);
    double mass = 0, target = 0;
    for (size_t i = first; i < last; i++) {
      mass += (double)probabilities[i];
      target += (double)probabilities[i] * (double)x[tokens[i]];
    }
    double sum = differentiate ? exponentiate(x, shift, columns) : exponential_sum(x, shift, columns);
    losses[row] = weight * (mass * ((double)shift + __builtin_log(sum)) - target);
    if (differentiate) {
      scale_weighted(x, (float)(weight * mass / sum), columns);
      for (size_t i = first; i < last; i++) x[tokens[i]] -= (float)(weight * (double)probabilities[i]);
    }
  }
}

/// The sum of e^(t - shift) (x - base): partial sums over blocks go to double, as above.
HK_INLINE double exponential_dot(const float *t, float shift, const float *x, float base, size_t count) {
  double total = 0;
  for (size_t start = 0; start < count; start += 1024) {
    HK_REASSOCIATE
    size_t end = start + 1024 < count ? start + 1024 : count;
    float partial = 0;
    for (size_t i = start; i < end; i++) partial += hk_exp(t[i] - shift) * (x[i] - base);
    total += partial;
  }
  return total;
}

/// x = weight (x p - e^(t - shift) q), neither product below the smallest normal number, as above.
HK_INLINE void subtract_softmax(float *x, float p, const float *t, float shift, float q, float weight, size_t count) {
  const float smallest = 1.17549435e-38f;
  for (size_t i = 0; i < count; i++) {
    float student = x[i] * p, teacher = hk_exp(t[i] - shift) * q;
    student = student < smallest ? smallest : student;
    teacher = teacher < smallest ? smallest : teacher;
    x[i] = weight * (student - teacher);
  }
}

HK_DISPATCH void hk_teacher_cross_entropy(float *logits, const float *teacher, const float *weights, double *losses,
                                          bool differentiate, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    float *x = logits + row * columns;
    const float *t = teacher + row * columns;
    const float weight = weights ? weights[row] : 1.0f;
    float shift = largest(x, columns), teacher_shift = largest(t, columns);
    double teacher_sum = exponential_sum(t, teacher_shift, columns);
    double target = exponential_dot(t, teacher_shift, x, shift, columns) / teacher_sum;
    double sum = differentiate ? exponentiate(x, shift, columns) : exponential_sum(x, shift, columns);
    losses[row] = (double)weight * (__builtin_log(sum) - target);
    if (differentiate) {
      subtract_softmax(x, (float)(1 / sum), t, teacher_shift, (float)(1 / teacher_sum), weight, columns);
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
