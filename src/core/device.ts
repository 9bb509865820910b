/** What a model may run on. `auto`: WebGPU on real hardware that the model fits and runs on, else the processor. */
export const DEVICES = ['auto', 'cpu', 'webgpu'] as const;
export type Device = (typeof DEVICES)[number];
