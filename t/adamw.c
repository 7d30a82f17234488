#include "vector.h"

HK_DISPATCH void hk_adamw(const hk_adamw_settings *settings, float *restrict weight, float *restrict gradient,
                          float *restrict first_moment, float *restrict second_moment, size_t count) {
  const float beta1 = settings->beta1, beta2 = settings->beta2;
  const float decay = 1.0f - settings->learning_rate * settings->weight_decay;
  const float step = settings->learning_rate / settings->first_correction;
  const float root = settings->second_correction_root, epsilon = settings->epsilon;
  const float scale = settings->gradient_scale;
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i] * scale;
    float m = beta1 * first_moment[i] + (1.0f - beta1) * g;
    float v = beta2 * second_moment[i] + (1.0f - beta2) * g * g;
    first_moment[i] = m;
    second_moment[i] = v;
    weight[i] = weight[i] * decay - step * m / (hk_sqrt(v) / root + epsilon);
    gradient[i] = 0;
  }
}
