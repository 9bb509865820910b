const port = {
  type: 'object',
  additionalProperties: false,
  required: ['number'],
  properties: { number: { type: 'integer', minimum: 1, maximum: 65_535 } },
};
const labelValue = {
  type: 'string',
  maxLength: 63,
  pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$',
};

/**
 * `InferencePool` of `inference.networking.k8s.io/v1`, as the Gateway API Inference Extension documents it, written down
 * here since no package carries its definition.
 */
export const INFERENCE_POOL_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { const: 'inference.networking.k8s.io/v1' },
    kind: { const: 'InferencePool' },
    metadata: { type: 'object', required: ['name'] },
    spec: {
      type: 'object',
      additionalProperties: false,
      required: ['selector', 'targetPorts', 'endpointPickerRef'],
      properties: {
        selector: {
          type: 'object',
          additionalProperties: false,
          required: ['matchLabels'],
          properties: { matchLabels: { type: 'object', minProperties: 1, additionalProperties: labelValue } },
        },
        targetPorts: { type: 'array', minItems: 1, maxItems: 8, uniqueItems: true, items: port },
        appProtocol: { enum: ['http', 'kubernetes.io/h2c'] },
        endpointPickerRef: {
          type: 'object',
          additionalProperties: false,
          required: ['name'],
          properties: {
            group: { type: 'string', maxLength: 253 },
            kind: { type: 'string', minLength: 1, maxLength: 63 },
            name: { type: 'string', minLength: 1, maxLength: 253 },
            port,
            failureMode: { enum: ['FailOpen', 'FailClose'] },
          },
          // A Service, which it is where no kind is named, needs its port.
          if: { properties: { kind: { const: 'Service' } } },
          // biome-ignore lint/suspicious/noThenProperty: the word of JSON schemas
          then: { required: ['port'] },
        },
      },
    },
  },
};
